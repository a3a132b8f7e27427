// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEligibilityVerifier} from "../../src/interfaces/IEligibilityVerifier.sol";

/// @notice Takes a proof for exactly the signals that whoever made it meant: its first word is `meant` of them.
contract MeantVerifier is IEligibilityVerifier {
    /// @notice What a proof of these signals begins with.
    function meant(uint256[8] calldata s) external pure returns (uint256) {
        return _meant(studyPoint(s[1], s[2], s[4]), [s[0], s[3], s[5], s[6], s[7]]);
    }

    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata,
        uint256[2] calldata,
        uint256[8] calldata s
    ) external pure returns (bool) {
        return a[0] == _meant(studyPoint(s[1], s[2], s[4]), [s[0], s[3], s[5], s[6], s[7]]);
    }

    function studyPoint(uint256 criteriaHash, uint256 purposes, uint256 studyId)
        public
        pure
        returns (uint256[2] memory)
    {
        return [uint256(keccak256(abi.encode(criteriaHash, purposes))), studyId];
    }

    function verifyClaims(uint256[2] calldata point, Claim[] calldata claims) external pure returns (bool) {
        for (uint256 i = 0; i < claims.length; ++i) {
            if (claims[i].proof[0] != _meant(point, claims[i].signals)) return false;
        }
        return claims.length != 0;
    }

    function verifyingKeyHash() external pure returns (bytes32) {
        return keccak256("a key of what is meant");
    }

    function transcriptDigest() external pure returns (bytes32) {
        return keccak256("a transcript of what is meant");
    }

    function _meant(uint256[2] memory point, uint256[5] memory claimed) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(point, claimed)));
    }
}
