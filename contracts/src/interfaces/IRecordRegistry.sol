// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

/// @title The registry of record commitments
/// @notice A lean incremental Merkle tree over Poseidon (zk-kit's LeanIMT), at most 32 deep. Hospitals append commitments; superseding or
/// withdrawing one sets its leaf to zero. Every leaf can be read from events, so that nobody need ask for one.
interface IRecordRegistry {
    /// @notice How a root stands.
    /// @param acceptedUntil Before when proofs against it are accepted, in Unix seconds: the largest number while it is the current one, 0 if
    /// it never was.
    /// @param records How many leaves were not zero under it.
    struct RootStanding {
        uint64 acceptedUntil;
        uint64 records;
    }

    /// @notice Commitments were appended at `firstIndex`, `firstIndex + 1`, …
    event CommitmentsInserted(
        address indexed hospital, uint256 firstIndex, uint256[] commitments, uint256 root
    );
    /// @notice The leaf at `index` became zero, and `replacement` was appended at `newIndex`.
    event CommitmentSuperseded(
        address indexed hospital,
        uint256 index,
        uint256 commitment,
        uint256 newIndex,
        uint256 replacement,
        uint256 root
    );
    /// @notice The leaf at `index` became zero.
    event CommitmentWithdrawn(address indexed hospital, uint256 index, uint256 commitment, uint256 root);

    /// @notice The caller is not an active hospital.
    error NotHospital(address account);
    /// @notice The commitment was inserted by another hospital, or never.
    error NotCertifier(address account, uint256 commitment);
    /// @notice The commitment was inserted before; a withdrawn one can't come back.
    error CommitmentKnown(uint256 commitment);
    /// @notice The Merkle path has another length than the leaf's has now: the tree has grown since. Where only a sibling differs, it is
    /// zk-kit's `WrongSiblingNodes`.
    error PathStale(uint256 given, uint256 needed);
    /// @notice An empty batch.
    error NothingToInsert();
    /// @notice The tree has 2^32 leaves at most.
    error RegistryFull();

    /// @notice Appends commitments. Hospital only.
    /// @param commitments Non-zero field elements that were never inserted before.
    /// @return firstIndex Index of the first one's leaf.
    function insert(uint256[] calldata commitments) external returns (uint256 firstIndex);

    /// @notice Replaces a commitment by a new one at the end of the tree. Only the hospital that inserted it.
    /// @param commitment The one to be replaced.
    /// @param siblings Its Merkle path, of the levels that have a sibling.
    /// @param replacement The new one.
    function supersede(uint256 commitment, uint256[] calldata siblings, uint256 replacement) external;

    /// @notice Withdraws a commitment. Only the hospital that inserted it.
    function withdraw(uint256 commitment, uint256[] calldata siblings) external;

    /// @notice Whether proofs against this root are accepted: it is the current one, or was replaced less than a root lifetime ago. Zero never is.
    function isAccepted(uint256 root) external view returns (bool);

    /// @notice Whether this was ever a root of the registry.
    function isKnown(uint256 root) external view returns (bool);

    /// @notice How a root stands.
    function rootStanding(uint256 root) external view returns (RootStanding memory);

    /// @notice The current root; zero while the registry is empty.
    function currentRoot() external view returns (uint256);

    /// @notice Number of leaves, zeroed ones included.
    function size() external view returns (uint256);

    /// @notice Number of leaves that are not zero.
    function liveRecords() external view returns (uint256);

    /// @notice The hospital that inserted a commitment; zero if none did. Stays after a withdrawal.
    function certifierOf(uint256 commitment) external view returns (address);
}
