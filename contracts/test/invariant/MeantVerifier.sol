// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEligibilityVerifier} from "../../src/interfaces/IEligibilityVerifier.sol";

/// @notice Takes a proof for exactly the signals that whoever made it meant: its first word is their hash.
contract MeantVerifier is IEligibilityVerifier {
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata,
        uint256[2] calldata,
        uint256[8] calldata signals
    ) external pure returns (bool) {
        return a[0] == uint256(keccak256(abi.encode(signals)));
    }

    function verifyBatch(Claim[] calldata claims) external pure returns (bool) {
        for (uint256 i = 0; i < claims.length; ++i) {
            if (claims[i].proof[0] != uint256(keccak256(abi.encode(claims[i].signals)))) return false;
        }
        return claims.length != 0;
    }

    function verifyingKeyHash() external pure returns (bytes32) {
        return keccak256("a key of what is meant");
    }

    function transcriptDigest() external pure returns (bytes32) {
        return keccak256("a transcript of what is meant");
    }
}
