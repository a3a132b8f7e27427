// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../interfaces/IEnrolments.sol";
import {IMembers} from "../interfaces/IMembers.sol";
import {IRecordRegistry} from "../interfaces/IRecordRegistry.sol";
import {IStudies} from "../interfaces/IStudies.sol";
import {Charters} from "../libraries/Charters.sol";
import {Claims} from "../libraries/Claims.sol";
import {Field} from "../libraries/Field.sol";
import {Messages} from "../libraries/Messages.sol";
import {PublicSignals} from "../libraries/PublicSignals.sol";
import {ReferenceTime} from "../libraries/ReferenceTime.sol";
import {Slots} from "../libraries/Slots.sol";
import {EnrolmentBook} from "./EnrolmentBook.sol";

/// @title Admission: one enrolment, or many whose proofs are verified together
/// @dev A request is refused with the encoded error that `enrol` reverts with and `enrolBatch` tells in an event. It is stored before its proof is
/// verified: nobody outside is called in between, and a proof that fails undoes the whole call.
abstract contract Admission is EnrolmentBook {
    using Charters for address;
    using Claims for bytes;
    using Slots for uint16;

    /// @dev Requests of one study that follow one another. What they share is read once.
    /// @param studyId The study.
    /// @param places How many places are taken for them and not used yet.
    /// @param refusal Why the study takes nobody; empty if it does.
    /// @param charter The study's.
    /// @param active Slots whose proxies are known to be active members.
    /// @param slots Whose bond is locked for requests with these very slots.
    /// @param slices How many slices of each are locked for them and not used yet.
    /// @param root The registry root that was looked up last.
    /// @param acceptedUntil Until when it is accepted; 0 if it is unknown.
    /// @param records Live records under it.
    /// @param latest How late a receipt's `validUntil` may be.
    /// @param day The reference day that was worked with last.
    /// @param referenceTime Its signal.
    struct Run {
        uint256 studyId;
        uint256 places;
        bytes refusal;
        IStudies.Charter charter;
        uint16 active;
        uint16 slots;
        uint256 slices;
        uint256 root;
        uint256 acceptedUntil;
        uint256 records;
        uint256 latest;
        uint256 day;
        uint256 referenceTime;
    }

    /// @inheritdoc IEnrolments
    function enrol(Request calldata request) external {
        Run memory run;
        _begin(run, request.studyId, 1);
        bytes memory claims = Claims.room(1);
        bytes memory refusal = _admit(run, request, claims, 0);
        if (refusal.length != 0) {
            assembly ("memory-safe") {
                revert(add(refusal, 0x20), mload(refusal))
            }
        }
        _requireProofs(run, claims, 1);
    }

    /// @inheritdoc IEnrolments
    function enrolBatch(Request[] calldata requests) external returns (uint256 enrolled) {
        bytes memory claims = Claims.room(requests.length);
        uint256 pending;
        Run memory run;
        for (uint256 i = 0; i < requests.length; ++i) {
            Request calldata request = requests[i];
            if (i == 0 || request.studyId != run.studyId) {
                _finish(run);
                _requireProofs(run, claims, pending);
                pending = 0;
                // As many as may follow; what is not used is given back
                _begin(run, request.studyId, requests.length - i);
            }
            bytes memory refusal = _admit(run, request, claims, pending);
            // slither-disable-next-line incorrect-equality
            if (refusal.length == 0) {
                ++pending;
                ++enrolled;
            } else {
                emit EnrolmentSkipped(request.studyId, request.nullifier, i, refusal);
            }
        }
        _finish(run);
        _requireProofs(run, claims, pending);
    }

    /// @inheritdoc IEnrolments
    function contextOf(
        uint256 studyId,
        uint32 attempt,
        address payout,
        bytes32 revocationHash,
        bytes32 grantDigest
    ) external view returns (uint256) {
        return Messages.context(address(this), studyId, attempt, payout, revocationHash, grantDigest);
    }

    /// @inheritdoc IEnrolments
    function referenceTimeOf(uint32 day, uint32 maxRecordAge) external pure returns (uint256) {
        return ReferenceTime.signal(day, maxRecordAge);
    }

    /// @dev Takes places for requests of a study, or learns why it takes nobody.
    function _begin(Run memory run, uint256 studyId, uint256 most) private {
        run.studyId = studyId;
        run.refusal = "";
        run.day = 0;
        try STUDIES.reserve(studyId, most) returns (uint256 granted, address charter) {
            run.places = granted;
            run.charter = charter.load();
            run.latest = block.timestamp + run.charter.maxReceiptSeconds;
            // A count that only grows, and is the charter's or is not
            // slither-disable-next-line incorrect-equality
            run.active = MEMBERS.expulsions() == run.charter.expulsions ? type(uint16).max : 0;
        } catch (bytes memory reason) {
            run.places = 0;
            run.refusal = _explained(reason);
        }
    }

    /// @dev Gives back the places and the slices that were not used.
    function _finish(Run memory run) private {
        if (run.places != 0) STUDIES.unreserve(run.studyId, run.places);
        _unlock(run);
    }

    /// @dev Locks a slice of each slot's bond, or uses those that are locked already. As many as may follow are locked at once.
    function _lock(Run memory run, uint16 slots) private returns (bytes memory refusal) {
        if (run.slots != slots || run.slices == 0) {
            _unlock(run);
            IStudies.Terms memory terms = run.charter.terms;
            address[] memory proxies = slots.proxiesOf(terms.proxies);
            try TREASURY.lock(proxies, terms.token, run.charter.slice, run.places) returns (uint256 granted) {
                run.slots = slots;
                run.slices = granted;
            } catch (bytes memory reason) {
                return _explained(reason);
            }
        }
        run.slices -= 1;
    }

    function _unlock(Run memory run) private {
        if (run.slices == 0) return;
        IStudies.Terms memory terms = run.charter.terms;
        TREASURY.unlockUnused(run.slots.proxiesOf(terms.proxies), terms.token, run.charter.slice, run.slices);
        run.slices = 0;
    }

    /// @dev Stores the enrolment and puts what is left to be verified at a place among the claims; or tells why it can't be.
    function _admit(Run memory run, Request calldata request, bytes memory claims, uint256 place)
        private
        returns (bytes memory refusal)
    {
        if (run.refusal.length != 0) return run.refusal;
        if (run.places == 0) return abi.encodeWithSelector(IStudies.QuotaUsedUp.selector, run.studyId);
        Enrolment storage enrolment = _enrolments[request.studyId][request.nullifier];
        refusal = _refuseAttempt(request, enrolment.standing, run.charter.maxAttempts);
        if (refusal.length != 0) return refusal;
        refusal = _refuseContent(request);
        if (refusal.length != 0) return refusal;
        refusal = _refuseRoot(run, request.registryRoot);
        if (refusal.length != 0) return refusal;
        refusal = _takeReceipts(run, request);
        if (refusal.length != 0) return refusal;

        run.places -= 1;
        _store(enrolment, request);
        claims.put(place, request.proof, _signals(run, request));
    }

    /// @dev The first attempt is 0; another follows a refund only, as often as the study allows.
    function _refuseAttempt(Request calldata request, Standing storage standing, uint256 most)
        private
        view
        returns (bytes memory refusal)
    {
        State state = standing.state;
        uint256 expected;
        if (state == State.Refunded) {
            expected = uint256(standing.attempt) + 1;
        } else if (state != State.None) {
            return abi.encodeWithSelector(AlreadyEnrolled.selector, request.studyId, request.nullifier, state);
        }
        uint256 attempt = request.attempt;
        if (attempt != expected) {
            return abi.encodeWithSelector(AttemptInvalid.selector, attempt, expected);
        }
        if (expected >= most) return abi.encodeWithSelector(AttemptsUsedUp.selector, most);
    }

    function _refuseContent(Request calldata request) private view returns (bytes memory refusal) {
        if (request.payout == address(0)) return abi.encodeWithSelector(PayoutZero.selector);
        // The verifier refuses these too; here they get their name, and a nullifier can't stand in two spellings
        if (request.nullifier >= Field.R) {
            return abi.encodeWithSelector(NotInField.selector, request.nullifier);
        }
        if (request.recordTag >= Field.R) {
            return abi.encodeWithSelector(NotInField.selector, request.recordTag);
        }
        if (_revealed[request.revocationHash]) {
            return abi.encodeWithSelector(GrantRevoked.selector, request.revocationHash);
        }
        uint256 today = ReferenceTime.dayOf(block.timestamp);
        uint256 day = request.day;
        if (day != today && day + 1 != today) {
            return abi.encodeWithSelector(DayInvalid.selector, day, today);
        }
    }

    function _refuseRoot(Run memory run, uint256 root) private view returns (bytes memory refusal) {
        if (root != run.root) {
            run.root = root;
            IRecordRegistry.RootStanding memory standing = REGISTRY.rootStanding(root);
            run.acceptedUntil = standing.acceptedUntil;
            run.records = standing.records;
        }
        uint256 end = run.acceptedUntil;
        if (end == 0) return abi.encodeWithSelector(RootUnknown.selector, root);
        if (block.timestamp >= end) return abi.encodeWithSelector(RootStale.selector, root);
        uint256 records = run.records;
        uint256 minimum = run.charter.terms.minimumRecords;
        if (records < minimum) return abi.encodeWithSelector(TooFewRecords.selector, records, minimum);
    }

    /// @dev At least 2m − 1 receipts, so that with fewer than m dishonest signers m honest ones remain. Each locks a slice of its signer's bond.
    function _takeReceipts(Run memory run, Request calldata request) private returns (bytes memory refusal) {
        Receipt[] calldata receipts = request.receipts;
        IStudies.Terms memory terms = run.charter.terms;
        uint256 needed = 2 * uint256(terms.threshold) - 1;
        if (receipts.length < needed) {
            return abi.encodeWithSelector(TooFewReceipts.selector, receipts.length, needed);
        }
        bytes memory message = Messages.receiptWithoutTime(
            request.studyId, request.nullifier, request.attempt, request.recordTag, request.grantDigest
        );
        // What is signed depends on the time alone, which proxies round so that it is mostly the same
        uint256 validUntil = type(uint256).max;
        bytes32 digest;
        uint16 slots = request.slots;
        uint256 slot;
        for (uint256 i = 0; i < receipts.length; ++i) {
            slot = slots.next(slot);
            if (slot >= terms.proxies.length) return abi.encodeWithSelector(SlotInvalid.selector, slot);
            Receipt calldata receipt = receipts[i];
            if (receipt.validUntil != validUntil) {
                validUntil = receipt.validUntil;
                if (validUntil < block.timestamp || validUntil > run.latest) {
                    return abi.encodeWithSelector(ReceiptExpired.selector, slot, validUntil);
                }
                digest = _hashTypedDataV4(Messages.hashReceipt(message, validUntil));
            }
            if (!_isSigned(digest, receipt.r, receipt.vs, terms.proxies[slot])) {
                return abi.encodeWithSelector(ReceiptInvalid.selector, slot);
            }
            ++slot;
        }
        if (slots >> slot != 0) {
            return abi.encodeWithSelector(TooFewReceipts.selector, receipts.length, slots.size());
        }
        refusal = _refuseExpelled(run, slots);
        if (refusal.length == 0) refusal = _lock(run, slots);
    }

    /// @dev Asks for those that are not known to be active yet.
    function _refuseExpelled(Run memory run, uint16 slots) private view returns (bytes memory refusal) {
        uint16 unknown = slots & ~run.active;
        if (unknown == 0) return refusal;
        address[] memory proxies = unknown.proxiesOf(run.charter.terms.proxies);
        for (uint256 i = 0; i < proxies.length; ++i) {
            if (!MEMBERS.isActive(proxies[i], IMembers.Role.Proxy)) {
                return abi.encodeWithSelector(ProxyExpelled.selector, proxies[i]);
            }
        }
        run.active |= unknown;
    }

    function _store(Enrolment storage enrolment, Request calldata request) private {
        Details memory details = Details({
            registryRoot: request.registryRoot,
            recordTag: request.recordTag,
            grantDigest: request.grantDigest,
            revocationHash: request.revocationHash,
            slots: request.slots
        });
        address payout = request.payout;
        uint32 attempt = request.attempt;
        _write(enrolment, payout, attempt, _hashOf(details));
        emit Enrolled(
            request.studyId,
            request.nullifier,
            request.recordTag,
            uint8(attempt),
            request.day,
            payout,
            details
        );
    }

    /// @dev What the proof must be about beside the study's own signals, which are in its point: time and context are worked out here.
    function _signals(Run memory run, Request calldata request)
        private
        view
        returns (PublicSignals.Claimed memory)
    {
        IStudies.Terms memory terms = run.charter.terms;
        uint256 day = request.day;
        if (day != run.day) {
            run.day = day;
            run.referenceTime = ReferenceTime.signal(day, terms.maxRecordAge);
        }
        return PublicSignals.Claimed({
            registryRoot: request.registryRoot,
            referenceTime: run.referenceTime,
            nullifier: request.nullifier,
            recordTag: request.recordTag,
            context: Messages.context(
                address(this),
                request.studyId,
                request.attempt,
                request.payout,
                request.revocationHash,
                request.grantDigest
            )
        });
    }

    /// @dev The first `count` claims hold, all of them about the run's study.
    function _requireProofs(Run memory run, bytes memory claims, uint256 count) private view {
        if (count != 0 && !claims.hold(count, run.charter)) revert ProofInvalid();
    }

    /// @dev A call that failed without a reason ran out of gas: the batch does too, or an estimate of its gas would find one that skips everything.
    function _explained(bytes memory reason) internal pure returns (bytes memory) {
        if (reason.length == 0) revert NoReason();
        return reason;
    }
}
