// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

/// @title The public signals of the eligibility proof, by name
/// @notice The order is that of the circuit's public inputs (docs/PROTOCOL.md section 8):
/// registryRoot, criteriaHash, purposes, referenceTime, studyId, nullifier, recordTag, context.
library PublicSignals {
    /// @dev Those that a study does not fix, in the same order: what `IEligibilityVerifier.Claim` has.
    struct Claimed {
        uint256 registryRoot;
        uint256 referenceTime;
        uint256 nullifier;
        uint256 recordTag;
        uint256 context;
    }
}
