// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IMembers} from "../../src/interfaces/IMembers.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {Typed} from "../helpers/Typed.sol";
import {MeantVerifier} from "./MeantVerifier.sol";
import {Model} from "./Model.sol";

/// @notice Patients who enrol, by themselves and in batches, as they should and with one thing wrong.
abstract contract EnrolHandler is Model {
    /// @dev What is wrong with a request.
    enum Flaw {
        None,
        Payout,
        Criteria,
        Root,
        Attempt,
        FewReceipts,
        Signature,
        Late
    }

    /// @dev A root that was the registry's.
    struct Root {
        uint256 value;
        uint256 records;
        uint256 end;
    }

    /// @dev A request, and what is wrong with it.
    struct Draft {
        uint256 study;
        Flaw flaw;
        uint256 root;
        IEnrolments.Request request;
    }

    Root[] internal _roots;
    uint256 internal _nextNullifier = 1;

    function enrol(uint256 seed) external step {
        Draft memory draft = _draft(_mix(seed), true);
        Property forbiddenBy = _refusal(draft);
        bytes memory data = abi.encodeCall(IEnrolments.enrol, (draft.request));
        if (_call("Enrolments.enrol", forbiddenBy, STRANGER, address(_enrolments), 0, data)) {
            _enrolled(draft);
        }
    }

    function enrolBatch(uint256 seed) external step {
        seed = _mix(seed);
        Draft[] memory drafts = new Draft[](1 + seed % 6);
        IEnrolments.Request[] memory requests = new IEnrolments.Request[](drafts.length);
        uint256 first = (seed >> 8) % _books.length;
        for (uint256 i = 0; i < drafts.length; ++i) {
            // A proof that fails undoes everything, so that only the first may
            drafts[i] = _draft(uint256(keccak256(abi.encode(seed, i))), i == 0);
            // Most are of one study
            if (i != 0 && (seed >> (16 + i)) % 4 != 0) _moveTo(drafts[i], first);
            requests[i] = drafts[i].request;
        }
        bool undone = _refusal(drafts[0]) == Property.Proofs;
        bytes memory data = abi.encodeCall(IEnrolments.enrolBatch, (requests));
        Property forbiddenBy = undone ? Property.Proofs : Property.None;
        if (!_call("Enrolments.enrolBatch", forbiddenBy, STRANGER, address(_enrolments), 0, data)) return;
        uint256 enrolled = abi.decode(_answered, (uint256));
        uint256 allowed;
        for (uint256 i = 0; i < drafts.length; ++i) {
            Property refusal = _refusal(drafts[i]);
            Tally storage tally = _tallyOf("an entry of enrolBatch");
            if (refusal == Property.None) {
                ++tally.done;
                ++allowed;
                _enrolled(drafts[i]);
            } else {
                ++tally.refused;
                _requireNotMade(drafts[i], refusal);
            }
        }
        if (enrolled != allowed) _break(Property.Batch, "Enrolments.enrolBatch");
    }

    /// @dev A new patient, or one who is there already.
    function _draft(uint256 seed, bool mayForge) private returns (Draft memory draft) {
        draft.flaw = Flaw((seed >> 200) % 32 < 8 ? (seed >> 200) % 32 : 0);
        bool forged = draft.flaw == Flaw.Payout || draft.flaw == Flaw.Criteria;
        if (forged && !mayForge) draft.flaw = Flaw.None;
        draft.root = _roots.length - 1;
        if (draft.flaw == Flaw.Root) draft.root = (seed >> 32) % _roots.length;
        uint256 attempt;
        uint256 nullifier;
        if (_places.length != 0 && seed % 4 == 0) {
            (bool refunded, uint256 index) = _pick(seed >> 64, _set(IEnrolments.State.Refunded));
            if (!refunded || (seed >> 8) % 4 == 0) index = (seed >> 64) % _places.length;
            _touched.push(index);
            Place storage place = _places[index];
            (draft.study, nullifier, attempt) = (place.study, place.nullifier, place.attempt);
            // What ended otherwise must be refused under either number
            if (place.state == IEnrolments.State.Refunded || (seed >> 216) % 2 == 0) ++attempt;
        } else {
            (draft.study, nullifier) = ((seed >> 16) % _books.length, _nextNullifier++);
        }
        if (draft.flaw == Flaw.Attempt) ++attempt;
        draft.request = _request(_books[draft.study].id, nullifier, uint32(attempt), 0);
        draft.request.registryRoot = _roots[draft.root].value;
        _complete(draft, seed >> 128);
    }

    /// @dev The same for another study, in which the patient is new.
    function _moveTo(Draft memory draft, uint256 study) private {
        draft.study = study;
        draft.request = _request(_books[study].id, _nextNullifier++, 0, 0);
        if (draft.flaw == Flaw.Attempt) draft.request.attempt = 1;
        draft.request.registryRoot = _roots[draft.root].value;
        _complete(draft, draft.request.nullifier);
    }

    function _complete(Draft memory draft, uint256 seed) private view {
        uint256 needed = 2 * _books[draft.study].threshold - 1;
        if (draft.flaw == Flaw.FewReceipts) --needed;
        IEnrolments.Request memory request = draft.request;
        request.proof[0] = _meant(draft.study, request);
        if (draft.flaw == Flaw.Payout) request.payout = STRANGER;
        if (draft.flaw == Flaw.Criteria) request.proof[0] ^= 1;
        _sign(request, needed + (draft.flaw == Flaw.FewReceipts ? 0 : seed % (N + 1 - needed)), draft.flaw);
    }

    /// @dev What a proof for this request is about.
    function _meant(uint256 study, IEnrolments.Request memory request) private view returns (uint256) {
        IStudies.Terms memory terms = _studies.termsOf(_books[study].id);
        return MeantVerifier(_studies.standingOf(request.studyId).verifier)
            .meant(
                [
                    request.registryRoot,
                    terms.criteriaHash,
                    terms.purposes,
                    _enrolments.referenceTimeOf(request.day, terms.maxRecordAge),
                    request.studyId,
                    request.nullifier,
                    request.recordTag,
                    Typed.context(address(_enrolments), request)
                ]
            );
    }

    /// @dev Receipts of so many slots, the first of which is not always 0.
    function _sign(IEnrolments.Request memory request, uint256 count, Flaw flaw) private view {
        uint64 validUntil = uint64(flaw == Flaw.Late ? block.timestamp - 1 : block.timestamp + 1 hours);
        bytes32 digest = Typed.receipt(address(_enrolments), request, validUntil);
        if (flaw == Flaw.Signature) digest ^= bytes32(uint256(1));
        request.receipts = new IEnrolments.Receipt[](count);
        uint256 first = request.nullifier % (N + 1 - count);
        request.slots = uint16(((1 << count) - 1) << first);
        for (uint256 i = 0; i < count; ++i) {
            (bytes32 r, bytes32 vs) = vm.signCompact(_proxies[first + i].privateKey, digest);
            request.receipts[i] = IEnrolments.Receipt({validUntil: validUntil, r: r, vs: vs});
        }
    }

    /// @dev Which property forbids that this is enrolled now.
    function _refusal(Draft memory draft) private view returns (Property) {
        Book storage book = _books[draft.study];
        IEnrolments.Request memory request = draft.request;
        if (_hasEnded(book) || block.timestamp < book.opensAt) return Property.Windows;
        if (_placesOf(book) == 0) return Property.Quota;
        if (!_isNext(book, draft)) return Property.Standing;
        if (_revealed[request.revocationHash]) return Property.Revocation;
        Root storage root = _roots[draft.root];
        if (root.value == 0 || block.timestamp >= root.end || root.records < book.minimum) {
            return Property.Roots;
        }
        if (draft.flaw >= Flaw.FewReceipts) return Property.Signatures;
        for (uint256 slot = 0; slot < N; ++slot) {
            if (!_has(request.slots, slot)) continue;
            address proxy = _proxies[slot].addr;
            if (_active[proxy] != IMembers.Role.Proxy) return Property.Expelled;
            if (_purses[book.token][proxy].free < book.slice) return Property.Bonds;
        }
        bool forged = draft.flaw == Flaw.Payout || draft.flaw == Flaw.Criteria;
        return forged ? Property.Proofs : Property.None;
    }

    function _isNext(Book storage book, Draft memory draft) private view returns (bool) {
        (bool known, uint256 index) = _find(draft.study, draft.request.nullifier);
        uint256 expected;
        if (known) {
            Place storage place = _places[index];
            if (place.state != IEnrolments.State.Refunded) return false;
            expected = uint256(place.attempt) + 1;
        }
        return draft.request.attempt == expected && expected < book.maxAttempts;
    }

    function _enrolled(Draft memory draft) private {
        IEnrolments.Request memory request = draft.request;
        (bool known, uint256 index) = _find(draft.study, request.nullifier);
        if (!known) {
            index = _places.length;
            Place storage made = _places.push();
            made.study = draft.study;
            made.nullifier = request.nullifier;
            _indices[draft.study][request.nullifier] = index + 1;
        }
        _touched.push(index);
        _admitted(_places[index], _detailsOf(request), uint8(request.attempt));
    }

    /// @dev An entry that was to be skipped left nothing of a patient who is new.
    function _requireNotMade(Draft memory draft, Property forbiddenBy) private {
        (bool known,) = _find(draft.study, draft.request.nullifier);
        bytes32 hash = _enrolments.detailsHashOf(draft.request.studyId, draft.request.nullifier);
        if (!known && hash != bytes32(0)) _break(forbiddenBy, "an entry of enrolBatch");
    }

    function _find(uint256 study, uint256 nullifier) private view returns (bool known, uint256 index) {
        uint256 next = _indices[study][nullifier];
        return next == 0 ? (false, 0) : (true, next - 1);
    }
}
