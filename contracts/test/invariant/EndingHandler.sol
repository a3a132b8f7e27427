// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {Typed} from "../helpers/Typed.sol";
import {Model} from "./Model.sol";

/// @notice Attestations, acceptances and endings, each by itself and many in a call.
abstract contract EndingHandler is Model {
    enum Kind {
        Attest,
        Accept,
        Settle,
        Refund,
        Revoke
    }

    /// @dev A call of the enrolments contract that was planned.
    struct Step {
        Kind kind;
        uint256 place;
        Property forbiddenBy;
        uint16 slots;
        bytes data;
    }

    /// @dev Of a seed: all slots.
    uint256 private constant _WHOLE = 1 << 255;

    function attest(uint256 seed) external step {
        _take(Kind.Attest, _mix(seed));
    }

    /// @dev With all slots that the enrolment carries.
    function deliver(uint256 seed) external step {
        _take(Kind.Attest, _mix(seed) | _WHOLE);
    }

    function accept(uint256 seed) external step {
        _take(Kind.Accept, _mix(seed));
    }

    function settle(uint256 seed) external step {
        _take(Kind.Settle, _mix(seed));
    }

    function refund(uint256 seed) external step {
        _take(Kind.Refund, _mix(seed));
    }

    function revoke(uint256 seed) external step {
        _take(Kind.Revoke, _mix(seed));
    }

    /// @dev A secret of any attempt, or seldom of one to come, which can't be enrolled then.
    function reveal(uint256 seed) external step {
        seed = _mix(seed);
        if (_places.length == 0) return;
        bool early = (seed >> 64) % 4 == 0;
        (bool found, uint256 index) =
            _pick(seed, early ? _set(IEnrolments.State.Refunded) : type(uint256).max);
        if (!found) return;
        Place storage place = _places[index];
        bytes32 secret = _secret(place.nullifier, place.attempt + (early ? 1 : 0));
        bytes memory data = abi.encodeCall(IEnrolments.reveal, (secret));
        if (!_call("Enrolments.reveal", Property.None, STRANGER, address(_enrolments), 0, data)) return;
        _revealed[Typed.revocationHash(secret)] = true;
    }

    /// @dev Up to six steps, each about another enrolment, and mostly with which it can be done.
    function batch(uint256 seed) external step {
        seed = _mix(seed);
        Step[] memory steps = new Step[](1 + seed % 6);
        uint256 count;
        uint256 allowed;
        for (uint256 i = 0; i < _places.length && count < steps.length; ++i) {
            uint256 own = uint256(keccak256(abi.encode(seed, i)));
            uint256 index = (seed + i) % _places.length;
            Kind kind = Kind(own % 5);
            if (_isAllowed(kind, _places[index]) != Property.None && (own >> 16) % 16 != 0) continue;
            steps[count++] = _plan(kind, index, own);
            if (steps[count - 1].forbiddenBy == Property.None) ++allowed;
        }
        bytes[] memory calls = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            calls[i] = steps[i].data;
        }
        bytes memory data = abi.encodeCall(IEnrolments.batch, (calls));
        if (!_call("Enrolments.batch", Property.None, STRANGER, address(_enrolments), 0, data)) return;
        if (abi.decode(_answered, (uint256)) != allowed) _break(Property.Batch, "Enrolments.batch");
        for (uint256 i = 0; i < count; ++i) {
            Tally storage tally = _tallyOf("an entry of batch");
            if (steps[i].forbiddenBy == Property.None) {
                ++tally.done;
                _follow(steps[i]);
            } else {
                ++tally.refused;
            }
        }
    }

    /// @dev Mostly of an enrolment with which it can be done.
    function _take(Kind kind, uint256 seed) private {
        if (_places.length == 0) return;
        uint256 index = (seed >> 8) % _places.length;
        if (seed % 8 != 0) (, index) = _suitable(kind, index);
        Step memory planned = _plan(kind, index, seed);
        string[5] memory names = [
            "Enrolments.attest",
            "Enrolments.accept",
            "Enrolments.settle",
            "Enrolments.refund",
            "Enrolments.revoke"
        ];
        string memory name = names[uint256(kind)];
        if (_call(name, planned.forbiddenBy, STRANGER, address(_enrolments), 0, planned.data)) {
            _follow(planned);
        }
    }

    function _suitable(Kind kind, uint256 from) private view returns (bool found, uint256 index) {
        for (uint256 i = 0; i < _places.length; ++i) {
            index = (from + i) % _places.length;
            if (_isAllowed(kind, _places[index]) == Property.None) return (true, index);
        }
        return (false, from);
    }

    function _plan(Kind kind, uint256 index, uint256 seed) private returns (Step memory planned) {
        _touched.push(index);
        Place storage place = _places[index];
        planned.kind = kind;
        planned.place = index;
        planned.forbiddenBy = _isAllowed(kind, place);
        // Mostly not what was signed, where that would end it; else now and then
        bool ends = kind == Kind.Accept || kind == Kind.Revoke;
        bool forged = ends ? (seed >> 64) % 4 != 0 : (seed >> 64) % 16 == 0;
        uint256 studyId = _books[place.study].id;
        IEnrolments.Details memory details = place.details;
        if ((seed >> 72) % 32 == 0) {
            details.slots ^= 1;
            planned.forbiddenBy = Property.Standing;
        }
        if (kind == Kind.Attest) {
            (uint256 first, uint256 count) = _range(place.details.slots, seed & _WHOLE == 0 ? seed >> 80 : 1);
            if (seed & _WHOLE != 0) count = _sizeOf(place.details.slots);
            IEnrolments.Attestation[] memory given = _signed(place, first, count, forged);
            planned.slots = uint16(((1 << count) - 1) << first);
            if (planned.forbiddenBy == Property.None) {
                planned.forbiddenBy = _judged(place, planned.slots, forged);
            }
            planned.data = abi.encodeCall(IEnrolments.attest, (studyId, place.nullifier, details, given));
        } else if (kind == Kind.Accept) {
            (bytes32 r, bytes32 vs) = _acceptance(studyId, place.nullifier);
            if (forged) (r, vs) = vm.signCompact(_proxies[0].privateKey, keccak256("not the institution"));
            planned.data = abi.encodeCall(IEnrolments.accept, (studyId, place.nullifier, details, r, vs));
        } else if (kind == Kind.Settle) {
            planned.data = abi.encodeCall(IEnrolments.settle, (studyId, place.nullifier, details));
        } else if (kind == Kind.Refund) {
            planned.data = abi.encodeCall(IEnrolments.refund, (studyId, place.nullifier, details));
        } else {
            bytes32 secret = _secret(place.nullifier, place.attempt);
            if (forged) secret = keccak256("not the secret");
            planned.data = abi.encodeCall(IEnrolments.revoke, (studyId, place.nullifier, details, secret));
        }
        if (forged && ends && planned.forbiddenBy == Property.None) {
            planned.forbiddenBy = Property.Signatures;
        }
    }

    /// @dev Which property forbids this now, whatever is signed.
    function _isAllowed(Kind kind, Place storage place) private view returns (Property) {
        if (!_isOpen(place)) return Property.Standing;
        bool passed = _hasPassed(place);
        if (kind == Kind.Accept) return Property.None;
        if (kind == Kind.Revoke) return passed ? Property.Windows : Property.None;
        if (kind == Kind.Settle) {
            if (place.state != IEnrolments.State.Delivered) return Property.Standing;
            return passed ? Property.None : Property.Windows;
        }
        if (place.state != IEnrolments.State.Enrolled) return Property.Standing;
        return passed == (kind == Kind.Refund) ? Property.None : Property.Windows;
    }

    /// @dev A slot that attested already is passed over, whatever comes as its signature.
    function _judged(Place storage place, uint16 slots, bool forged) private view returns (Property) {
        if (slots & ~place.details.slots != 0) return Property.Signatures;
        return forged && slots & ~place.attested != 0 ? Property.Signatures : Property.None;
    }

    function _signed(Place storage place, uint256 first, uint256 count, bool forged)
        private
        view
        returns (IEnrolments.Attestation[] memory given)
    {
        bytes32 digest = Typed.attestation(
            address(_enrolments), _books[place.study].id, place.nullifier, place.attempt
        );
        if (forged) digest ^= bytes32(uint256(1));
        given = new IEnrolments.Attestation[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint8 slot = uint8(first + i);
            (bytes32 r, bytes32 vs) = vm.signCompact(_proxies[slot].privateKey, digest);
            given[i] = IEnrolments.Attestation({slot: slot, r: r, vs: vs});
        }
    }

    function _follow(Step memory planned) private {
        Place storage place = _places[planned.place];
        if (planned.kind == Kind.Attest) return _attested(place, planned.slots);
        if (planned.kind == Kind.Refund) {
            uint16 silent = place.details.slots & ~place.attested;
            return _ended(place, IEnrolments.State.Refunded, false, false, silent);
        }
        if (planned.kind == Kind.Revoke) {
            _revealed[place.details.revocationHash] = true;
            return _ended(place, IEnrolments.State.Revoked, false, _isDelivered(place.state), 0);
        }
        _ended(place, IEnrolments.State.Settled, true, true, 0);
    }

    function _attested(Place storage place, uint16 slots) private {
        Book storage book = _books[place.study];
        for (uint256 slot = 0; slot < N; ++slot) {
            if (_has(slots & ~place.attested, slot)) ++_purses[book.token][_proxies[slot].addr].attested;
        }
        place.attested |= slots;
        if (_sizeOf(place.attested) >= book.threshold) _enter(place, IEnrolments.State.Delivered);
    }
}
