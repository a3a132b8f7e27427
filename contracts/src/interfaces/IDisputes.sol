// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "./IEnrolments.sol";
import {IEvidenceVerifier} from "./IEvidenceVerifier.sol";

/// @title Disputes: what was delivered, decided on chain
/// @notice Nobody is trusted to say who failed: what counts is envelope, fragments, segments and proofs that the contracts check, and time. A
/// submission that shows nothing reverts; it never slashes. While a challenge or a demand is open, nothing but it, an acceptance, a
/// revocation or a patient's fault moves the enrolment.
///
/// ```
/// Delivered --challenge--> Challenged --m slots answer----------> Delivered, a fresh window, no other challenge
///     |                        '--------window passes-----------> Refunded, slots without answer slashed
///     |-----demand-------> Demanded ----every segment posted----> Delivered, a fresh window
///     |                        '--------window passes-----------> Refunded, all slots slashed
///     '-----a patient's fault, proved (from Enrolled, Challenged and Demanded too; 'unopenable' not from Enrolled)--> Faulted
/// ```
interface IDisputes {
    /// @notice What the proxies owe on chain.
    enum Pending {
        None,
        Challenge,
        Demand
    }

    /// @notice A patient's fault that ends an enrolment.
    enum Fault {
        Capsule,
        EqualIds,
        Precursor,
        Unopenable
    }

    /// @notice How an enrolment's dispute stands.
    /// @param pending What is owed.
    /// @param attempt The attempt that all this is about; of another one, nothing has happened.
    /// @param challenged Whether the attempt's one challenge was used.
    /// @param rounds How many demands were made.
    /// @param threshold m.
    /// @param slots The enrolment's slots, by bit.
    /// @param answered Which slots answered the challenge, by bit.
    /// @param demanded How many segments are demanded.
    /// @param posted Which of them were posted, by their place in the demand, by bit.
    /// @param endsAt When the window for it has passed, in Unix seconds.
    /// @param endsAtBlock And in which block; both must have come.
    /// @param evidence Of a challenge `keccak256(abi.encode(recordTag, grantDigest, receivingKey))`, from the first answer on
    /// `keccak256(basis)` (`IEvidenceVerifier.basisOf`); of a demand `keccak256(abi.encode(root, count, segments))`.
    struct Dispute {
        Pending pending;
        uint8 attempt;
        bool challenged;
        uint8 rounds;
        uint8 threshold;
        uint16 slots;
        uint16 answered;
        uint8 demanded;
        uint16 posted;
        uint64 endsAt;
        uint64 endsAtBlock;
        bytes32 evidence;
    }

    /// @notice An answer to a challenge: all that shows what was delivered.
    /// @param recordTag The enrolment's; looked at in the first answer only.
    /// @param receivingKey The study's.
    /// @param grant What the enrolment's grant digest is the hash of.
    /// @param envelope The envelope behind the record tag.
    /// @param tagBlinding And its blinding, likewise.
    /// @param fragments Of one slot or of several.
    struct Answer {
        uint256 recordTag;
        bytes receivingKey;
        IEvidenceVerifier.Grant grant;
        bytes envelope;
        uint256 tagBlinding;
        IEvidenceVerifier.Fragment[] fragments;
    }

    /// @notice A segment that was demanded.
    /// @param root Root over the ciphertext's segments, from the envelope.
    /// @param count How many segments it has.
    /// @param segments Those that were demanded, as in the event `Demanded`.
    /// @param place Which of these it is.
    /// @param data The sealed segment.
    /// @param path Its Merkle path, the lowest sibling first.
    struct Posting {
        bytes32 root;
        uint256 count;
        uint32[] segments;
        uint8 place;
        bytes data;
        bytes32[] path;
    }

    /// @notice Evidence that a grant does not open.
    /// @param envelope The envelope behind the record tag.
    /// @param tagBlinding And its blinding.
    /// @param grant What the grant digest is the hash of.
    /// @param fragments Of m slots.
    /// @param shared The institution's Diffie-Hellman point for the precursor.
    /// @param combination For each fragment, the products of `IEvidenceVerifier.combines`.
    struct Opening {
        bytes envelope;
        uint256 tagBlinding;
        IEvidenceVerifier.Grant grant;
        IEvidenceVerifier.Fragment[] fragments;
        IEvidenceVerifier.SharedPoint shared;
        bytes[] combination;
    }

    /// @notice The institution says that it was not delivered; the slots have a challenge window to answer.
    event Challenged(
        uint256 indexed studyId, uint256 indexed nullifier, uint8 attempt, uint256 bond, uint256 endsAt
    );
    /// @notice The first answer to a challenge gave envelope and grant: whichever way it was sent, the institution has both.
    event EnvelopePosted(
        uint256 indexed studyId,
        uint256 indexed nullifier,
        uint8 attempt,
        bytes envelope,
        uint256 tagBlinding,
        IEvidenceVerifier.Grant grant
    );
    /// @notice A slot answered: its verified capsule fragment.
    event FragmentPosted(
        uint256 indexed studyId, uint256 indexed nullifier, uint8 attempt, uint8 slot, bytes fragment
    );
    /// @notice m slots answered; the challenger's bond was paid out, and a fresh window runs.
    event ChallengeAnswered(
        uint256 indexed studyId, uint256 indexed nullifier, uint8 attempt, uint16 answered
    );
    /// @notice The institution demands segments of a ciphertext with `count` of them under `root`.
    event Demanded(
        uint256 indexed studyId,
        uint256 indexed nullifier,
        uint8 attempt,
        bytes32 root,
        uint256 count,
        uint32[] segments,
        uint256 endsAt
    );
    /// @notice A demanded segment.
    event SegmentPosted(
        uint256 indexed studyId, uint256 indexed nullifier, uint8 attempt, uint32 segment, bytes data
    );
    /// @notice Every segment of a demand was posted; a fresh window runs.
    event DemandAnswered(uint256 indexed studyId, uint256 indexed nullifier, uint8 attempt);
    /// @notice A challenge or a demand was not answered in time.
    event Unanswered(uint256 indexed studyId, uint256 indexed nullifier, uint8 attempt, uint16 silent);
    /// @notice A patient's fault was proved.
    event FaultProved(
        uint256 indexed studyId, uint256 indexed nullifier, uint8 attempt, Fault fault, address prover
    );

    /// @notice Only the enrolments contract may call this.
    error NotEnrolments(address caller);
    /// @notice The caller is not the study's institution.
    error NotChallenger(address caller, uint256 studyId);
    /// @notice This attempt was challenged before.
    error ChallengeUsed();
    /// @notice Segments were demanded as often as they can be in an attempt.
    error DemandsUsedUp(uint256 rounds);
    /// @notice A demand names 1 to 16 segments of the ciphertext, ascending.
    error SegmentsInvalid();
    /// @notice No challenge, or no demand, is open.
    error NothingPending();
    /// @notice Not what the challenge or demand is about: another tag, grant, key, envelope or list of segments.
    error EvidenceMismatch();
    /// @notice The envelope is not the one behind the record tag.
    error EnvelopeInvalid();
    /// @notice The envelope's capsule does not verify: the patient's fault, to be proved as such.
    error CapsuleInvalid();
    /// @notice No fragment that verifies is of a slot of this enrolment that has not answered yet.
    error NothingAnswered();
    /// @notice The segment is not the one demanded, or was posted before.
    error SegmentInvalid();
    /// @notice The grant is not the enrolment's.
    error GrantMismatch();
    /// @notice The proof needs verified fragments of exactly m slots of this enrolment.
    error FragmentsInvalid();
    /// @notice Nothing is wrong with what was said to be.
    error NoFault();

    /// @notice Challenges a delivered enrolment as undelivered: once an attempt, by the study's institution, with a bond of one slice of the study's in
    /// its token (native coin by value, a token by allowance to the treasury).
    function challenge(uint256 studyId, uint256 nullifier, IEnrolments.Details calldata details)
        external
        payable;

    /// @notice Answers a challenge with fragments. One that does not verify, for whatever reason, just does not count; with m slots the challenge is
    /// answered. Anyone may submit; credit goes by slot.
    function answer(uint256 studyId, uint256 nullifier, Answer calldata given) external;

    /// @notice The same, shorter, once there is an answer: what that one showed is not handed in again.
    /// @param basis `IEvidenceVerifier.basisOf` of the answer's envelope, receiving key and grant.
    function answerFurther(
        uint256 studyId,
        uint256 nullifier,
        bytes calldata basis,
        IEvidenceVerifier.Fragment[] calldata fragments
    ) external;

    /// @notice Demands segments of the ciphertext of a delivered enrolment, by the study's institution, for another fee to each slot and segment.
    /// @param segments 1 to 16 places of segments, ascending.
    function demand(
        uint256 studyId,
        uint256 nullifier,
        IEnrolments.Details calldata details,
        bytes calldata envelope,
        uint256 tagBlinding,
        uint32[] calldata segments
    ) external payable;

    /// @notice Posts a demanded segment, for all slots; each is paid a fee. Anyone may submit.
    function post(uint256 studyId, uint256 nullifier, Posting calldata posting) external;

    /// @notice Ends an enrolment whose challenge or demand was not answered in its window. Anyone may call.
    function expire(uint256 studyId, uint256 nullifier, IEnrolments.Details calldata details) external;

    /// @notice Proves that the capsule of the envelope behind the record tag does not verify.
    function proveCapsule(
        uint256 studyId,
        uint256 nullifier,
        IEnrolments.Details calldata details,
        bytes calldata envelope,
        uint256 tagBlinding
    ) external;

    /// @notice Proves that two fragments of the grant have the same id.
    function proveEqualIds(
        uint256 studyId,
        uint256 nullifier,
        IEnrolments.Details calldata details,
        IEvidenceVerifier.Grant calldata grant,
        uint256 slot,
        uint256 other
    ) external;

    /// @notice Proves that the grant's precursor proof fails.
    function provePrecursor(
        uint256 studyId,
        uint256 nullifier,
        IEnrolments.Details calldata details,
        IEvidenceVerifier.Grant calldata grant
    ) external;

    /// @notice Proves that fragments of m slots, each of which verifies, do not combine. The institution hands out its Diffie-Hellman point for the
    /// precursor with it: it must never do so for a grant that opens, or whose precursor proof fails.
    function proveUnopenable(
        uint256 studyId,
        uint256 nullifier,
        IEnrolments.Details calldata details,
        Opening calldata opening
    ) external;

    /// @notice Gives the challenger back what it put up: the enrolment ended otherwise. Enrolments only.
    function close(uint256 studyId, uint256 nullifier) external;

    /// @notice How an enrolment's dispute stands.
    function disputeOf(uint256 studyId, uint256 nullifier) external view returns (Dispute memory);
}
