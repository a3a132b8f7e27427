// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IEvidenceVerifier} from "../../src/interfaces/IEvidenceVerifier.sol";
import {Model} from "./Model.sol";

/// @notice Institutions that challenge and demand, proxies that answer, and anybody with evidence, or with none.
abstract contract DisputeHandler is Model {
    uint256 private constant MOST_ROUNDS = 4;

    function challenge(uint256 seed) external step {
        (bool found, Place storage place, uint256 draw) = _among(seed, _DELIVERED);
        if (!found) return;
        Book storage book = _books[place.study];
        address caller = _challenger(draw);
        Property forbiddenBy = _mayDispute(place, caller);
        if (forbiddenBy == Property.None && place.challenged) forbiddenBy = Property.Standing;
        uint256 value = _provide(caller, book.token, book.slice);
        bytes memory data = abi.encodeCall(IDisputes.challenge, (book.id, place.nullifier, place.details));
        if (!_call("Disputes.challenge", forbiddenBy, caller, address(_disputes), value, data)) return;
        _enter(place, IEnrolments.State.Challenged);
        (place.challenged, place.answered) = (true, 0);
        _staked(place, book.slice);
    }

    function answer(uint256 seed) external step {
        (bool found, Place storage place, uint256 draw) = _among(seed, _set(IEnrolments.State.Challenged));
        if (found) _answerOne(place, draw, false);
    }

    /// @dev What only the first answer has to show is left out.
    function answerFurther(uint256 seed) external step {
        (bool found, Place storage place, uint256 draw) = _among(seed, _set(IEnrolments.State.Challenged));
        if (found) _answerOne(place, draw, true);
    }

    function _answerOne(Place storage place, uint256 draw, bool further) private {
        (uint256 first, uint256 count) = _range(place.details.slots, draw >> 32);
        uint16 slots = uint16(((1 << count) - 1) << first);
        // One of them may not verify, and just does not count
        uint256 bad = (draw >> 128) % 16;
        uint16 counted = uint16(slots & ~(1 << bad)) & ~place.answered;
        Property forbiddenBy = Property.None;
        if (place.state != IEnrolments.State.Challenged) forbiddenBy = Property.Standing;
        else if (_hasPassed(place)) forbiddenBy = Property.Windows;
        else if (slots & ~place.details.slots != 0 || counted == 0) forbiddenBy = Property.Evidence;
        else if (further && place.answered == 0) forbiddenBy = Property.Evidence;
        IEvidenceVerifier.Fragment[] memory fragments = _fragments(uint8(first), uint8(first + count));
        if (bad >= first && bad < first + count) fragments[bad - first].fragment = hex"00";
        bytes memory data = further ? _furtherData(place, fragments) : _answerData(place, fragments);
        string memory name = further ? "Disputes.answerFurther" : "Disputes.answer";
        if (!_call(name, forbiddenBy, STRANGER, address(_disputes), 0, data)) return;
        place.answered |= counted;
        if (_sizeOf(place.answered) >= _books[place.study].threshold) _resolved(place);
    }

    function demand(uint256 seed) external step {
        (bool found, Place storage place, uint256 draw) = _among(seed, _DELIVERED);
        if (!found) return;
        Book storage book = _books[place.study];
        address caller = _challenger(draw);
        Property forbiddenBy = _mayDispute(place, caller);
        if (forbiddenBy == Property.None && place.rounds == MOST_ROUNDS) forbiddenBy = Property.Standing;
        uint32[] memory segments = _segmentsOf(place);
        uint256 cost = _costOf(book.id, place.details, segments.length);
        uint256 value = _provide(caller, book.token, cost);
        bytes memory data = abi.encodeCall(
            IDisputes.demand,
            (book.id, place.nullifier, place.details, _mockEnvelope(), place.details.recordTag, segments)
        );
        if (!_call("Disputes.demand", forbiddenBy, caller, address(_disputes), value, data)) return;
        _enter(place, IEnrolments.State.Demanded);
        ++place.rounds;
        (place.answered, place.posted, place.demanded) = (0, 0, uint8(segments.length));
        _staked(place, cost);
    }

    function post(uint256 seed) external step {
        (bool found, Place storage place, uint256 draw) = _among(seed, _set(IEnrolments.State.Demanded));
        if (!found) return;
        Book storage book = _books[place.study];
        uint32[] memory segments = _segmentsOf(place);
        uint8 at = uint8(draw % segments.length);
        IDisputes.Posting memory posting = _posting(segments, at);
        Property forbiddenBy = Property.None;
        if ((draw >> 64) % 8 == 0) {
            posting.data = "not the segment";
            forbiddenBy = Property.Evidence;
        }
        if (place.state != IEnrolments.State.Demanded || _has(place.posted, at)) {
            forbiddenBy = Property.Standing;
        } else if (_hasPassed(place)) {
            forbiddenBy = Property.Windows;
        }
        bytes memory data = abi.encodeCall(IDisputes.post, (book.id, place.nullifier, posting));
        if (!_call("Disputes.post", forbiddenBy, STRANGER, address(_disputes), 0, data)) return;
        place.posted |= uint16(1 << at);
        for (uint256 slot = 0; slot < N; ++slot) {
            if (_has(place.details.slots, slot)) _paidFromStake(place, _proxies[slot].addr, book.fee);
        }
        if (_sizeOf(place.posted) == place.demanded) _enter(place, IEnrolments.State.Delivered);
    }

    function expire(uint256 seed) external step {
        uint256 disputed = _set(IEnrolments.State.Challenged) | _set(IEnrolments.State.Demanded);
        (bool found, Place storage place,) = _among(seed, disputed);
        if (!found) return;
        Property forbiddenBy = Property.Standing;
        if (_has(disputed, uint256(place.state))) {
            forbiddenBy = _hasPassed(place) ? Property.None : Property.Windows;
        }
        bytes memory data =
            abi.encodeCall(IDisputes.expire, (_books[place.study].id, place.nullifier, place.details));
        if (!_call("Disputes.expire", forbiddenBy, STRANGER, address(_disputes), 0, data)) return;
        _ended(place, IEnrolments.State.Refunded, false, false, place.details.slots & ~place.answered);
    }

    /// @dev Faults are found now and then only, or nothing else would happen.
    function proveCapsule(uint256 seed) external step {
        (bool found, Place storage place, uint256 draw) = _among(seed, _OPEN);
        if (!found) return;
        bytes memory envelope = _mockEnvelope();
        bool faulty = (draw >> 64) % 8 == 0;
        if (faulty) envelope[8] = 0xff;
        bytes memory data = abi.encodeCall(
            IDisputes.proveCapsule,
            (_books[place.study].id, place.nullifier, place.details, envelope, place.details.recordTag)
        );
        _fault(place, "Disputes.proveCapsule", faulty, data);
    }

    function proveEqualIds(uint256 seed) external step {
        (bool found, Place storage place, uint256 draw) = _among(seed, _OPEN);
        if (!found) return;
        uint256 other = (draw >> 64) % 3 == 0 ? 1 : 2;
        bytes memory data = abi.encodeCall(
            IDisputes.proveEqualIds,
            (_books[place.study].id, place.nullifier, place.details, _grantAt(place), 0, other)
        );
        _fault(place, "Disputes.proveEqualIds", place.nullifier % 4 == 1 && other == 1, data);
    }

    function provePrecursor(uint256 seed) external step {
        (bool found, Place storage place, uint256 draw) = _among(seed, _OPEN);
        if (!found) return;
        if (place.nullifier % 4 == 2 && (draw >> 64) % 3 != 0) return;
        bytes memory data = abi.encodeCall(
            IDisputes.provePrecursor,
            (_books[place.study].id, place.nullifier, place.details, _grantAt(place))
        );
        _fault(place, "Disputes.provePrecursor", place.nullifier % 4 == 2, data);
    }

    function proveUnopenable(uint256 seed) external step {
        (bool found, Place storage place, uint256 draw) = _among(seed, _OPEN);
        if (!found) return;
        Book storage book = _books[place.study];
        IDisputes.Opening memory opening = _opening(place.nullifier, place.details);
        opening.grant = _grantAt(place);
        // The mock finds that they combine if the response is 1
        bool faulty = (draw >> 64) % 8 == 0;
        opening.shared.response = faulty ? 0 : 1;
        opening.fragments = _chosen(place.details.slots, book.threshold);
        opening.combination = new bytes[](book.threshold);
        bytes memory data =
            abi.encodeCall(IDisputes.proveUnopenable, (book.id, place.nullifier, place.details, opening));
        bool delivered = place.state != IEnrolments.State.Enrolled;
        _fault(place, "Disputes.proveUnopenable", faulty && delivered, data);
    }

    function _fault(Place storage place, string memory name, bool faulty, bytes memory data) private {
        Property forbiddenBy = faulty ? Property.None : Property.Evidence;
        if (!_isOpen(place)) forbiddenBy = Property.Standing;
        else if (_hasPassed(place)) forbiddenBy = Property.Windows;
        if (!_call(name, forbiddenBy, STRANGER, address(_disputes), 0, data)) return;
        _ended(place, IEnrolments.State.Faulted, false, false, 0);
    }

    /// @dev m slots answered: half the bond to them, in equal parts; all else to the patient.
    function _resolved(Place storage place) private {
        Book storage book = _books[place.study];
        uint256 each = place.stake / 2 / _sizeOf(place.answered);
        for (uint256 slot = 0; slot < N; ++slot) {
            if (!_has(place.answered, slot)) continue;
            address proxy = _proxies[slot].addr;
            ++_purses[book.token][proxy].answered;
            _paidFromStake(place, proxy, each);
        }
        _paidFromStake(place, PAYOUT, place.stake);
        _enter(place, IEnrolments.State.Delivered);
    }

    function _staked(Place storage place, uint256 amount) private {
        place.stake += amount;
        _paidIn[_books[place.study].token] += amount;
    }

    function _paidFromStake(Place storage place, address account, uint256 amount) private {
        place.stake -= amount;
        _pay(_books[place.study].token, account, amount);
    }

    function _mayDispute(Place storage place, address caller) private view returns (Property) {
        if (caller != _institution.addr) return Property.Doors;
        if (place.state != IEnrolments.State.Delivered) return Property.Standing;
        return _hasPassed(place) ? Property.Windows : Property.None;
    }

    function _challenger(uint256 draw) private view returns (address) {
        return (draw >> 200) % 16 == 0 ? STRANGER : _institution.addr;
    }

    /// @dev Mostly an enrolment in one of these states.
    function _among(uint256 seed, uint256 states)
        private
        returns (bool found, Place storage place, uint256 draw)
    {
        draw = _mix(seed);
        uint256 index;
        (found, index) = _pick(draw >> 16, draw % 8 == 0 ? type(uint256).max : states);
        place = found ? _places[index] : _nowhere();
    }

    /// @dev What is not looked at.
    function _nowhere() private pure returns (Place storage place) {
        assembly ("memory-safe") {
            place.slot := 0
        }
    }

    function _answerData(Place storage place, IEvidenceVerifier.Fragment[] memory fragments)
        private
        view
        returns (bytes memory)
    {
        uint256 studyId = _books[place.study].id;
        IDisputes.Answer memory given = IDisputes.Answer({
            recordTag: place.details.recordTag,
            receivingKey: _studies.termsOf(studyId).receivingKey,
            grant: _grantAt(place),
            envelope: _mockEnvelope(),
            tagBlinding: place.details.recordTag,
            fragments: fragments
        });
        return abi.encodeCall(IDisputes.answer, (studyId, place.nullifier, given));
    }

    function _furtherData(Place storage place, IEvidenceVerifier.Fragment[] memory fragments)
        private
        view
        returns (bytes memory)
    {
        uint256 studyId = _books[place.study].id;
        bytes memory key = _studies.termsOf(studyId).receivingKey;
        bytes memory basis = IEvidenceVerifier(EVIDENCE).basisOf(_mockEnvelope(), key, _grantAt(place));
        return abi.encodeCall(IDisputes.answerFurther, (studyId, place.nullifier, basis, fragments));
    }

    /// @dev Fragments of the first `count` slots of a set.
    function _chosen(uint16 slots, uint256 count)
        private
        pure
        returns (IEvidenceVerifier.Fragment[] memory list)
    {
        list = new IEvidenceVerifier.Fragment[](count);
        uint256 next;
        for (uint8 slot = 0; next < count; ++slot) {
            if (!_has(slots, slot)) continue;
            list[next++] = IEvidenceVerifier.Fragment({slot: slot, fragment: hex"01", products: ""});
        }
    }

    function _grantAt(Place storage place) private view returns (IEvidenceVerifier.Grant memory) {
        return _grantOf(place.nullifier, place.attempt);
    }

    function _segmentsOf(Place storage place) private view returns (uint32[] memory) {
        return _list(0, uint32(place.nullifier % 3));
    }
}
