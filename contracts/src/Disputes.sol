// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IDisputes} from "./interfaces/IDisputes.sol";
import {IEnrolments} from "./interfaces/IEnrolments.sol";
import {IEvidenceVerifier} from "./interfaces/IEvidenceVerifier.sol";
import {IStudies} from "./interfaces/IStudies.sol";
import {ITreasury} from "./interfaces/ITreasury.sol";
import {Charters} from "./libraries/Charters.sol";
import {Envelopes} from "./libraries/Envelopes.sol";
import {SegmentTree} from "./libraries/SegmentTree.sol";
import {Slots} from "./libraries/Slots.sol";

/// @title Disputes
/// @dev Calls go to the project's own contracts only, none of which calls back but `Enrolments`, to close what it ends. What the challenger put up is
/// the enrolment's stake in the treasury; one challenge or demand is open at a time, so that there is one stake.
contract Disputes is IDisputes {
    using Charters for address;
    using Envelopes for bytes;
    using Slots for uint16;

    /// @notice Most demands in an attempt: each may begin two windows anew, and no more often shall a payment be put off.
    uint256 public constant MAX_ROUNDS = 4;
    /// @notice Most segments in a demand.
    uint256 public constant MAX_SEGMENTS = 16;

    ITreasury public immutable TREASURY;
    IStudies public immutable STUDIES;
    IEnrolments public immutable ENROLMENTS;
    IEvidenceVerifier public immutable EVIDENCE;

    mapping(uint256 studyId => mapping(uint256 nullifier => Dispute)) private _disputes;

    constructor(ITreasury treasury, IStudies studies, IEnrolments enrolments, IEvidenceVerifier evidence) {
        TREASURY = treasury;
        STUDIES = studies;
        ENROLMENTS = enrolments;
        EVIDENCE = evidence;
    }

    /// @inheritdoc IDisputes
    function challenge(uint256 studyId, uint256 nullifier, IEnrolments.Details calldata details)
        external
        payable
    {
        IStudies.Charter memory charter = _charterOfCaller(studyId);
        uint8 attempt = ENROLMENTS.dispute(studyId, nullifier, details, IEnrolments.State.Challenged);
        Dispute storage dispute = _begin(studyId, nullifier, attempt, Pending.Challenge, charter.terms);
        if (dispute.challenged) revert ChallengeUsed();
        dispute.challenged = true;
        dispute.answered = 0;
        dispute.threshold = charter.terms.threshold;
        dispute.slots = details.slots;
        dispute.evidence =
            keccak256(abi.encode(details.recordTag, details.grantDigest, charter.terms.receivingKey));
        emit Challenged(studyId, nullifier, attempt, charter.slice, dispute.endsAt);
        _stake(studyId, nullifier, charter.terms.token, charter.slice);
    }

    /// @inheritdoc IDisputes
    function answer(uint256 studyId, uint256 nullifier, Answer calldata given) external {
        Dispute storage dispute = _running(studyId, nullifier, Pending.Challenge);
        bytes memory basis = _establish(studyId, nullifier, dispute, given);
        _count(studyId, nullifier, dispute, basis, given.fragments);
    }

    /// @inheritdoc IDisputes
    function answerFurther(
        uint256 studyId,
        uint256 nullifier,
        bytes calldata basis,
        IEvidenceVerifier.Fragment[] calldata fragments
    ) external {
        Dispute storage dispute = _running(studyId, nullifier, Pending.Challenge);
        // Before the first answer, what is hashed is no basis
        if (dispute.answered == 0 || dispute.evidence != keccak256(basis)) revert EvidenceMismatch();
        _count(studyId, nullifier, dispute, basis, fragments);
    }

    /// @inheritdoc IDisputes
    function demand(
        uint256 studyId,
        uint256 nullifier,
        IEnrolments.Details calldata details,
        bytes calldata envelope,
        uint256 tagBlinding,
        uint32[] calldata segments
    ) external payable {
        IStudies.Terms memory terms = _charterOfCaller(studyId).terms;
        uint8 attempt = ENROLMENTS.dispute(studyId, nullifier, details, IEnrolments.State.Demanded);
        Dispute storage dispute = _begin(studyId, nullifier, attempt, Pending.Demand, terms);
        if (dispute.rounds == MAX_ROUNDS) revert DemandsUsedUp(MAX_ROUNDS);
        if (!EVIDENCE.envelopeHolds(envelope, tagBlinding, details.recordTag)) revert EnvelopeInvalid();
        uint256 count = envelope.segments();
        _requireSegments(segments, count);
        dispute.rounds += 1;
        dispute.slots = details.slots;
        dispute.answered = 0;
        // At most MAX_SEGMENTS
        // forge-lint: disable-next-line(unsafe-typecast)
        dispute.demanded = uint8(segments.length);
        dispute.posted = 0;
        dispute.evidence = keccak256(abi.encode(envelope.root(), count, segments));
        emit Demanded(studyId, nullifier, attempt, envelope.root(), count, segments, dispute.endsAt);
        _stake(studyId, nullifier, terms.token, segments.length * details.slots.size() * terms.fee);
    }

    /// @inheritdoc IDisputes
    function post(uint256 studyId, uint256 nullifier, Posting calldata posting) external {
        Dispute storage dispute = _running(studyId, nullifier, Pending.Demand);
        bytes32 evidence = keccak256(abi.encode(posting.root, posting.count, posting.segments));
        if (dispute.evidence != evidence) revert EvidenceMismatch();
        uint16 posted = dispute.posted;
        if (posting.place >= posting.segments.length || posted.contains(posting.place)) {
            revert SegmentInvalid();
        }
        uint32 segment = posting.segments[posting.place];
        if (!SegmentTree.contains(posting.root, posting.count, segment, posting.data, posting.path)) {
            revert SegmentInvalid();
        }
        posted |= Slots.bit(posting.place);
        dispute.posted = posted;
        emit SegmentPosted(studyId, nullifier, dispute.attempt, segment, posting.data);
        IStudies.Terms memory terms = STUDIES.charterOf(studyId).load().terms;
        address[] memory proxies = dispute.slots.proxiesOf(terms.proxies);
        TREASURY.payStake(studyId, nullifier, terms.token, address(0), 0, proxies, terms.fee);
        if (posted.size() < dispute.demanded) return;
        dispute.pending = Pending.None;
        emit DemandAnswered(studyId, nullifier, dispute.attempt);
        // The patient gets nothing of a demand
        // slither-disable-next-line unused-return
        ENROLMENTS.resume(studyId, nullifier);
    }

    /// @inheritdoc IDisputes
    function expire(uint256 studyId, uint256 nullifier, IEnrolments.Details calldata details) external {
        Dispute storage dispute = _disputes[studyId][nullifier];
        if (dispute.pending == Pending.None) revert NothingPending();
        if (!_hasPassed(dispute)) {
            revert IEnrolments.WindowNotPassed(dispute.endsAt, dispute.endsAtBlock);
        }
        uint16 silent = dispute.slots & ~dispute.answered;
        emit Unanswered(studyId, nullifier, dispute.attempt, silent);
        _giveBack(studyId, nullifier, dispute);
        ENROLMENTS.fail(studyId, nullifier, details, silent);
    }

    /// @inheritdoc IDisputes
    function proveCapsule(
        uint256 studyId,
        uint256 nullifier,
        IEnrolments.Details calldata details,
        bytes calldata envelope,
        uint256 tagBlinding
    ) external {
        if (!EVIDENCE.envelopeHolds(envelope, tagBlinding, details.recordTag)) revert EnvelopeInvalid();
        if (EVIDENCE.capsuleHolds(envelope)) revert NoFault();
        _endByFault(studyId, nullifier, details, Fault.Capsule);
    }

    /// @inheritdoc IDisputes
    function proveEqualIds(
        uint256 studyId,
        uint256 nullifier,
        IEnrolments.Details calldata details,
        IEvidenceVerifier.Grant calldata grant,
        uint256 slot,
        uint256 other
    ) external {
        _requireGrant(grant, details);
        bool equal = slot != other && slot < grant.slots.length && other < grant.slots.length
            && grant.slots[slot].fragmentId == grant.slots[other].fragmentId;
        if (!equal) revert NoFault();
        _endByFault(studyId, nullifier, details, Fault.EqualIds);
    }

    /// @inheritdoc IDisputes
    function provePrecursor(
        uint256 studyId,
        uint256 nullifier,
        IEnrolments.Details calldata details,
        IEvidenceVerifier.Grant calldata grant
    ) external {
        _requireGrant(grant, details);
        IEvidenceVerifier.Binding memory binding = IEvidenceVerifier.Binding({
            enrolments: address(ENROLMENTS),
            studyId: studyId,
            nullifier: nullifier,
            attempt: ENROLMENTS.standingOf(studyId, nullifier).attempt
        });
        bytes memory receivingKey = STUDIES.charterOf(studyId).load().terms.receivingKey;
        if (EVIDENCE.precursorHolds(grant, receivingKey, binding)) revert NoFault();
        _endByFault(studyId, nullifier, details, Fault.Precursor);
    }

    /// @inheritdoc IDisputes
    function proveUnopenable(
        uint256 studyId,
        uint256 nullifier,
        IEnrolments.Details calldata details,
        Opening calldata opening
    ) external {
        IEnrolments.State state = ENROLMENTS.standingOf(studyId, nullifier).state;
        // What was not delivered yet can't be shown not to open
        if (state == IEnrolments.State.Enrolled) revert IEnrolments.StateInvalid(state);
        _requireGrant(opening.grant, details);
        if (!EVIDENCE.envelopeHolds(opening.envelope, opening.tagBlinding, details.recordTag)) {
            revert EnvelopeInvalid();
        }
        if (!EVIDENCE.capsuleHolds(opening.envelope)) revert CapsuleInvalid();
        if (_combines(STUDIES.charterOf(studyId).load().terms, details.slots, opening)) revert NoFault();
        _endByFault(studyId, nullifier, details, Fault.Unopenable);
    }

    /// @inheritdoc IDisputes
    function close(uint256 studyId, uint256 nullifier) external {
        if (msg.sender != address(ENROLMENTS)) revert NotEnrolments(msg.sender);
        _giveBack(studyId, nullifier, _disputes[studyId][nullifier]);
    }

    /// @inheritdoc IDisputes
    function disputeOf(uint256 studyId, uint256 nullifier) external view returns (Dispute memory) {
        return _disputes[studyId][nullifier];
    }

    /// @dev What fragments are checked against. The first answer shows that the envelope is the record's; those after it are compared with that.
    function _establish(uint256 studyId, uint256 nullifier, Dispute storage dispute, Answer calldata given)
        private
        returns (bytes memory basis)
    {
        bytes32 evidence = dispute.evidence;
        if (dispute.answered != 0) {
            basis = EVIDENCE.basisOf(given.envelope, given.receivingKey, given.grant);
            if (evidence != keccak256(basis)) revert EvidenceMismatch();
            return basis;
        }
        bytes32 grantDigest = keccak256(abi.encode(given.grant));
        bytes32 claim = keccak256(abi.encode(given.recordTag, grantDigest, given.receivingKey));
        if (evidence != claim) revert EvidenceMismatch();
        if (!EVIDENCE.envelopeHolds(given.envelope, given.tagBlinding, given.recordTag)) {
            revert EnvelopeInvalid();
        }
        if (!EVIDENCE.capsuleHolds(given.envelope)) revert CapsuleInvalid();
        basis = EVIDENCE.basisOf(given.envelope, given.receivingKey, given.grant);
        dispute.evidence = keccak256(basis);
        emit EnvelopePosted(
            studyId, nullifier, dispute.attempt, given.envelope, given.tagBlinding, given.grant
        );
    }

    /// @dev Counts the slots whose fragments verify and that had not answered before, of which there is one at least.
    function _count(
        uint256 studyId,
        uint256 nullifier,
        Dispute storage dispute,
        bytes memory basis,
        IEvidenceVerifier.Fragment[] calldata fragments
    ) private {
        (uint8 attempt, uint16 slots, uint16 answered) = (dispute.attempt, dispute.slots, dispute.answered);
        _requireSlots(fragments, slots);
        uint16 counted = EVIDENCE.verifyFragments(basis, fragments) & ~answered;
        if (counted == 0) revert NothingAnswered();
        for (uint256 i = 0; i < fragments.length; ++i) {
            IEvidenceVerifier.Fragment calldata one = fragments[i];
            if (!counted.contains(one.slot)) continue;
            emit FragmentPosted(studyId, nullifier, attempt, one.slot, one.fragment);
        }
        answered |= counted;
        dispute.answered = answered;
        if (answered.size() >= dispute.threshold) _resolve(studyId, nullifier, dispute, answered);
    }

    /// @dev m slots answered: half the bond to the patient, half to them, what can't be divided to the patient.
    function _resolve(uint256 studyId, uint256 nullifier, Dispute storage dispute, uint16 answered) private {
        dispute.pending = Pending.None;
        emit ChallengeAnswered(studyId, nullifier, dispute.attempt, answered);
        IStudies.Terms memory terms = STUDIES.charterOf(studyId).load().terms;
        address[] memory proxies = answered.proxiesOf(terms.proxies);
        address payout = ENROLMENTS.resume(studyId, nullifier);
        uint256 bond = TREASURY.stakeOf(studyId, nullifier);
        // What can't be divided is not lost
        // slither-disable-next-line divide-before-multiply
        uint256 each = bond / 2 / proxies.length;
        TREASURY.payStake(
            studyId, nullifier, terms.token, payout, bond - each * proxies.length, proxies, each
        );
        TREASURY.countAnswered(proxies, terms.token);
    }

    /// @dev Ends an open enrolment by the patient's fault. The enrolments contract checks the details that the proof was about.
    function _endByFault(uint256 studyId, uint256 nullifier, IEnrolments.Details calldata details, Fault kind)
        private
    {
        uint8 attempt = ENROLMENTS.fault(studyId, nullifier, details);
        emit FaultProved(studyId, nullifier, attempt, kind, msg.sender);
        Dispute storage dispute = _disputes[studyId][nullifier];
        if (dispute.pending != Pending.None) _giveBack(studyId, nullifier, dispute);
    }

    /// @dev Begins a window for something to be answered in.
    function _begin(
        uint256 studyId,
        uint256 nullifier,
        uint8 attempt,
        Pending pending,
        IStudies.Terms memory terms
    ) private returns (Dispute storage dispute) {
        dispute = _disputes[studyId][nullifier];
        if (dispute.attempt != attempt) {
            delete _disputes[studyId][nullifier];
            dispute.attempt = attempt;
        }
        dispute.pending = pending;
        dispute.endsAt = uint64(block.timestamp + terms.challengeSeconds);
        dispute.endsAtBlock = uint64(block.number + terms.challengeBlocks);
    }

    function _stake(uint256 studyId, uint256 nullifier, address token, uint256 amount) private {
        TREASURY.stake{value: msg.value}(studyId, nullifier, token, msg.sender, amount);
    }

    /// @dev What is left of the stake goes back to the institution, which put it up.
    function _giveBack(uint256 studyId, uint256 nullifier, Dispute storage dispute) private {
        dispute.pending = Pending.None;
        IStudies.Charter memory charter = STUDIES.charterOf(studyId).load();
        uint256 left = TREASURY.stakeOf(studyId, nullifier);
        address[] memory none = new address[](0);
        TREASURY.payStake(studyId, nullifier, charter.terms.token, charter.institution, left, none, 0);
    }

    /// @dev Whether m fragments, each of which verifies, combine.
    function _combines(IStudies.Terms memory terms, uint16 slots, Opening calldata opening)
        private
        view
        returns (bool)
    {
        uint256 count = opening.fragments.length;
        if (count != terms.threshold || opening.combination.length != count) revert FragmentsInvalid();
        _requireSlots(opening.fragments, slots);
        bytes memory key = terms.receivingKey;
        bytes memory basis = EVIDENCE.basisOf(opening.envelope, key, opening.grant);
        uint16 verified = EVIDENCE.verifyFragments(basis, opening.fragments);
        if (verified.size() != count) revert FragmentsInvalid();
        return EVIDENCE.combines(
            opening.envelope, key, opening.grant, opening.fragments, opening.shared, opening.combination
        );
    }

    /// @dev The study's charter, if the caller is its institution.
    function _charterOfCaller(uint256 studyId) private view returns (IStudies.Charter memory charter) {
        if (STUDIES.standingOf(studyId).institution != msg.sender) revert NotChallenger(msg.sender, studyId);
        return STUDIES.charterOf(studyId).load();
    }

    /// @dev A dispute in which this is owed, and still can be given.
    function _running(uint256 studyId, uint256 nullifier, Pending pending)
        private
        view
        returns (Dispute storage dispute)
    {
        dispute = _disputes[studyId][nullifier];
        if (dispute.pending != pending) revert NothingPending();
        if (_hasPassed(dispute)) revert IEnrolments.WindowPassed();
    }

    function _hasPassed(Dispute storage dispute) private view returns (bool) {
        return block.timestamp >= dispute.endsAt && block.number >= dispute.endsAtBlock;
    }

    /// @dev Fragments are of slots of this enrolment, one each, ascending.
    function _requireSlots(IEvidenceVerifier.Fragment[] calldata fragments, uint16 slots) private pure {
        uint256 next;
        for (uint256 i = 0; i < fragments.length; ++i) {
            uint256 slot = fragments[i].slot;
            if (slot < next || !slots.contains(slot)) revert IEnrolments.SlotInvalid(slot);
            next = slot + 1;
        }
    }

    function _requireSegments(uint32[] calldata segments, uint256 count) private pure {
        if (segments.length == 0 || segments.length > MAX_SEGMENTS) revert SegmentsInvalid();
        uint256 next;
        for (uint256 i = 0; i < segments.length; ++i) {
            if (segments[i] < next || segments[i] >= count) revert SegmentsInvalid();
            next = uint256(segments[i]) + 1;
        }
    }

    function _requireGrant(IEvidenceVerifier.Grant calldata grant, IEnrolments.Details calldata details)
        private
        pure
    {
        if (keccak256(abi.encode(grant)) != details.grantDigest) revert GrantMismatch();
    }
}
