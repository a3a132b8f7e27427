// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IEligibilityVerifier} from "./interfaces/IEligibilityVerifier.sol";
import {IEnrolments} from "./interfaces/IEnrolments.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IRecordRegistry} from "./interfaces/IRecordRegistry.sol";
import {IStudies} from "./interfaces/IStudies.sol";
import {ITreasury} from "./interfaces/ITreasury.sol";
import {Field} from "./libraries/Field.sol";
import {Messages} from "./libraries/Messages.sol";
import {PublicSignals} from "./libraries/PublicSignals.sol";
import {ReferenceTime} from "./libraries/ReferenceTime.sol";
import {Slots} from "./libraries/Slots.sol";

/// @title Enrolments
/// @dev Calls go to the project's own contracts only, none of which calls back; money moves between books, never out.
contract Enrolments is IEnrolments, EIP712 {
    using PublicSignals for PublicSignals.Signals;
    using Slots for uint16;

    IMembers public immutable MEMBERS;
    IRecordRegistry public immutable REGISTRY;
    ITreasury public immutable TREASURY;
    IStudies public immutable STUDIES;

    mapping(uint256 studyId => mapping(uint256 nullifier => Standing)) private _standings;
    mapping(uint256 studyId => mapping(uint256 nullifier => bytes32)) private _detailsHashes;
    mapping(bytes32 revocationHash => bool) private _revealed;

    constructor(IMembers members, IRecordRegistry registry, ITreasury treasury, IStudies studies)
        EIP712("Medshare", "1")
    {
        MEMBERS = members;
        REGISTRY = registry;
        TREASURY = treasury;
        STUDIES = studies;
    }

    /// @inheritdoc IEnrolments
    function enrol(Request calldata request) external {
        IStudies.Terms memory terms = STUDIES.termsOf(request.studyId);
        IStudies.Standing memory study = STUDIES.standingOf(request.studyId);
        // Takes the place first: an unknown, closed or full study is named before anything else
        STUDIES.reserve(request.studyId);
        _checkAttempt(request);
        _checkFreshness(request);
        uint16 slots = _checkReceipts(request, terms);
        _checkProof(request, terms, study.verifier);
        TREASURY.lock(slots.proxiesOf(terms.proxies), terms.token, study.slice);
        _store(request, slots);
    }

    /// @inheritdoc IEnrolments
    function attest(
        uint256 studyId,
        uint256 nullifier,
        Details calldata details,
        Attestation[] calldata attestations
    ) external {
        Standing storage standing = _opened(studyId, nullifier, details);
        if (standing.state != State.Enrolled) revert StateInvalid(standing.state);
        IStudies.Terms memory terms = STUDIES.termsOf(studyId);
        if (_hasPassed(standing, terms)) revert WindowPassed();

        uint8 attempt = standing.attempt;
        bytes32 digest = _hashTypedDataV4(Messages.attestation(studyId, nullifier, attempt));
        uint16 attested = standing.attested;
        for (uint256 i = 0; i < attestations.length; ++i) {
            Attestation calldata attestation = attestations[i];
            uint256 slot = attestation.slot;
            if (!details.slots.contains(slot)) revert SlotInvalid(slot);
            if (attested.contains(slot)) continue;
            address proxy = terms.proxies[slot];
            if (!_isSigned(digest, attestation.r, attestation.vs, proxy)) revert AttestationInvalid(slot);
            attested |= Slots.bit(slot);
            emit Attested(studyId, nullifier, attempt, proxy);
        }
        standing.attested = attested;
        if (attested.size() >= terms.threshold) {
            _enter(standing, State.Delivered);
            emit Delivered(studyId, nullifier, attempt);
        }
    }

    /// @inheritdoc IEnrolments
    function accept(uint256 studyId, uint256 nullifier, Details calldata details, bytes32 r, bytes32 vs)
        external
    {
        Standing storage standing = _opened(studyId, nullifier, details);
        bytes32 digest = _hashTypedDataV4(Messages.acceptance(studyId, nullifier, standing.attempt));
        address institution = STUDIES.standingOf(studyId).institution;
        if (!_isSigned(digest, r, vs, institution)) revert AcceptanceInvalid();
        _settle(studyId, nullifier, details, true);
    }

    /// @inheritdoc IEnrolments
    function settle(uint256 studyId, uint256 nullifier, Details calldata details) external {
        Standing storage standing = _opened(studyId, nullifier, details);
        if (standing.state != State.Delivered) revert StateInvalid(standing.state);
        _requirePassed(standing, STUDIES.termsOf(studyId));
        _settle(studyId, nullifier, details, false);
    }

    /// @inheritdoc IEnrolments
    function refund(uint256 studyId, uint256 nullifier, Details calldata details) external {
        Standing storage standing = _opened(studyId, nullifier, details);
        if (standing.state != State.Enrolled) revert StateInvalid(standing.state);
        IStudies.Terms memory terms = STUDIES.termsOf(studyId);
        _requirePassed(standing, terms);

        uint128 slice = STUDIES.standingOf(studyId).slice;
        uint16 attested = standing.attested;
        uint16 silent = details.slots & ~attested;
        _enter(standing, State.Refunded);
        STUDIES.release(studyId, new address[](0), false);
        TREASURY.unlock(attested.proxiesOf(terms.proxies), terms.token, slice);
        uint256 compensation =
            TREASURY.slash(silent.proxiesOf(terms.proxies), terms.token, slice, standing.payout, terms.price);
        emit Refunded(studyId, nullifier, standing.attempt, silent, compensation);
    }

    /// @inheritdoc IEnrolments
    function revoke(uint256 studyId, uint256 nullifier, Details calldata details, bytes32 secret) external {
        Standing storage standing = _opened(studyId, nullifier, details);
        if (Messages.hashOfSecret(secret) != details.revocationHash) revert RevocationInvalid();
        IStudies.Terms memory terms = STUDIES.termsOf(studyId);
        if (_hasPassed(standing, terms)) revert WindowPassed();

        bool delivered = standing.state == State.Delivered;
        address[] memory slots = details.slots.proxiesOf(terms.proxies);
        _enter(standing, State.Revoked);
        _reveal(details.revocationHash);
        STUDIES.release(studyId, slots, delivered);
        TREASURY.unlock(slots, terms.token, STUDIES.standingOf(studyId).slice);
        emit Revoked(studyId, nullifier, standing.attempt);
    }

    /// @inheritdoc IEnrolments
    function reveal(bytes32 secret) external {
        _reveal(Messages.hashOfSecret(secret));
    }

    /// @inheritdoc IEnrolments
    function standingOf(uint256 studyId, uint256 nullifier) external view returns (Standing memory) {
        return _standings[studyId][nullifier];
    }

    /// @inheritdoc IEnrolments
    function detailsHashOf(uint256 studyId, uint256 nullifier) external view returns (bytes32) {
        return _detailsHashes[studyId][nullifier];
    }

    /// @inheritdoc IEnrolments
    function isRevealed(bytes32 revocationHash) external view returns (bool) {
        return _revealed[revocationHash];
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

    /// @dev The first attempt is 0; another follows a refund only, as often as the bounds allow.
    function _checkAttempt(Request calldata request) private view {
        Standing storage standing = _standings[request.studyId][request.nullifier];
        State state = standing.state;
        uint256 expected;
        if (state == State.Refunded) {
            expected = uint256(standing.attempt) + 1;
        } else if (state != State.None) {
            revert AlreadyEnrolled(request.studyId, request.nullifier, state);
        }
        if (request.attempt != expected) revert AttemptInvalid(request.attempt, expected);
        uint256 most = MEMBERS.bounds().maxAttempts;
        if (expected >= most) revert AttemptsUsedUp(most);
    }

    function _checkFreshness(Request calldata request) private view {
        if (request.payout == address(0)) revert PayoutZero();
        if (_revealed[request.revocationHash]) revert GrantRevoked(request.revocationHash);
        uint256 today = ReferenceTime.dayOf(block.timestamp);
        if (request.day != today && uint256(request.day) + 1 != today) revert DayInvalid(request.day, today);
        if (!REGISTRY.isAccepted(request.registryRoot)) {
            if (REGISTRY.isKnown(request.registryRoot)) revert RootStale(request.registryRoot);
            revert RootUnknown(request.registryRoot);
        }
    }

    /// @dev At least 2m − 1 receipts, so that with fewer than m dishonest signers m honest ones remain.
    function _checkReceipts(Request calldata request, IStudies.Terms memory terms)
        private
        view
        returns (uint16 slots)
    {
        uint256 needed = 2 * uint256(terms.threshold) - 1;
        if (request.receipts.length < needed) revert TooFewReceipts(request.receipts.length, needed);
        uint256 latest = block.timestamp + MEMBERS.bounds().maxReceiptSeconds;
        uint256 nextSlot;
        for (uint256 i = 0; i < request.receipts.length; ++i) {
            Receipt calldata receipt = request.receipts[i];
            uint256 slot = receipt.slot;
            if (slot < nextSlot || slot >= terms.proxies.length) revert SlotInvalid(slot);
            nextSlot = slot + 1;
            if (receipt.validUntil < block.timestamp || receipt.validUntil > latest) {
                revert ReceiptExpired(slot, receipt.validUntil);
            }
            address proxy = terms.proxies[slot];
            if (!_isSigned(_receiptDigest(request, receipt.validUntil), receipt.r, receipt.vs, proxy)) {
                revert ReceiptInvalid(slot);
            }
            if (!MEMBERS.isActive(proxy, IMembers.Role.Proxy)) revert ProxyExpelled(proxy);
            slots |= Slots.bit(slot);
        }
    }

    function _receiptDigest(Request calldata request, uint64 validUntil) private view returns (bytes32) {
        return _hashTypedDataV4(
            Messages.receipt(
                request.studyId,
                request.nullifier,
                request.attempt,
                request.recordTag,
                request.grantDigest,
                validUntil
            )
        );
    }

    function _checkProof(Request calldata request, IStudies.Terms memory terms, address verifier)
        private
        view
    {
        // The verifier refuses these too; here they get their name, and a nullifier can't stand in two spellings
        if (request.nullifier >= Field.R) revert NotInField(request.nullifier);
        if (request.recordTag >= Field.R) revert NotInField(request.recordTag);
        uint256[8] memory signals = PublicSignals.Signals({
            registryRoot: request.registryRoot,
            criteriaHash: terms.criteriaHash,
            purposes: terms.purposes,
            referenceTime: ReferenceTime.signal(request.day, terms.maxRecordAge),
            studyId: request.studyId,
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
        }).toArray();
        uint256[8] calldata p = request.proof;
        bool holds = IEligibilityVerifier(verifier)
            .verifyProof([p[0], p[1]], [[p[2], p[3]], [p[4], p[5]]], [p[6], p[7]], signals);
        if (!holds) revert ProofInvalid();
    }

    function _store(Request calldata request, uint16 slots) private {
        Details memory details = Details({
            registryRoot: request.registryRoot,
            recordTag: request.recordTag,
            grantDigest: request.grantDigest,
            revocationHash: request.revocationHash,
            slots: slots
        });
        _standings[request.studyId][request.nullifier] = Standing({
            payout: request.payout,
            since: uint32(block.timestamp),
            sinceBlock: uint32(block.number),
            attempt: uint8(request.attempt),
            state: State.Enrolled,
            attested: 0
        });
        _detailsHashes[request.studyId][request.nullifier] = keccak256(abi.encode(details));
        emit Enrolled(
            request.studyId,
            request.nullifier,
            request.recordTag,
            uint8(request.attempt),
            request.day,
            request.payout,
            details
        );
    }

    function _settle(uint256 studyId, uint256 nullifier, Details calldata details, bool accepted) private {
        Standing storage standing = _standings[studyId][nullifier];
        IStudies.Terms memory terms = STUDIES.termsOf(studyId);
        address[] memory slots = details.slots.proxiesOf(terms.proxies);
        _enter(standing, State.Settled);
        STUDIES.settle(studyId, standing.payout, slots);
        TREASURY.unlock(slots, terms.token, STUDIES.standingOf(studyId).slice);
        emit Settled(studyId, nullifier, standing.attempt, accepted);
    }

    function _reveal(bytes32 revocationHash) private {
        if (_revealed[revocationHash]) return;
        _revealed[revocationHash] = true;
        emit RevocationRevealed(revocationHash);
    }

    function _enter(Standing storage standing, State state) private {
        standing.state = state;
        standing.since = uint32(block.timestamp);
        standing.sinceBlock = uint32(block.number);
    }

    /// @dev An enrolment that has not ended, with the details it was made with.
    function _opened(uint256 studyId, uint256 nullifier, Details calldata details)
        private
        view
        returns (Standing storage standing)
    {
        standing = _standings[studyId][nullifier];
        State state = standing.state;
        if (state != State.Enrolled && state != State.Delivered) revert StateInvalid(state);
        if (_detailsHashes[studyId][nullifier] != keccak256(abi.encode(details))) revert DetailsMismatch();
    }

    function _requirePassed(Standing storage standing, IStudies.Terms memory terms) private view {
        if (_hasPassed(standing, terms)) return;
        (uint256 endsAt, uint256 endsAtBlock) = _windowEnd(standing, terms);
        revert WindowNotPassed(endsAt, endsAtBlock);
    }

    /// @dev A window has passed once its seconds and its blocks have: a chain that halts does not run it out.
    function _hasPassed(Standing storage standing, IStudies.Terms memory terms) private view returns (bool) {
        (uint256 endsAt, uint256 endsAtBlock) = _windowEnd(standing, terms);
        return block.timestamp >= endsAt && block.number >= endsAtBlock;
    }

    function _windowEnd(Standing storage standing, IStudies.Terms memory terms)
        private
        view
        returns (uint256 endsAt, uint256 endsAtBlock)
    {
        bool delivered = standing.state == State.Delivered;
        endsAt = uint256(standing.since) + (delivered ? terms.challengeSeconds : terms.deliverySeconds);
        endsAtBlock =
            uint256(standing.sinceBlock) + (delivered ? terms.challengeBlocks : terms.deliveryBlocks);
    }

    function _isSigned(bytes32 digest, bytes32 r, bytes32 vs, address signer) private pure returns (bool) {
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecover(digest, r, vs);
        return problem == ECDSA.RecoverError.NoError && recovered == signer;
    }
}
