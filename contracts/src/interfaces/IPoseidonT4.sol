// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

/// @title Poseidon of three inputs
/// @notice The deployed library `PoseidonT4` of poseidon-solidity, called as a contract: what imports its source would have to be compiled without
/// via-IR too (foundry.toml).
interface IPoseidonT4 {
    /// @notice circomlib's Poseidon over BN254 of three inputs.
    function hash(uint256[3] memory inputs) external pure returns (uint256);
}
