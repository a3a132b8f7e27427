// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Disputing} from "../helpers/Disputing.sol";

/// @notice Everybody, doing anything in any order. What the contracts refuse is left out; what they took is remembered.
contract Handler is Disputing {
    /// @dev An enrolment that was made, to be named again.
    struct Made {
        uint256 studyId;
        uint256 nullifier;
        IEnrolments.Details details;
    }

    /// @notice Enrolments ever made, by attempt.
    Made[] internal _made;
    uint256 private _nextNullifier = 1;

    constructor() {
        setUp();
        address[2] memory tokens = [address(0), address(_token)];
        for (uint256 i = 0; i < tokens.length; ++i) {
            for (uint256 j = 0; j < N; ++j) {
                _bond(_proxies[j].addr, tokens[i], 20 ether);
            }
            openStudy(i);
        }
    }

    function openStudy(uint256 seed) public {
        if (_studies.count() >= 4) return;
        IStudies.Terms memory terms = _terms(seed % 2 == 0 ? address(0) : address(_token));
        terms.price = uint128(seed % 3 ether);
        terms.fee = uint128((seed >> 64) % 0.1 ether);
        terms.quota = uint32(1 + (seed >> 32) % 5);
        _openStudy(terms);
    }

    function topUp(uint256 seed) external {
        uint256 studyId = _studyOf(seed);
        if (_hasEnded(studyId)) return;
        IStudies.Terms memory terms = _studies.termsOf(studyId);
        uint256 value = _provide(_institution.addr, terms.token, 2 * _unit(terms));
        vm.prank(_institution.addr);
        _studies.topUp{value: value}(studyId, 2);
    }

    function enrol(uint256 seed) external {
        _try(_studyOf(seed), _nextNullifier++, 0);
    }

    /// @dev Three at once, of one or more studies, one of which may lack a receipt.
    function enrolMany(uint256 seed) external {
        IEnrolments.Request[] memory requests = new IEnrolments.Request[](3);
        for (uint256 i = 0; i < 3; ++i) {
            bool whole = (seed >> (8 * i)) % 4 != 0;
            requests[i] = _request(_studyOf(seed >> i), _nextNullifier++, 0, whole ? ALL : ALL - 1);
        }
        uint256 enrolled = _enrolments.enrolBatch(requests);
        for (uint256 i = 0; i < 3; ++i) {
            Made memory made = Made(requests[i].studyId, requests[i].nullifier, _detailsOf(requests[i]));
            if (!_isCurrent(made)) continue;
            _made.push(made);
            --enrolled;
        }
        assertEq(enrolled, 0, "as many as it says");
    }

    function enrolAgain(uint256 seed) external {
        if (_made.length == 0) return;
        Made storage made = _made[seed % _made.length];
        _try(made.studyId, made.nullifier, _enrolments.standingOf(made.studyId, made.nullifier).attempt + 1);
    }

    function attest(uint256 seed) external {
        (bool found, Made memory made) = _open(seed);
        if (!found) return;
        IEnrolments.Attestation[] memory attestations =
            _attestations(made.studyId, made.nullifier, 1 + (seed >> 128) % N);
        try _enrolments.attest(made.studyId, made.nullifier, made.details, attestations) {} catch {}
    }

    function accept(uint256 seed) external {
        (bool found, Made memory made) = _open(seed);
        if (found) _accept(made.studyId, made.nullifier, made.details);
    }

    function end(uint256 seed) external {
        (bool found, Made memory made) = _open(seed);
        if (found) _end(made);
    }

    function revoke(uint256 seed) external {
        (bool found, Made memory made) = _open(seed);
        if (!found) return;
        bytes32 secret = _secret(made.nullifier, _enrolments.standingOf(made.studyId, made.nullifier).attempt);
        try _enrolments.revoke(made.studyId, made.nullifier, made.details, secret) {} catch {}
    }

    function close(uint256 seed) external {
        uint256 studyId = _studyOf(seed);
        // Studies are closed now and then only, or nothing else would happen
        if (seed % 16 != 0 || _hasEnded(studyId)) return;
        vm.prank(_institution.addr);
        _studies.close(studyId);
    }

    function withdraw(uint256 seed) external {
        uint256 studyId = _studyOf(seed);
        if (_hasEnded(studyId)) _studies.withdraw(studyId);
    }

    function leave(uint256 seed) external {
        (address proxy, address token) = _proxyAndToken(seed);
        uint128 free = _treasury.bondOf(proxy, token).free;
        if (free == 0) return;
        vm.prank(proxy);
        _treasury.requestExit(token, 1 + (seed >> 128) % free);
    }

    function completeExit(uint256 seed) external {
        (address proxy, address token) = _proxyAndToken(seed);
        try _treasury.completeExit(proxy, token) {} catch {}
    }

    function bond(uint256 seed) external {
        (address proxy, address token) = _proxyAndToken(seed);
        _bond(proxy, token, 1 + (seed >> 128) % 5 ether);
    }

    function push(uint256 seed) external {
        (address proxy, address token) = _proxyAndToken(seed);
        address[4] memory owners = [proxy, PAYOUT, TREASURER, _institution.addr];
        address owner = owners[(seed >> 64) % 4];
        if (_credit(owner, token) != 0) _treasury.push(owner, token);
    }

    function pass(uint256 seed) external {
        _pass(seed % WINDOW, (seed >> 64) % WINDOW_BLOCKS);
    }

    /// @notice Property 1: what the treasury holds is what its books say that it owes.
    function checkSums() external view {
        _assertConserved(address(0));
        _assertConserved(address(_token));
    }

    /// @notice Property 2: each study's escrow covers its open enrolments. Property 3: locked bond is that of open enrolments.
    function checkPromises() external view {
        uint256 open;
        for (uint256 i = 0; i < _studies.count(); ++i) {
            uint256 studyId = _studies.studyAt(i);
            IStudies.Standing memory study = _studies.standingOf(studyId);
            open += study.open;
            assertGe(_treasury.escrowOf(studyId), study.open * _unit(_studies.termsOf(studyId)));
            assertLe(uint256(study.open) + study.settled, study.quota);
        }
        for (uint256 i = 0; i < N; ++i) {
            _checkLocked(_proxies[i].addr, address(0));
            _checkLocked(_proxies[i].addr, address(_token));
        }
        assertEq(open, _countOpen());
    }

    /// @notice Property 4: whatever happened, everything can be ended and paid out, to the last unit.
    function checkNothingIsStuck() external {
        _pass(1_000 days, 1_000_000);
        for (uint256 i = 0; i < _made.length; ++i) {
            if (_isCurrent(_made[i])) _end(_made[i]);
        }
        for (uint256 i = 0; i < _studies.count(); ++i) {
            _studies.withdraw(_studies.studyAt(i));
        }
        _emptyOut(address(0));
        _emptyOut(address(_token));
        assertEq(address(_treasury).balance, 0);
        assertEq(_token.balanceOf(address(_treasury)), 0);
    }

    function _emptyOut(address token) private {
        for (uint256 i = 0; i < N; ++i) {
            address proxy = _proxies[i].addr;
            ITreasury.Bond memory held = _treasury.bondOf(proxy, token);
            assertEq(held.locked, 0, "no slice stays locked");
            if (held.free != 0) {
                vm.prank(proxy);
                _treasury.requestExit(token, held.free);
            }
        }
        skip(41 days);
        for (uint256 i = 0; i < N; ++i) {
            address proxy = _proxies[i].addr;
            if (_treasury.exitOf(proxy, token).amount != 0) _treasury.completeExit(proxy, token);
            _pushAll(proxy, token);
        }
        _pushAll(PAYOUT, token);
        _pushAll(TREASURER, token);
        _pushAll(_institution.addr, token);
    }

    function _pushAll(address owner, address token) private {
        if (_credit(owner, token) != 0) _treasury.push(owner, token);
    }

    function _try(uint256 studyId, uint256 nullifier, uint32 attempt) private {
        IEnrolments.Request memory request = _request(studyId, nullifier, attempt, ALL);
        try _enrolments.enrol(request) {
            _made.push(Made(studyId, nullifier, _detailsOf(request)));
        } catch {}
    }

    /// @dev Calls the time-out of an open enrolment, if it is due.
    function _end(Made memory made) private {
        IEnrolments.State state = _enrolments.standingOf(made.studyId, made.nullifier).state;
        if (state == IEnrolments.State.Challenged || state == IEnrolments.State.Demanded) {
            try _disputes.expire(made.studyId, made.nullifier, made.details) {} catch {}
        } else if (state == IEnrolments.State.Delivered) {
            try _enrolments.settle(made.studyId, made.nullifier, made.details) {} catch {}
        } else if (state == IEnrolments.State.Enrolled) {
            try _enrolments.refund(made.studyId, made.nullifier, made.details) {} catch {}
        }
    }

    function _checkLocked(address proxy, address token) private view {
        uint256 expected;
        for (uint256 i = 0; i < _made.length; ++i) {
            uint256 studyId = _made[i].studyId;
            if (_isCurrent(_made[i]) && _studies.termsOf(studyId).token == token) {
                expected += _studies.standingOf(studyId).slice;
            }
        }
        assertEq(_treasury.bondOf(proxy, token).locked, expected);
    }

    function _countOpen() private view returns (uint256 count) {
        for (uint256 i = 0; i < _made.length; ++i) {
            if (_isCurrent(_made[i])) ++count;
        }
    }

    /// @dev Whether an enrolment is open, in this very attempt.
    function _isCurrent(Made memory made) internal view returns (bool) {
        IEnrolments.State state = _enrolments.standingOf(made.studyId, made.nullifier).state;
        bool open = state == IEnrolments.State.Enrolled || state == IEnrolments.State.Delivered
            || state == IEnrolments.State.Challenged || state == IEnrolments.State.Demanded;
        bytes32 current = _enrolments.detailsHashOf(made.studyId, made.nullifier);
        return open && current == keccak256(abi.encode(made.details));
    }

    function _open(uint256 seed) internal view returns (bool found, Made memory made) {
        for (uint256 i = 0; i < _made.length; ++i) {
            made = _made[(seed % _made.length + i) % _made.length];
            if (_isCurrent(made)) return (true, made);
        }
    }

    function _studyOf(uint256 seed) private view returns (uint256) {
        return _studies.studyAt((seed >> 16) % _studies.count());
    }

    function _hasEnded(uint256 studyId) private view returns (bool) {
        return _studies.standingOf(studyId).closed || block.timestamp >= _studies.termsOf(studyId).closesAt;
    }

    function _proxyAndToken(uint256 seed) private view returns (address proxy, address token) {
        proxy = _proxies[seed % N].addr;
        token = (seed >> 32) % 2 == 0 ? address(0) : address(_token);
    }

    /// @dev Stakes of the enrolments that are open; no other has one.
    function _staked(address token) internal view override returns (uint256 sum) {
        for (uint256 i = 0; i < _made.length; ++i) {
            Made memory made = _made[i];
            if (!_isCurrent(made) || _studies.termsOf(made.studyId).token != token) continue;
            sum += _treasury.stakeOf(made.studyId, made.nullifier);
        }
    }
}
