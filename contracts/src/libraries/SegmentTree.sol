// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

/// @title The Merkle tree over a ciphertext's sealed segments: RFC 6962's, with SHA-256
/// @notice A leaf is `SHA-256(00 ‖ segment)`, a node `SHA-256(01 ‖ left ‖ right)`.
library SegmentTree {
    /// @dev Whether a segment is leaf `index` of the tree over `count` leaves with this root. The path has the lowest sibling first; RFC 9162,
    /// section 2.1.3.2.
    function contains(
        bytes32 root,
        uint256 count,
        uint256 index,
        bytes calldata segment,
        bytes32[] calldata path
    ) internal pure returns (bool) {
        if (index >= count) return false;
        bytes32 node = sha256(abi.encodePacked(hex"00", segment));
        uint256 last = count - 1;
        for (uint256 i = 0; i < path.length; ++i) {
            if (last == 0) return false;
            if (index & 1 == 1 || index == last) {
                node = sha256(abi.encodePacked(hex"01", path[i], node));
                // A node without a sibling is carried up to the level where it has one
                while (index & 1 == 0 && index != 0) {
                    index >>= 1;
                    last >>= 1;
                }
            } else {
                node = sha256(abi.encodePacked(hex"01", node, path[i]));
            }
            index >>= 1;
            last >>= 1;
        }
        return last == 0 && node == root;
    }
}
