// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IMembers} from "../../src/interfaces/IMembers.sol";
import {IRecordRegistry} from "../../src/interfaces/IRecordRegistry.sol";
import {Field} from "../../src/libraries/Field.sol";
import {Bounded} from "../helpers/Bounded.sol";
import {LeanTree} from "../helpers/LeanTree.sol";
import {
    LeafCannotBeZero,
    LeafDoesNotExist,
    LeafGreaterThanSnarkScalarField,
    WrongSiblingNodes
} from "@zk-kit/lean-imt.sol/InternalLeanIMT.sol";

contract RecordRegistryTest is Bounded {
    address private immutable HOSPITAL = makeAddr("hospital");
    address private immutable OTHER = makeAddr("other hospital");

    IRecordRegistry private _registry;
    uint256[] private _leaves;

    function setUp() public {
        vm.warp(1_770_000_000);
        _deployMembers();
        _registry = IRecordRegistry(deployCode("RecordRegistry.sol:RecordRegistry", abi.encode(_members)));
        _admit(HOSPITAL, IMembers.Role.Hospital);
        _admit(OTHER, IMembers.Role.Hospital);
    }

    function test_insert_appendsManyAndTellsThem() public {
        _insert(HOSPITAL, _batch(1, 3));
        uint256[] memory second = _batch(4, 2);
        uint256[] memory all = _batch(1, 5);
        uint256 root = LeanTree.root(all);
        vm.expectEmit(address(_registry));
        emit IRecordRegistry.CommitmentsInserted(HOSPITAL, 3, second, root);
        assertEq(_insert(HOSPITAL, second), 3);

        assertEq(_registry.currentRoot(), root);
        assertEq(_registry.size(), 5);
        assertEq(_registry.liveRecords(), 5);
        assertEq(_registry.certifierOf(5), HOSPITAL);
        assertEq(_registry.certifierOf(6), address(0));
    }

    function test_insert_one_costs() public {
        _insert(HOSPITAL, _batch(1, 7));
        vm.prank(HOSPITAL);
        _registry.insert(_batch(8, 1));
        vm.snapshotGasLastCall("RecordRegistry", "insert 1");
        vm.prank(HOSPITAL);
        _registry.insert(_batch(9, 64));
        vm.snapshotGasLastCall("RecordRegistry", "insert 64");
    }

    function test_insert_revertsWithNotHospital() public {
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.NotHospital.selector, CONSORTIUM));
        _insert(CONSORTIUM, _batch(1, 1));
        _expel(HOSPITAL);
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.NotHospital.selector, HOSPITAL));
        _insert(HOSPITAL, _batch(1, 1));
    }

    function test_insert_revertsWithNothingToInsert() public {
        vm.expectRevert(IRecordRegistry.NothingToInsert.selector);
        _insert(HOSPITAL, new uint256[](0));
    }

    /// @dev The tree's size is the contract's first slot, its depth the second.
    function test_insert_revertsWithRegistryFull() public {
        vm.store(address(_registry), bytes32(0), bytes32(uint256(2 ** 32 - 1)));
        vm.store(address(_registry), bytes32(uint256(1)), bytes32(uint256(32)));
        vm.expectRevert(IRecordRegistry.RegistryFull.selector);
        _insert(HOSPITAL, _batch(1, 2));
        assertEq(_insert(HOSPITAL, _batch(1, 1)), 2 ** 32 - 1);
    }

    function test_insert_revertsWithCommitmentKnown() public {
        _insert(HOSPITAL, _batch(1, 2));
        bytes memory known = abi.encodeWithSelector(IRecordRegistry.CommitmentKnown.selector, 2);
        vm.expectRevert(known);
        _insert(OTHER, _batch(2, 1));
        // within one batch too
        uint256[] memory twice = new uint256[](2);
        twice[0] = twice[1] = 9;
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.CommitmentKnown.selector, 9));
        _insert(HOSPITAL, twice);
        // and for ever
        _withdraw(HOSPITAL, 2, LeanTree.siblings(_batch(1, 2), 1));
        vm.expectRevert(known);
        _insert(HOSPITAL, _batch(2, 1));
    }

    function test_insert_revertsWithLeafNotInField() public {
        vm.expectRevert(LeafCannotBeZero.selector);
        _insert(HOSPITAL, _batch(0, 1));
        vm.expectRevert(LeafGreaterThanSnarkScalarField.selector);
        _insert(HOSPITAL, _batch(Field.R, 1));
        _insert(HOSPITAL, _batch(Field.R - 1, 1));
    }

    function test_supersede_zeroesTheOldAndAppendsTheNew() public {
        _insert(HOSPITAL, _batch(1, 5));
        uint256[] memory expected = new uint256[](6);
        for (uint256 i = 0; i < 5; ++i) {
            expected[i] = i + 1;
        }
        expected[1] = 0;
        expected[5] = 77;
        uint256[] memory path = LeanTree.siblings(_batch(1, 5), 1);
        uint256 root = LeanTree.root(expected);
        vm.expectEmit(address(_registry));
        emit IRecordRegistry.CommitmentSuperseded(HOSPITAL, 1, 2, 5, 77, root);
        vm.prank(HOSPITAL);
        _registry.supersede(2, path, 77);
        vm.snapshotGasLastCall("RecordRegistry", "supersede");

        assertEq(_registry.currentRoot(), root);
        assertEq(_registry.size(), 6);
        assertEq(_registry.liveRecords(), 5);
        assertEq(_registry.certifierOf(2), HOSPITAL);
        assertEq(_registry.certifierOf(77), HOSPITAL);
    }

    function test_supersede_revertsWithNotCertifier() public {
        _insert(HOSPITAL, _batch(1, 2));
        uint256[] memory path = LeanTree.siblings(_batch(1, 2), 0);
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.NotCertifier.selector, OTHER, 1));
        vm.prank(OTHER);
        _registry.supersede(1, path, 9);
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.NotCertifier.selector, HOSPITAL, 8));
        vm.prank(HOSPITAL);
        _registry.supersede(8, path, 9);
    }

    /// @dev The last leaf that there is room for, in a tree that is made to believe that it is so large.
    function test_supersede_revertsWithRegistryFull() public {
        _insert(HOSPITAL, _batch(1, 1));
        vm.store(address(_registry), bytes32(0), bytes32(uint256(2 ** 32 - 1)));
        vm.startPrank(HOSPITAL);
        _registry.supersede(1, new uint256[](0), 2);
        assertEq(_registry.size(), 2 ** 32);
        vm.expectRevert(IRecordRegistry.RegistryFull.selector);
        _registry.supersede(2, new uint256[](1), 3);
    }

    function test_supersede_revertsWithCommitmentKnown() public {
        _insert(HOSPITAL, _batch(1, 2));
        uint256[] memory path = LeanTree.siblings(_batch(1, 2), 0);
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.CommitmentKnown.selector, 1));
        vm.prank(HOSPITAL);
        _registry.supersede(1, path, 1);
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.CommitmentKnown.selector, 2));
        vm.prank(HOSPITAL);
        _registry.supersede(1, path, 2);
    }

    function test_withdraw_zeroesTheLeaf() public {
        _insert(HOSPITAL, _batch(1, 3));
        uint256[] memory left = _batch(1, 3);
        uint256[] memory path = LeanTree.siblings(left, 2);
        left[2] = 0;
        uint256 root = LeanTree.root(left);
        vm.expectEmit(address(_registry));
        emit IRecordRegistry.CommitmentWithdrawn(HOSPITAL, 2, 3, root);
        _withdraw(HOSPITAL, 3, path);
        assertEq(_registry.currentRoot(), root);
        assertEq(_registry.size(), 3);
        assertEq(_registry.liveRecords(), 2);
    }

    function test_withdraw_revertsWithWrongSiblings() public {
        _insert(HOSPITAL, _batch(1, 4));
        uint256[] memory path = LeanTree.siblings(_batch(1, 4), 0);
        path[1] += 1;
        vm.expectRevert(WrongSiblingNodes.selector);
        _withdraw(HOSPITAL, 1, path);
    }

    function test_withdraw_revertsWithPathStale() public {
        _insert(HOSPITAL, _batch(1, 4));
        uint256[] memory old = LeanTree.siblings(_batch(1, 4), 0);
        _insert(HOSPITAL, _batch(5, 1));
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.PathStale.selector, 2, 3));
        _withdraw(HOSPITAL, 1, old);
        // The last leaf of an odd number has no sibling below the root
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.PathStale.selector, 2, 1));
        _withdraw(HOSPITAL, 5, old);
        _withdraw(HOSPITAL, 5, LeanTree.siblings(_batch(1, 5), 4));
    }

    function test_withdraw_revertsWithLeafDoesNotExistTheSecondTime() public {
        _insert(HOSPITAL, _batch(1, 2));
        uint256[] memory path = LeanTree.siblings(_batch(1, 2), 0);
        _withdraw(HOSPITAL, 1, path);
        vm.expectRevert(LeafDoesNotExist.selector);
        _withdraw(HOSPITAL, 1, path);
    }

    function test_isAccepted_zeroNever() public {
        assertFalse(_registry.isAccepted(0));
        assertFalse(_registry.isKnown(0));
        assertEq(_registry.currentRoot(), 0);
        // A lone leaf withdrawn leaves root zero
        _insert(HOSPITAL, _batch(1, 1));
        _withdraw(HOSPITAL, 1, new uint256[](0));
        assertEq(_registry.currentRoot(), 0);
        assertFalse(_registry.isAccepted(0));
        assertFalse(_registry.isKnown(0));
        _insert(HOSPITAL, _batch(2, 1));
        assertFalse(_registry.isAccepted(0));
        assertFalse(_registry.isKnown(0));
        assertTrue(_registry.isAccepted(_registry.currentRoot()));
    }

    function test_isAccepted_untilTheRootLifetimeHasPassed() public {
        _insert(HOSPITAL, _batch(1, 2));
        uint256 old = _registry.currentRoot();
        skip(365 days);
        assertTrue(_registry.isAccepted(old), "the current root stays");
        _insert(HOSPITAL, _batch(3, 1));
        assertTrue(_registry.isAccepted(old));
        skip(2 days - 1);
        assertTrue(_registry.isAccepted(old));
        skip(1);
        assertFalse(_registry.isAccepted(old));
        assertTrue(_registry.isKnown(old));
        assertFalse(_registry.isKnown(12_345));
    }

    function test_isAccepted_aLongerLifetimeRevivesNoRoot() public {
        _insert(HOSPITAL, _batch(1, 1));
        uint256 old = _registry.currentRoot();
        _insert(HOSPITAL, _batch(2, 1));
        skip(2 days);
        IMembers.Bounds memory longer = _bounds();
        longer.rootLifetime = 30 days;
        vm.prank(CONSORTIUM);
        _members.setBounds(longer);
        assertFalse(_registry.isAccepted(old));
    }

    function _insert(address hospital, uint256[] memory commitments) private returns (uint256) {
        vm.prank(hospital);
        return _registry.insert(commitments);
    }

    function _withdraw(address hospital, uint256 commitment, uint256[] memory path) private {
        vm.prank(hospital);
        _registry.withdraw(commitment, path);
    }

    /// @dev `count` commitments that count up from `first`.
    function _batch(uint256 first, uint256 count) private pure returns (uint256[] memory commitments) {
        commitments = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            commitments[i] = first + i;
        }
    }
}
