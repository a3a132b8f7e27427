// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

/// @title BN254's scalar field
library Field {
    /// @dev r, the order of the field that circuits compute in.
    uint256 internal constant R =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;

    /// @dev A digest as a field element, by reduction.
    function fromDigest(bytes32 digest) internal pure returns (uint256) {
        return uint256(digest) % R;
    }
}
