// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IRecordRegistry} from "../../src/interfaces/IRecordRegistry.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {DisputeHandler} from "./DisputeHandler.sol";
import {EndingHandler} from "./EndingHandler.sol";
import {Intruder} from "./Intruder.sol";
import {MoneyHandler} from "./MoneyHandler.sol";
import {RegistryHandler} from "./RegistryHandler.sol";

/// @notice Everybody, doing anything in any order; and what must hold after each step. Numbers are those of contracts/PROPERTIES.md.
contract Everybody is MoneyHandler, EndingHandler, DisputeHandler, RegistryHandler, Intruder {
    address[] private _owners;
    address[2] private _tokens;

    constructor() {
        setUp();
        _founded();
        _planted();
        _tokens = [address(0), address(_token)];
        _owners = [PAYOUT, TREASURER, TREASURER_2, _institution.addr, STRANGER];
        for (uint256 i = 0; i < N; ++i) {
            _owners.push(_proxies[i].addr);
        }
        for (uint256 i = 0; i < 2; ++i) {
            for (uint256 j = 0; j < N; ++j) {
                _deposit(_proxies[j].addr, _tokens[i], 20 ether);
            }
            _openOne(_mix(i) - _mix(i) % 2 + i);
        }
    }

    /// @dev To the very second and block at which a window ends, or to the one before.
    function passToTheEdge(uint256 seed) external step {
        // Not too often: what ends by time can't be delivered and disputed
        (bool found, uint256 index) = _pick(_mix(seed), _OPEN);
        if (!found || (_mix(seed) >> 200) % 3 != 0) return;
        Place storage place = _places[index];
        uint256 windows = place.state == IEnrolments.State.Enrolled ? 1 : 2;
        uint256 end = place.since + windows * WINDOW - _mix(seed) % 2;
        uint256 endBlock = place.sinceBlock + windows * WINDOW_BLOCKS - (_mix(seed) >> 8) % 2;
        ++_tallyOf("time passes").done;
        if (block.timestamp < end) vm.warp(end);
        if (block.number < endBlock) vm.roll(endBlock);
    }

    /// @notice What must hold now, of what this step touched and a part of all else; of everything, once a run is over.
    /// @param only The one property to look at; all of them if 0.
    function check(uint256 only, bool everything) external view {
        _checkBroken(only);
        for (uint256 i = 0; i < 2; ++i) {
            if (_looksAt(only, Property.Solvent)) _checkSolvent(_tokens[i]);
            if (_looksAt(only, Property.Conserved)) {
                assertEq(_held(_tokens[i]), _paidIn[_tokens[i]] - _paidOut[_tokens[i]], "P2: held");
            }
            if (_looksAt(only, Property.Credits)) _checkCredits(_tokens[i]);
            if (_looksAt(only, Property.Bonds)) _checkBonds(_tokens[i], everything);
            if (_looksAt(only, Property.Served)) _checkServed(_tokens[i]);
        }
        for (uint256 i = 0; i < _books.length; ++i) {
            _checkStudy(only, _books[i]);
        }
        if (_looksAt(only, Property.Registry)) _checkRegistry();
        if (_looksAt(only, Property.Roots)) _checkRoot();
        if (_looksAt(only, Property.Members)) _checkMembers();
        _checkPlaces(only, everything);
    }

    /// @notice Property 24: whatever happened, everything can be ended and paid out, to the last unit.
    function checkNothingIsStuck() external {
        _pass(1_000 days, 1_000_000);
        for (uint256 i = 0; i < _places.length; ++i) {
            if (_isOpen(_places[i])) _endByTime(_places[i]);
        }
        for (uint256 i = 0; i < _books.length; ++i) {
            _studies.withdraw(_books[i].id);
        }
        for (uint256 i = 0; i < 2; ++i) {
            for (uint256 j = 0; j < N; ++j) {
                _takeOut(_proxies[j].addr, _tokens[i]);
            }
            for (uint256 j = 0; j < _owners.length; ++j) {
                if (_credit(_owners[j], _tokens[i]) != 0) _treasury.push(_owners[j], _tokens[i]);
            }
            assertEq(_held(_tokens[i]), 0, "P24: nothing is left");
        }
    }

    /// @notice How often each function did what it is for, and how often it refused what it must: `name done refused`, a line each.
    function report() external view returns (string memory lines) {
        for (uint256 i = 0; i < _names.length; ++i) {
            Tally storage tally = _tallies[_names[i]];
            string memory figures = string.concat(vm.toString(tally.done), " ", vm.toString(tally.refused));
            lines = string.concat(lines, i == 0 ? "" : "\n", _names[i], "\t", figures);
        }
    }

    /// @notice How many functions did what they are for at least once, and how many doors were tried and kept shut.
    function reached() external view returns (uint256 functions, uint256 doors) {
        for (uint256 i = 0; i < _names.length; ++i) {
            if (_tallies[_names[i]].done != 0) ++functions;
            else if (bytes5(bytes(_names[i])) == "door ") ++doors;
        }
    }

    function _endByTime(Place storage place) private {
        uint256 studyId = _books[place.study].id;
        IEnrolments.State state = _enrolments.standingOf(studyId, place.nullifier).state;
        if (state == IEnrolments.State.Enrolled) {
            _enrolments.refund(studyId, place.nullifier, place.details);
        } else if (state == IEnrolments.State.Delivered) {
            _enrolments.settle(studyId, place.nullifier, place.details);
        } else {
            _disputes.expire(studyId, place.nullifier, place.details);
        }
    }

    function _takeOut(address proxy, address token) private {
        ITreasury.Bond memory bond = _treasury.bondOf(proxy, token);
        assertEq(bond.locked, 0, "P24: no slice stays locked");
        if (bond.free != 0) {
            vm.prank(proxy);
            _treasury.requestExit(token, bond.free);
        }
        skip(41 days);
        if (_treasury.exitOf(proxy, token).amount != 0) _treasury.completeExit(proxy, token);
    }

    /// @dev What a step did though a property forbids it, or did not though it may.
    function _checkBroken(uint256 only) private view {
        for (uint256 number = 1; number < uint256(Property.Emptied); ++number) {
            if (only != 0 && only != number) continue;
            string memory broken = _broken[Property(number)];
            assertEq(broken, "", string.concat("P", vm.toString(number)));
        }
    }

    function _looksAt(uint256 only, Property property) private pure returns (bool) {
        return only == 0 || only == uint256(property);
    }

    function _checkSolvent(address token) private view {
        uint256 books;
        for (uint256 i = 0; i < _owners.length; ++i) {
            books += _credit(_owners[i], token);
        }
        for (uint256 i = 0; i < N; ++i) {
            ITreasury.Bond memory bond = _treasury.bondOf(_proxies[i].addr, token);
            books += uint256(bond.free) + bond.locked + _treasury.exitOf(_proxies[i].addr, token).amount;
        }
        for (uint256 i = 0; i < _books.length; ++i) {
            if (_books[i].token == token) books += _treasury.escrowOf(_books[i].id);
        }
        for (uint256 i = 0; i < _places.length; ++i) {
            Book storage book = _books[_places[i].study];
            if (_places[i].stake == 0 || book.token != token) continue;
            books += _treasury.stakeOf(book.id, _places[i].nullifier);
        }
        assertEq(_held(token), books, "P1: the treasury holds what its books say");
    }

    function _checkCredits(address token) private view {
        for (uint256 i = 0; i < _owners.length; ++i) {
            assertEq(_credit(_owners[i], token), _owed[token][_owners[i]], "P3: credit");
        }
    }

    function _checkBonds(address token, bool everything) private view {
        for (uint256 i = 0; i < N; ++i) {
            address proxy = _proxies[i].addr;
            ITreasury.Bond memory bond = _treasury.bondOf(proxy, token);
            Purse storage purse = _purses[token][proxy];
            assertEq(bond.free, purse.free, "P6: free");
            assertEq(bond.locked, purse.locked, "P6: locked");
            assertEq(_treasury.exitOf(proxy, token).amount, purse.leaving, "P6: leaving");
            assertEq(_treasury.exitOf(proxy, token).releaseAt, purse.releaseAt, "P6: until when");
            if (everything) assertEq(bond.locked, _promised(i, token), "P6: open enrolments");
        }
    }

    /// @dev Slices of the open enrolments that carry a receipt of a slot.
    function _promised(uint256 slot, address token) private view returns (uint256 sum) {
        for (uint256 i = 0; i < _places.length; ++i) {
            Book storage book = _books[_places[i].study];
            bool carries = _isOpen(_places[i]) && _has(_places[i].details.slots, slot);
            if (carries && book.token == token) sum += book.slice;
        }
    }

    function _checkServed(address token) private view {
        for (uint256 i = 0; i < N; ++i) {
            ITreasury.Record memory record = _treasury.recordOf(_proxies[i].addr, token);
            Purse storage purse = _purses[token][_proxies[i].addr];
            assertEq(record.receipts, purse.receipts, "P20: receipts");
            assertEq(record.attested, purse.attested, "P20: attested");
            assertEq(record.answered, purse.answered, "P20: answered");
            assertEq(record.slashed, purse.slashed, "P20: slashed");
        }
    }

    function _checkStudy(uint256 only, Book storage book) private view {
        if (_looksAt(only, Property.Escrow)) {
            uint256 escrow = _treasury.escrowOf(book.id);
            assertEq(escrow, book.escrow, "P4: escrow");
            assertGe(escrow, book.open * book.unit, "P4: covers open enrolments");
            assertEq(_studies.freeEscrow(book.id), escrow - book.open * book.unit, "P4: free");
        }
        if (_looksAt(only, Property.Quota)) {
            IStudies.Standing memory standing = _studies.standingOf(book.id);
            assertEq(standing.open, book.open, "P5: open");
            assertEq(standing.settled, book.settled, "P5: settled");
            assertEq(standing.quota, book.quota, "P5: quota");
            assertEq(standing.closed, book.closed, "P5: closed");
            assertLe(uint256(standing.open) + standing.settled, standing.quota, "P5: within the quota");
        }
        if (_looksAt(only, Property.Charter)) assertEq(_charterHash(book.id), book.charter, "P11: charter");
    }

    function _checkRegistry() private view {
        assertEq(_registry.currentRoot(), _roots[_roots.length - 1].value, "P12: root");
        assertEq(_registry.size(), _leaves.length, "P12: leaves");
        assertEq(_registry.liveRecords(), _live, "P12: live records");
        assertEq(_registry.certifierOf(_commitments[_turn(_commitments.length)]), HOSPITAL, "P12: certifier");
    }

    function _checkRoot() private view {
        Root storage root = _roots[_turn(_roots.length)];
        IRecordRegistry.RootStanding memory standing = _registry.rootStanding(root.value);
        assertEq(standing.acceptedUntil, root.end, "P13: accepted until");
        assertEq(standing.records, root.records, "P13: records");
    }

    function _checkMembers() private view {
        address account = _accounts[_turn(_accounts.length)];
        assertEq(uint8(_members.memberOf(account).role), uint8(_roles[account]), "P22: role");
        assertEq(
            _members.isActive(account, _roles[account]), _active[account] == _roles[account], "P22: active"
        );
        assertEq(_members.consortiumAccount(), _consortiumAccount, "P22: consortium account");
        assertEq(_members.valueSetCount(), _setNames.length, "P22: value sets");
        if (_setNames.length == 0) return;
        string memory name = _setNames[_turn(_setNames.length)];
        assertEq(_members.valueSetDigest(name), _setDigests[name], "P22: value set");
    }

    function _checkPlaces(uint256 only, bool everything) private view {
        uint256 open;
        for (uint256 i = 0; i < _touched.length; ++i) {
            _checkPlace(only, _touched[i]);
        }
        if (_places.length != 0) _checkPlace(only, _turn(_places.length));
        if (!everything) return;
        for (uint256 i = 0; i < _places.length; ++i) {
            _checkPlace(only, i);
            if (_isOpen(_places[i])) ++open;
        }
        for (uint256 i = 0; i < _books.length; ++i) {
            open -= _books[i].open;
        }
        if (_looksAt(only, Property.Quota)) assertEq(open, 0, "P5: open enrolments");
    }

    function _checkPlace(uint256 only, uint256 index) private view {
        Place storage place = _places[index];
        uint256 studyId = _books[place.study].id;
        IEnrolments.Standing memory standing = _enrolments.standingOf(studyId, place.nullifier);
        if (_looksAt(only, Property.Standing)) _checkStanding(place, standing, studyId);
        if (_looksAt(only, Property.OnePayment)) {
            assertLe(place.payments, 1, "P9: payments");
            bool ended = _final[index] != IEnrolments.State.None;
            if (ended) assertEq(uint8(standing.state), uint8(_final[index]), "P9: final");
        }
        if (_looksAt(only, Property.Stakes)) {
            IDisputes.Pending pending = _disputes.disputeOf(studyId, place.nullifier).pending;
            bool disputed = pending != IDisputes.Pending.None;
            bool challenged = place.state == IEnrolments.State.Challenged;
            assertEq(disputed, challenged || place.state == IEnrolments.State.Demanded, "P7: pending");
            uint256 stake = _treasury.stakeOf(studyId, place.nullifier);
            assertEq(stake, place.stake, "P7: stake");
            if (!disputed) assertEq(stake, 0, "P7: of an open dispute");
        }
    }

    function _checkStanding(Place storage place, IEnrolments.Standing memory standing, uint256 studyId)
        private
        view
    {
        assertEq(uint8(standing.state), uint8(place.state), "P8: state");
        assertEq(standing.attempt, place.attempt, "P8: attempt");
        assertEq(standing.attested, place.attested, "P8: attested");
        assertEq(standing.since, place.since, "P8: since");
        assertEq(standing.sinceBlock, place.sinceBlock, "P8: since block");
        assertEq(standing.payout, PAYOUT, "P8: payout");
        bytes32 hash = _enrolments.detailsHashOf(studyId, place.nullifier);
        assertEq(hash, keccak256(abi.encode(place.details)), "P8: details");
    }
}
