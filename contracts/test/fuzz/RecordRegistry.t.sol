// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IMembers} from "../../src/interfaces/IMembers.sol";
import {IRecordRegistry} from "../../src/interfaces/IRecordRegistry.sol";
import {Bounded} from "../helpers/Bounded.sol";
import {LeanTree} from "../helpers/LeanTree.sol";

/// @notice Whatever hospitals do, the root is that of the leaves as events tell them.
contract RecordRegistryFuzzTest is Bounded {
    address private immutable HOSPITAL = makeAddr("hospital");

    IRecordRegistry private _registry;
    uint256[] private _leaves;
    uint256 private _nextCommitment = 1;

    function setUp() public {
        vm.warp(1_770_000_000);
        _deployMembers();
        _registry = IRecordRegistry(deployCode("RecordRegistry.sol:RecordRegistry", abi.encode(_members)));
        _admit(HOSPITAL, IMembers.Role.Hospital);
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_root_isThatOfTheLeaves(uint256 seed) public {
        uint256 live;
        for (uint256 step = 0; step < 12; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 before = _registry.currentRoot();
            if (live == 0 || seed % 2 == 0) {
                live += _insertSome(1 + (seed >> 8) % 6);
            } else if (seed % 4 == 1) {
                _supersedeOne(_liveIndex(seed >> 8));
            } else {
                _withdrawOne(_liveIndex(seed >> 8));
                --live;
            }
            assertEq(_registry.currentRoot(), LeanTree.root(_leaves));
            assertEq(_registry.size(), _leaves.length);
            assertEq(_registry.liveRecords(), live);
            assertEq(_registry.isAccepted(before), before != 0, "the root before is accepted for a while");
        }
    }

    function _insertSome(uint256 count) private returns (uint256) {
        uint256[] memory batch = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            batch[i] = _nextCommitment++;
            _leaves.push(batch[i]);
        }
        vm.prank(HOSPITAL);
        assertEq(_registry.insert(batch), _leaves.length - count);
        return count;
    }

    function _supersedeOne(uint256 index) private {
        uint256[] memory path = LeanTree.siblings(_leaves, index);
        vm.prank(HOSPITAL);
        _registry.supersede(_leaves[index], path, _nextCommitment);
        _leaves[index] = 0;
        _leaves.push(_nextCommitment++);
    }

    function _withdrawOne(uint256 index) private {
        uint256[] memory path = LeanTree.siblings(_leaves, index);
        vm.prank(HOSPITAL);
        _registry.withdraw(_leaves[index], path);
        _leaves[index] = 0;
    }

    /// @dev The first leaf from some place on that isn't zero.
    function _liveIndex(uint256 from) private view returns (uint256 index) {
        for (index = from % _leaves.length; _leaves[index] == 0; index = (index + 1) % _leaves.length) {}
    }
}
