// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

/// @title The public signals of the eligibility proof, by name
/// @notice The order is that of the circuit's public inputs (docs/PROTOCOL.md section 8):
/// registryRoot, criteriaHash, purposes, referenceTime, studyId, nullifier, recordTag, context.
library PublicSignals {
    struct Signals {
        uint256 registryRoot;
        uint256 criteriaHash;
        uint256 purposes;
        uint256 referenceTime;
        uint256 studyId;
        uint256 nullifier;
        uint256 recordTag;
        uint256 context;
    }
}
