// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {SegmentTree} from "../../src/libraries/SegmentTree.sol";
import {Test} from "forge-std/Test.sol";

contract SegmentTreeTest is Test {
    /// @dev RFC 6962, section 2.1, as it is written there.
    function _root(bytes32[] memory leaves, uint256 from, uint256 to) private pure returns (bytes32) {
        if (to - from == 1) return leaves[from];
        uint256 split = _split(to - from);
        return _join(_root(leaves, from, from + split), _root(leaves, from + split, to));
    }

    /// @dev RFC 6962, section 2.1.1: appends the path of a leaf, the lowest sibling first.
    function _path(bytes32[] memory leaves, uint256 index, uint256 from, uint256 to)
        private
        pure
        returns (bytes32[] memory)
    {
        if (to - from == 1) return new bytes32[](0);
        uint256 middle = from + _split(to - from);
        if (index < middle) {
            return _append(_path(leaves, index, from, middle), _root(leaves, middle, to));
        }
        return _append(_path(leaves, index, middle, to), _root(leaves, from, middle));
    }

    function testFuzz_contains_everyLeafAndNothingElse(uint256 seed, uint256 count) public view {
        count = bound(count, 1, 40);
        uint256 index = seed % count;
        bytes32[] memory leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = sha256(abi.encodePacked(hex"00", _segment(i)));
        }
        bytes32 root = _root(leaves, 0, count);
        bytes32[] memory path = _path(leaves, index, 0, count);
        assertTrue(this.contains(root, count, index, _segment(index), path));
        assertFalse(this.contains(root, count, index, bytes.concat(_segment(index), hex"00"), path));
        assertFalse(this.contains(root, count, count, _segment(index), path));
        for (uint256 i = 0; i < count; ++i) {
            if (i != index) assertFalse(this.contains(root, count, i, _segment(index), path));
        }
        assertFalse(this.contains(root, count, index, _segment(index), _append(path, root)));
        if (path.length == 0) return;
        path[seed % path.length] ^= bytes32(uint256(1));
        assertFalse(this.contains(root, count, index, _segment(index), path));
    }

    /// @dev An inner node can't pass for a segment.
    function test_contains_noInnerNode() public view {
        bytes32 left = sha256(abi.encodePacked(hex"00", _segment(0)));
        bytes32 right = sha256(abi.encodePacked(hex"00", _segment(1)));
        bytes32[] memory none = new bytes32[](0);
        assertFalse(this.contains(_join(left, right), 1, 0, abi.encodePacked(left, right), none));
        assertFalse(this.contains(_join(left, right), 0, 0, abi.encodePacked(left, right), none));
    }

    /// @dev A path that goes on above the root, under a root that is made of it.
    function test_contains_noPathBeyondTheRoot() public view {
        bytes32 leaf = sha256(abi.encodePacked(hex"00", _segment(0)));
        bytes32[] memory path = _append(new bytes32[](0), keccak256("sibling"));
        assertFalse(this.contains(_join(path[0], leaf), 1, 0, _segment(0), path));
        assertFalse(this.contains(_join(leaf, path[0]), 1, 0, _segment(0), path));
        assertTrue(this.contains(_join(path[0], leaf), 2, 1, _segment(0), path));
    }

    function contains(
        bytes32 root,
        uint256 count,
        uint256 index,
        bytes calldata segment,
        bytes32[] calldata path
    ) external pure returns (bool) {
        return SegmentTree.contains(root, count, index, segment, path);
    }

    function _segment(uint256 index) private pure returns (bytes memory) {
        return abi.encodePacked("segment ", index);
    }

    function _split(uint256 count) private pure returns (uint256 split) {
        for (split = 1; 2 * split < count; split *= 2) {}
    }

    function _join(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(abi.encodePacked(hex"01", left, right));
    }

    function _append(bytes32[] memory path, bytes32 node) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](path.length + 1);
        for (uint256 i = 0; i < path.length; ++i) {
            longer[i] = path[i];
        }
        longer[path.length] = node;
    }
}
