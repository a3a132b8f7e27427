// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

/// @title Enrolments: from proof to payment
/// @notice An enrolment is keyed by study and nullifier, and takes two storage slots: its standing, and a hash of its details, which callers hand
/// in again. Anyone may submit anything here: what counts is signatures, proofs and time.
///
/// ```
/// Enrolled --acceptance----------------------------> Settled
///    |-----m slots attest--> Delivered --acceptance, or challenge window passes--> Settled
///    |                        '--disputes: IDisputes-----------------------------> Delivered again, Refunded, Faulted
///    |-----delivery window passes------------------> Refunded (another attempt may follow)
///    '-----revoked, from Delivered too-------------> Revoked  (no other attempt)
/// ```
interface IEnrolments {
    /// @notice Where an enrolment stands. The numbers are stored: new states are added at the end.
    enum State {
        None,
        Enrolled,
        Delivered,
        Settled,
        Refunded,
        Revoked,
        Challenged,
        Demanded,
        Faulted
    }

    /// @notice The first storage slot of an enrolment.
    /// @param payout Who is paid the price.
    /// @param since When its present state began, in Unix seconds.
    /// @param sinceBlock The block in which it began.
    /// @param attempt Which attempt this is, from 0.
    /// @param state Where it stands.
    /// @param attested Which slots attested, by bit.
    struct Standing {
        address payout;
        uint32 since;
        uint32 sinceBlock;
        uint8 attempt;
        State state;
        uint16 attested;
    }

    /// @notice What an enrolment was made with; its hash is stored.
    /// @param registryRoot The registry root that its proof was made against.
    /// @param recordTag Ties the enrolment to one envelope.
    /// @param grantDigest Pins threshold, precursor and fragments.
    /// @param revocationHash Whoever reveals what is behind it revokes.
    /// @param slots The proxies whose receipts it carries, by bit in the order of the study's terms.
    struct Details {
        uint256 registryRoot;
        uint256 recordTag;
        bytes32 grantDigest;
        bytes32 revocationHash;
        uint16 slots;
    }

    /// @notice A proxy's signed promise that it can serve this enrolment.
    /// @param validUntil Until when it may be used, in Unix seconds.
    /// @param r EIP-2098: r.
    /// @param vs EIP-2098: s and the parity of y.
    struct Receipt {
        uint64 validUntil;
        bytes32 r;
        bytes32 vs;
    }

    /// @notice A slot's signature under an attestation.
    struct Attestation {
        uint8 slot;
        bytes32 r;
        bytes32 vs;
    }

    /// @notice A request to enrol. All else that the proof speaks of, the contract works out by itself.
    /// @param studyId The study.
    /// @param nullifier The patient's, for this study.
    /// @param attempt 0, or one more than that of the refunded enrolment before.
    /// @param day Reference day: today or yesterday in UTC, in days since 1900-01-01.
    /// @param registryRoot As in `Details`.
    /// @param recordTag As in `Details`.
    /// @param grantDigest As in `Details`.
    /// @param revocationHash As in `Details`.
    /// @param payout Who is to be paid the price.
    /// @param slots As in `Details`: whose receipts these are.
    /// @param proof A (x, y), B (x imaginary, x real, y imaginary, y real), C (x, y).
    /// @param receipts One of each slot, at least 2m − 1, in ascending order of slots.
    struct Request {
        uint256 studyId;
        uint256 nullifier;
        uint32 attempt;
        uint32 day;
        uint256 registryRoot;
        uint256 recordTag;
        bytes32 grantDigest;
        bytes32 revocationHash;
        address payout;
        uint16 slots;
        uint256[8] proof;
        Receipt[] receipts;
    }

    /// @notice A patient enrolled.
    event Enrolled(
        uint256 indexed studyId,
        uint256 indexed nullifier,
        uint256 indexed recordTag,
        uint8 attempt,
        uint32 day,
        address payout,
        Details details
    );
    /// @notice An entry of `enrolBatch` could not be enrolled, for what `enrol` would have reverted with: an encoded error.
    event EnrolmentSkipped(uint256 indexed studyId, uint256 indexed nullifier, uint256 entry, bytes reason);
    /// @notice A call of `batch` was undone, for what it reverted with: an encoded error.
    event CallSkipped(uint256 entry, bytes reason);
    /// @notice A slot attested that it serves.
    event Attested(uint256 indexed studyId, uint256 indexed nullifier, uint8 attempt, address proxy);
    /// @notice m slots attested; the challenge window runs.
    event Delivered(uint256 indexed studyId, uint256 indexed nullifier, uint8 attempt);
    /// @notice The patient and the slots were paid; `accepted` tells whether the institution said so itself.
    event Settled(uint256 indexed studyId, uint256 indexed nullifier, uint8 attempt, bool accepted);
    /// @notice The delivery window passed; `silent` slots were slashed, by bit, and the patient was compensated.
    event Refunded(
        uint256 indexed studyId, uint256 indexed nullifier, uint8 attempt, uint16 silent, uint256 compensation
    );
    /// @notice The patient revoked an open enrolment.
    event Revoked(uint256 indexed studyId, uint256 indexed nullifier, uint8 attempt);
    /// @notice A fault of the patient was proved: nobody is paid or slashed, and no other attempt follows.
    event Faulted(uint256 indexed studyId, uint256 indexed nullifier, uint8 attempt);
    /// @notice What is behind a revocation hash was revealed: no enrolment can use it.
    event RevocationRevealed(bytes32 indexed revocationHash);

    /// @notice An entry of a batch failed without a reason: there was not enough gas.
    error NoReason();
    /// @notice The registry held fewer live records under the root than the study asks for.
    error TooFewRecords(uint256 live, uint256 minimum);
    /// @notice The root was never the registry's.
    error RootUnknown(uint256 root);
    /// @notice The root was replaced too long ago.
    error RootStale(uint256 root);
    /// @notice The reference day is neither today nor yesterday.
    error DayInvalid(uint256 day, uint256 today);
    /// @notice This nullifier is enrolled in the study, was settled, or was revoked.
    error AlreadyEnrolled(uint256 studyId, uint256 nullifier, State state);
    /// @notice Not the attempt that would be next.
    error AttemptInvalid(uint256 attempt, uint256 expected);
    /// @notice The patient used up all attempts in this study.
    error AttemptsUsedUp(uint256 attempts);
    /// @notice The grant was revoked before it was enrolled.
    error GrantRevoked(bytes32 revocationHash);
    /// @notice A payout address is needed.
    error PayoutZero();
    /// @notice A number is not a field element.
    error NotInField(uint256 value);
    /// @notice Fewer receipts than 2m − 1.
    error TooFewReceipts(uint256 given, uint256 needed);
    /// @notice Slots must exist and ascend.
    error SlotInvalid(uint256 slot);
    /// @notice The receipt's time has passed, or lies further ahead than the consortium allows.
    error ReceiptExpired(uint256 slot, uint256 validUntil);
    /// @notice The receipt's signature is not that of the slot's proxy over this enrolment.
    error ReceiptInvalid(uint256 slot);
    /// @notice The slot's proxy was expelled.
    error ProxyExpelled(address proxy);
    /// @notice The proof does not hold for the signals that the contract worked out.
    error ProofInvalid();
    /// @notice Not the details this enrolment was made with.
    error DetailsMismatch();
    /// @notice Only the disputes contract may call this.
    error NotDisputes(address caller);
    /// @notice The enrolment is not in a state in which this can be done.
    error StateInvalid(State state);
    /// @notice The window has passed: only its ending or an acceptance can be called.
    error WindowPassed();
    /// @notice The window has not passed in seconds and in blocks.
    error WindowNotPassed(uint256 endsAt, uint256 endsAtBlock);
    /// @notice The attestation's signature is not that of the slot's proxy over this enrolment.
    error AttestationInvalid(uint256 slot);
    /// @notice The acceptance's signature is not that of the study's institution over this enrolment.
    error AcceptanceInvalid();
    /// @notice What was revealed is not behind the enrolment's revocation hash.
    error RevocationInvalid();

    /// @notice Enrols a patient: checks the proof against signals worked out here, locks a slice of bond for each receipt, and sets the price aside.
    function enrol(Request calldata request) external;

    /// @notice Enrols many, their proofs verified together. An entry that can't be enrolled for any other reason than its proof is skipped, with an
    /// event, before any proof is looked at. One proof that fails reverts all (`ProofInvalid`). Entries of one study should follow one another.
    /// @return enrolled How many were enrolled.
    function enrolBatch(Request[] calldata requests) external returns (uint256 enrolled);

    /// @notice Makes many calls of this contract: attestations, acceptances, endings. One that reverts is undone and skipped, with an event.
    /// @param calls Each as it would be sent to this contract by itself.
    /// @return done How many succeeded.
    function batch(bytes[] calldata calls) external returns (uint256 done);

    /// @notice Records attestations of slots; with the m-th the enrolment is delivered. Slots that attested already are passed over.
    function attest(
        uint256 studyId,
        uint256 nullifier,
        Details calldata details,
        Attestation[] calldata attestations
    ) external;

    /// @notice Settles an open enrolment on the institution's signature (EIP-712 `Acceptance`), in EIP-2098 form.
    function accept(uint256 studyId, uint256 nullifier, Details calldata details, bytes32 r, bytes32 vs)
        external;

    /// @notice Settles a delivered enrolment whose challenge window has passed.
    function settle(uint256 studyId, uint256 nullifier, Details calldata details) external;

    /// @notice Refunds an enrolment whose delivery window has passed: slashes the slots without attestation and compensates the patient.
    function refund(uint256 studyId, uint256 nullifier, Details calldata details) external;

    /// @notice Revokes an open enrolment by revealing the secret behind its revocation hash.
    function revoke(uint256 studyId, uint256 nullifier, Details calldata details, bytes32 secret) external;

    /// @notice Reveals the secret behind a revocation hash before anything was enrolled with it, which then never can be.
    function reveal(bytes32 secret) external;

    /// @notice Begins a challenge or a demand over a delivered enrolment, and its window. Disputes only.
    /// @param state `Challenged` or `Demanded`.
    /// @return attempt The attempt that is disputed.
    function dispute(uint256 studyId, uint256 nullifier, Details calldata details, State state)
        external
        returns (uint8 attempt);

    /// @notice A challenge or a demand was answered: the enrolment is delivered, and a fresh window runs. Disputes only.
    /// @return payout Who is paid the price.
    function resume(uint256 studyId, uint256 nullifier) external returns (address payout);

    /// @notice A challenge or a demand was not answered: refunds the enrolment, slashes the `silent` slots and compensates the patient. Disputes only.
    function fail(uint256 studyId, uint256 nullifier, Details calldata details, uint16 silent) external;

    /// @notice A fault of the patient was proved in an open enrolment: it ends unpaid. Disputes only.
    /// @return attempt The attempt that ended.
    function fault(uint256 studyId, uint256 nullifier, Details calldata details)
        external
        returns (uint8 attempt);

    /// @notice Where an enrolment stands.
    function standingOf(uint256 studyId, uint256 nullifier) external view returns (Standing memory);

    /// @notice The hash of an enrolment's details: `keccak256(abi.encode(details))`.
    function detailsHashOf(uint256 studyId, uint256 nullifier) external view returns (bytes32);

    /// @notice Whether the secret behind a revocation hash was revealed.
    function isRevealed(bytes32 revocationHash) external view returns (bool);

    /// @notice The `context` signal of an enrolment (docs/PROTOCOL.md section 9).
    function contextOf(
        uint256 studyId,
        uint32 attempt,
        address payout,
        bytes32 revocationHash,
        bytes32 grantDigest
    ) external view returns (uint256);

    /// @notice The `referenceTime` signal for a reference day and a study's greatest record age.
    function referenceTimeOf(uint32 day, uint32 maxRecordAge) external pure returns (uint256);
}
