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
    function insistOn(uint256[8] calldata signals) external {
        _expected = keccak256(abi.encode(signals));
    }

    function verifyProof(
        uint256[2] calldata,
        uint256[2][2] calldata,
        uint256[2] calldata,
        uint256[8] calldata signals
    ) external view returns (bool) {
        return _holds && (_expected == bytes32(0) || _expected == keccak256(abi.encode(signals)));
    }

    function verifyBatch(Claim[] calldata claims) external view returns (bool holds) {
        for (uint256 i = 0; i < claims.length; ++i) {
            if (_expected != bytes32(0) && _expected != keccak256(abi.encode(claims[i].signals))) {
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
