// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IEvidenceVerifier} from "../../src/interfaces/IEvidenceVerifier.sol";
import {IMembers} from "../../src/interfaces/IMembers.sol";
import {Disputing} from "../helpers/Disputing.sol";

/// @notice What the contracts should say, worked out beside them from the protocol's text: ghost sums of all money, and where every study,
/// enrolment and bond stands. Handlers ask it what is allowed, and tell it what was done.
abstract contract Model is Disputing {
    /// @notice The properties by their numbers in contracts/PROPERTIES.md.
    enum Property {
        None,
        Solvent,
        Conserved,
        Credits,
        Escrow,
        Quota,
        Bonds,
        Stakes,
        Standing,
        OnePayment,
        Windows,
        Charter,
        Registry,
        Roots,
        Proofs,
        Signatures,
        Revocation,
        Expelled,
        Doors,
        Evidence,
        Served,
        Batch,
        Members,
        Alive,
        Emptied
    }

    /// @dev A study.
    struct Book {
        uint256 id;
        address token;
        uint256 price;
        uint256 fee;
        uint256 unit;
        uint256 slice;
        uint256 threshold;
        uint256 minimum;
        uint256 maxAttempts;
        uint256 opensAt;
        uint256 closesAt;
        uint256 quota;
        uint256 open;
        uint256 settled;
        uint256 escrow;
        bool closed;
        bytes32 charter;
    }

    /// @dev What a patient has in a study.
    struct Place {
        uint256 study;
        uint256 nullifier;
        IEnrolments.Details details;
        IEnrolments.State state;
        uint8 attempt;
        uint16 attested;
        uint256 since;
        uint256 sinceBlock;
        uint256 payments;
        uint256 stake;
        bool challenged;
        uint8 rounds;
        uint16 answered;
        uint8 demanded;
        uint16 posted;
    }

    /// @dev What a proxy has in a token, and how it served.
    struct Purse {
        uint256 free;
        uint256 locked;
        uint256 leaving;
        uint256 releaseAt;
        uint256 receipts;
        uint256 attested;
        uint256 answered;
        uint256 slashed;
    }

    /// @dev How often a function was called and did what it is for, and how often it refused what it must.
    struct Tally {
        uint256 done;
        uint256 refused;
    }

    uint256 internal constant _DELIVERED = 1 << uint256(IEnrolments.State.Delivered);
    uint256 internal constant _OPEN = _DELIVERED | 1 << uint256(IEnrolments.State.Enrolled) | 1
        << uint256(IEnrolments.State.Challenged) | 1 << uint256(IEnrolments.State.Demanded);

    Book[] internal _books;
    Place[] internal _places;
    /// @dev One more than the index of a patient's place.
    mapping(uint256 study => mapping(uint256 nullifier => uint256)) internal _indices;
    /// @dev Places that this step touched.
    uint256[] internal _touched;
    mapping(address token => mapping(address proxy => Purse)) internal _purses;
    mapping(address token => mapping(address account => uint256)) internal _owed;
    mapping(address token => uint256) internal _paidIn;
    mapping(address token => uint256) internal _paidOut;
    mapping(bytes32 revocationHash => bool) internal _revealed;
    /// @dev The role in which an account is active.
    mapping(address account => IMembers.Role) internal _active;
    address internal _consortiumAccount;

    mapping(Property => string) internal _broken;
    mapping(string name => Tally) internal _tallies;
    string[] internal _names;
    bytes internal _answered;
    /// @dev In which state the contract said that a place ended for good.
    mapping(uint256 place => IEnrolments.State) internal _final;
    uint256 private _steps;

    /// @dev Begins a step. Forge likes small numbers and those that it saw before; handlers want all bits.
    modifier step() {
        ++_steps;
        delete _touched;
        _;
        for (uint256 i = 0; i < _touched.length; ++i) {
            _remember(_touched[i]);
        }
    }

    /// @dev One of so many, another in each step: what is not touched is looked at in turn.
    function _turn(uint256 count) internal view returns (uint256) {
        return _steps % count;
    }

    function _mix(uint256 seed) internal view returns (uint256) {
        return uint256(keccak256(abi.encode(seed, _steps)));
    }

    /// @dev Calls a function that must succeed, unless a property forbids it.
    /// @return done Whether it succeeded as it should, so that the model has to follow.
    function _call(
        string memory name,
        Property forbiddenBy,
        address caller,
        address target,
        uint256 value,
        bytes memory data
    ) internal returns (bool done) {
        vm.prank(caller);
        // solhint-disable-next-line avoid-low-level-calls
        (done, _answered) = target.call{value: value}(data);
        Tally storage tally = _tallyOf(name);
        if (done) ++tally.done;
        else ++tally.refused;
        if (done == (forbiddenBy == Property.None)) return done;
        _break(done ? forbiddenBy : Property.Alive, name);
        return false;
    }

    function _tallyOf(string memory name) internal returns (Tally storage tally) {
        tally = _tallies[name];
        if (tally.done + tally.refused == 0) _names.push(name);
    }

    function _break(Property property, string memory name) internal {
        if (bytes(_broken[property]).length == 0) _broken[property] = name;
    }

    function _remember(uint256 index) private {
        Place storage place = _places[index];
        IEnrolments.State state = _enrolments.standingOf(_books[place.study].id, place.nullifier).state;
        bool ended = state == IEnrolments.State.Settled || state == IEnrolments.State.Revoked
            || state == IEnrolments.State.Faulted;
        if (ended && _final[index] == IEnrolments.State.None) _final[index] = state;
    }

    function _pay(address token, address account, uint256 amount) internal {
        _owed[token][account] += amount;
    }

    function _isOpen(Place storage place) internal view returns (bool) {
        IEnrolments.State state = place.state;
        return state == IEnrolments.State.Enrolled || _isDelivered(state);
    }

    /// @dev Whether enough slots attested, and it has not ended.
    function _isDelivered(IEnrolments.State state) internal pure returns (bool) {
        return state == IEnrolments.State.Delivered || state == IEnrolments.State.Challenged
            || state == IEnrolments.State.Demanded;
    }

    function _hasPassed(Place storage place) internal view returns (bool) {
        uint256 windows = place.state == IEnrolments.State.Enrolled ? 1 : 2;
        return block.timestamp >= place.since + windows * WINDOW
            && block.number >= place.sinceBlock + windows * WINDOW_BLOCKS;
    }

    function _hasEnded(Book storage book) internal view returns (bool) {
        return book.closed || block.timestamp >= book.closesAt;
    }

    /// @dev What the quota and the escrow still allow.
    function _placesOf(Book storage book) internal view returns (uint256 places) {
        places = book.quota - book.open - book.settled;
        if (book.unit == 0) return places;
        uint256 covered = book.escrow / book.unit - book.open;
        return covered < places ? covered : places;
    }

    function _enter(Place storage place, IEnrolments.State state) internal {
        place.state = state;
        place.since = block.timestamp;
        place.sinceBlock = block.number;
    }

    function _admitted(Place storage place, IEnrolments.Details memory details, uint8 attempt) internal {
        Book storage book = _books[place.study];
        ++book.open;
        place.details = details;
        place.attempt = attempt;
        (place.attested, place.answered, place.posted, place.demanded) = (0, 0, 0, 0);
        (place.challenged, place.rounds) = (false, 0);
        _enter(place, IEnrolments.State.Enrolled);
        for (uint256 slot = 0; slot < N; ++slot) {
            if (!_has(details.slots, slot)) continue;
            Purse storage purse = _purses[book.token][_proxies[slot].addr];
            purse.free -= book.slice;
            purse.locked += book.slice;
            ++purse.receipts;
        }
    }

    /// @dev Ends a place by a row of the table of endings.
    function _ended(Place storage place, IEnrolments.State state, bool paid, bool fees, uint16 slashed)
        internal
    {
        Book storage book = _books[place.study];
        --book.open;
        if (paid) {
            ++book.settled;
            ++place.payments;
            book.escrow -= book.price;
            _pay(book.token, PAYOUT, book.price);
        }
        uint256 taken;
        for (uint256 slot = 0; slot < N; ++slot) {
            if (!_has(place.details.slots, slot)) continue;
            if (fees) {
                book.escrow -= book.fee;
                _pay(book.token, _proxies[slot].addr, book.fee);
            }
            taken += _freed(book, slot, _has(slashed, slot));
        }
        uint256 compensation = taken < book.price ? taken : book.price;
        _pay(book.token, PAYOUT, compensation);
        _pay(book.token, _consortiumAccount, taken - compensation);
        _pay(book.token, _institution.addr, place.stake);
        place.stake = 0;
        _enter(place, state);
    }

    function _freed(Book storage book, uint256 slot, bool slashed) private returns (uint256 taken) {
        Purse storage purse = _purses[book.token][_proxies[slot].addr];
        purse.locked -= book.slice;
        if (!slashed) {
            purse.free += book.slice;
            return 0;
        }
        ++purse.slashed;
        return book.slice;
    }

    function _has(uint256 set, uint256 slot) internal pure returns (bool) {
        return (set >> slot) & 1 == 1;
    }

    function _sizeOf(uint256 set) internal pure returns (uint256 count) {
        for (; set != 0; set &= set - 1) {
            ++count;
        }
    }

    /// @dev The index of a place in one of the states of a set, from a random one on.
    function _pick(uint256 seed, uint256 states) internal returns (bool found, uint256 index) {
        for (uint256 i = 0; i < _places.length; ++i) {
            index = (seed % _places.length + i) % _places.length;
            if (!_has(states, uint256(_places[index].state))) continue;
            _touched.push(index);
            return (true, index);
        }
    }

    /// @dev Slots in a row, mostly of those that an enrolment carries.
    function _range(uint16 carried, uint256 draw) internal pure returns (uint256 first, uint256 count) {
        uint256 end = N;
        if (draw % 8 != 0) {
            while (!_has(carried, first)) ++first;
            end = first + _sizeOf(carried);
        }
        first += (draw >> 8) % (end - first);
        count = 1 + (draw >> 16) % (end - first);
    }

    function _set(IEnrolments.State state) internal pure returns (uint256) {
        return 1 << uint256(state);
    }

    /// @dev Some grants have faults: equal ids, or a precursor proof that fails.
    function _grantOf(uint256 nullifier, uint32 attempt)
        internal
        pure
        override
        returns (IEvidenceVerifier.Grant memory grant)
    {
        grant = super._grantOf(nullifier, attempt);
        if (nullifier % 4 == 1) grant.slots[1].fragmentId = grant.slots[0].fragmentId;
        if (nullifier % 4 == 2) grant.proofScalar = 0;
    }
}
