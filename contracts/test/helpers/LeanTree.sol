// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {PoseidonT3} from "poseidon-solidity/PoseidonT3.sol";

/// @notice A lean Merkle tree worked out anew from its leaves each time: what the registry's incremental one must equal.
library LeanTree {
    /// @dev The root over the leaves; a node without right child is its left child, a zeroed leaf stays a leaf.
    function root(uint256[] memory leaves) internal pure returns (uint256) {
        if (leaves.length == 0) return 0;
        uint256[] memory level = leaves;
        while (level.length > 1) level = _parents(level);
        return level[0];
    }

    /// @dev The Merkle path of a leaf, of the levels that have a sibling.
    function siblings(uint256[] memory leaves, uint256 index) internal pure returns (uint256[] memory path) {
        uint256[] memory found = new uint256[](32);
        uint256 depth;
        for (uint256[] memory level = leaves; level.length > 1; level = _parents(level)) {
            if (index ^ 1 < level.length) found[depth++] = level[index ^ 1];
            index >>= 1;
        }
        path = new uint256[](depth);
        for (uint256 i = 0; i < depth; ++i) {
            path[i] = found[i];
        }
    }

    function _parents(uint256[] memory level) private pure returns (uint256[] memory parents) {
        parents = new uint256[]((level.length + 1) / 2);
        for (uint256 i = 0; i < parents.length; ++i) {
            bool lone = 2 * i + 1 == level.length;
            parents[i] = lone ? level[2 * i] : PoseidonT3.hash([level[2 * i], level[2 * i + 1]]);
        }
    }
}
