// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEligibilityVerifier} from "../../src/interfaces/IEligibilityVerifier.sol";

/// @notice Says of every proof what it was told to, unless it was told which signals to insist on.
contract MockVerifier is IEligibilityVerifier {
    bool private _holds = true;
    bytes32 private _expected;

    /// @dev The next proofs hold, or don't.
    function answer(bool holds) external {
        _holds = holds;
    }

    /// @dev Only proofs over these signals hold from now on.
    function insistOn(uint256[8] calldata s) external {
        uint256[5] memory claimed = [s[0], s[3], s[5], s[6], s[7]];
        _expected = keccak256(abi.encode(studyPoint(s[1], s[2], s[4]), claimed));
    }

    function verifyProof(
        uint256[2] calldata,
        uint256[2][2] calldata,
        uint256[2] calldata,
        uint256[8] calldata
    ) external view returns (bool) {
        return _holds;
    }

    function studyPoint(uint256 criteriaHash, uint256 purposes, uint256 studyId)
        public
        pure
        returns (uint256[2] memory)
    {
        return [uint256(keccak256(abi.encode(criteriaHash, purposes))), studyId];
    }

    function verifyClaims(uint256[2] calldata point, Claim[] calldata claims)
        external
        view
        returns (bool holds)
    {
        for (uint256 i = 0; i < claims.length; ++i) {
            if (_expected != bytes32(0) && _expected != keccak256(abi.encode(point, claims[i].signals))) {
                return false;
            }
        }
        return _holds && claims.length != 0;
    }

    function verifyingKeyHash() external pure returns (bytes32) {
        return keccak256("mock verifying key");
    }

    function transcriptDigest() external pure returns (bytes32) {
        return keccak256("mock transcript");
    }
}
