// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

/// @title What the evidence in a dispute shows
/// @notice Checks envelopes, grants and capsule fragments as `umbral-pre` 0.11 does, and keeps nothing. Byte layouts are in docs/PROTOCOL.md,
/// sections 9, 10 and 17. Whatever has another length or shape than the layout asks for does not hold.
interface IEvidenceVerifier {
    /// @notice What a grant pins for one proxy.
    /// @param proxy The proxy's account.
    /// @param fragmentId Id of its key fragment.
    /// @param fragmentCommitmentX x of the key fragment's commitment, U1.
    /// @param fragmentCommitmentPrefix 2 or 3, by the parity of its y.
    struct GrantSlot {
        address proxy;
        bytes32 fragmentId;
        bytes32 fragmentCommitmentX;
        uint8 fragmentCommitmentPrefix;
    }

    /// @notice A grant; an enrolment's grant digest is `keccak256(abi.encode(grant))`.
    /// @param threshold Fragments that open: m.
    /// @param precursorX x of the precursor that all fragments share.
    /// @param precursorPrefix 2 or 3, by the parity of its y.
    /// @param proofX x of R in the proof that the patient knows the precursor's logarithm.
    /// @param proofPrefix 2 or 3, by the parity of its y.
    /// @param proofScalar The proof's response.
    /// @param slots One for each of the study's proxies, in their order.
    struct Grant {
        uint8 threshold;
        bytes32 precursorX;
        uint8 precursorPrefix;
        bytes32 proofX;
        uint8 proofPrefix;
        bytes32 proofScalar;
        GrantSlot[] slots;
    }

    /// @notice A capsule fragment, and what the contract needs to check it.
    /// @param slot Whose fragment it is: its place in the grant.
    /// @param fragment The 359 bytes of the capsule fragment.
    /// @param products z·E, z·V and z·U, each x and y, 192 bytes.
    struct Fragment {
        uint8 slot;
        bytes fragment;
        bytes products;
    }

    /// @notice A point by its coordinates.
    struct Point {
        uint256 x;
        uint256 y;
    }

    /// @notice An institution's Diffie-Hellman point D = b·P for a grant's precursor P, with a proof that log_G(B) = log_P(D).
    /// @param point D.
    /// @param commitmentG k·G.
    /// @param commitmentP k·P.
    /// @param response s = k + c·b.
    /// @param product s·P.
    struct SharedPoint {
        Point point;
        Point commitmentG;
        Point commitmentP;
        uint256 response;
        Point product;
    }

    /// @notice What a precursor proof is bound to.
    struct Binding {
        address enrolments;
        uint256 studyId;
        uint256 nullifier;
        uint32 attempt;
    }

    /// @notice The shared point is not shown to be the receiving key's for this precursor.
    error SharedPointInvalid();
    /// @notice A product handed in for the combination is not what it has to be.
    error CombinationInvalid(uint256 index);
    /// @notice Two fragments can't be combined, their ids being the same.
    error IdsEqual();

    /// @notice Whether an envelope is the one behind a record tag: `recordTag = Poseidon(DOM_TAG, envelopeHash, tagBlinding)`, its layout right.
    function envelopeHolds(bytes calldata envelope, uint256 tagBlinding, uint256 recordTag)
        external
        view
        returns (bool);

    /// @notice Whether the capsule of a well-formed envelope verifies.
    function capsuleHolds(bytes calldata envelope) external view returns (bool);

    /// @notice Whether the patient is shown to know the logarithm of a grant's precursor.
    function precursorHolds(Grant calldata grant, bytes calldata receivingKey, Binding calldata binding)
        external
        view
        returns (bool);

    /// @notice What fragments are checked against, of an envelope whose capsule is known to hold:
    /// `capsule 98 · delegating key 33 · receiving key 33 · verifying key's address 20 · precursor 33`, then of each slot
    /// `keccak256(fragment id 32 · commitment 33)`.
    /// @return basis Empty if the envelope is not well-formed, the precursor no point of the curve, or the key not of 33 bytes.
    function basisOf(bytes calldata envelope, bytes calldata receivingKey, Grant calldata grant)
        external
        view
        returns (bytes memory basis);

    /// @notice Which fragments verify: pinned by the grant for their slot, signed for its keys, and the envelope's capsule re-encrypted.
    /// @param basis From `basisOf`.
    /// @return verified The slots of those that do, by bit.
    function verifyFragments(bytes calldata basis, Fragment[] calldata fragments)
        external
        view
        returns (uint16 verified);

    /// @notice Whether fragments that verify one by one combine to a key for the envelope's capsule.
    /// @param combination For each fragment (λ·h)·E1 and λ·V1, each x and y, 128 bytes; λ is its Lagrange coefficient at 0, h the capsule's hash.
    function combines(
        bytes calldata envelope,
        bytes calldata receivingKey,
        Grant calldata grant,
        Fragment[] calldata fragments,
        SharedPoint calldata shared,
        bytes[] calldata combination
    ) external view returns (bool);
}
