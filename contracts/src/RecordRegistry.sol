// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {InternalLeanIMT, LeanIMTData} from "@zk-kit/lean-imt.sol/InternalLeanIMT.sol";

import {IMembers} from "./interfaces/IMembers.sol";
import {IRecordRegistry} from "./interfaces/IRecordRegistry.sol";

/// @title RecordRegistry
/// @dev zk-kit refuses a leaf that is zero, not in the field, or in the tree already.
contract RecordRegistry is IRecordRegistry {
    using InternalLeanIMT for LeanIMTData;
    using SafeCast for uint256;

    uint256 private constant MAX_DEPTH = 32;
    /// @dev The current root is accepted without end.
    uint64 private constant NO_END = type(uint64).max;

    IMembers public immutable MEMBERS;

    LeanIMTData private _tree;
    /// @dev The end is fixed when the root is replaced, so that a longer lifetime revives none.
    mapping(uint256 root => RootStanding) private _roots;
    mapping(uint256 commitment => address hospital) private _certifiers;
    uint256 private _root;
    uint256 private _live;

    constructor(IMembers members) {
        MEMBERS = members;
    }

    modifier onlyHospital() {
        if (!MEMBERS.isActive(msg.sender, IMembers.Role.Hospital)) revert NotHospital(msg.sender);
        _;
    }

    /// @inheritdoc IRecordRegistry
    function insert(uint256[] calldata commitments) external onlyHospital returns (uint256 firstIndex) {
        if (commitments.length == 0) revert NothingToInsert();
        firstIndex = _tree.size;
        if (firstIndex + commitments.length > 2 ** MAX_DEPTH) revert RegistryFull();
        for (uint256 i = 0; i < commitments.length; ++i) {
            _certify(commitments[i]);
        }
        _live += commitments.length;
        _replaceRoot(_tree._insertMany(commitments));
        emit CommitmentsInserted(msg.sender, firstIndex, commitments, _root);
    }

    /// @inheritdoc IRecordRegistry
    function supersede(uint256 commitment, uint256[] calldata siblings, uint256 replacement)
        external
        onlyHospital
    {
        uint256 index = _remove(commitment, siblings);
        uint256 newIndex = _tree.size;
        if (newIndex + 1 > 2 ** MAX_DEPTH) revert RegistryFull();
        _certify(replacement);
        _live += 1;
        _replaceRoot(_tree._insert(replacement));
        emit CommitmentSuperseded(msg.sender, index, commitment, newIndex, replacement, _root);
    }

    /// @inheritdoc IRecordRegistry
    function withdraw(uint256 commitment, uint256[] calldata siblings) external onlyHospital {
        uint256 index = _remove(commitment, siblings);
        emit CommitmentWithdrawn(msg.sender, index, commitment, _root);
    }

    /// @inheritdoc IRecordRegistry
    function isAccepted(uint256 root) external view returns (bool) {
        return block.timestamp < _roots[root].acceptedUntil;
    }

    /// @inheritdoc IRecordRegistry
    function isKnown(uint256 root) external view returns (bool) {
        return _roots[root].acceptedUntil != 0;
    }

    /// @inheritdoc IRecordRegistry
    function rootStanding(uint256 root) external view returns (RootStanding memory) {
        return _roots[root];
    }

    /// @inheritdoc IRecordRegistry
    function currentRoot() external view returns (uint256) {
        return _root;
    }

    /// @inheritdoc IRecordRegistry
    function size() external view returns (uint256) {
        return _tree.size;
    }

    /// @inheritdoc IRecordRegistry
    function liveRecords() external view returns (uint256) {
        return _live;
    }

    /// @inheritdoc IRecordRegistry
    function certifierOf(uint256 commitment) external view returns (address) {
        return _certifiers[commitment];
    }

    function _certify(uint256 commitment) private {
        if (_certifiers[commitment] != address(0)) revert CommitmentKnown(commitment);
        _certifiers[commitment] = msg.sender;
    }

    function _remove(uint256 commitment, uint256[] calldata siblings) private returns (uint256 index) {
        if (_certifiers[commitment] != msg.sender) revert NotCertifier(msg.sender, commitment);
        index = _tree._indexOf(commitment);
        uint256 needed = _siblingsOf(index);
        if (siblings.length != needed) revert PathStale(siblings.length, needed);
        _live -= 1;
        _replaceRoot(_tree._remove(commitment, siblings));
    }

    /// @dev On how many levels a leaf's path has a sibling: all but those on which its node is the last and a left child.
    function _siblingsOf(uint256 index) private view returns (uint256 count) {
        uint256 last = _tree.size - 1;
        for (uint256 level = _tree.depth; level != 0; --level) {
            if (index & 1 == 1 || index != last) ++count;
            index >>= 1;
            last >>= 1;
        }
    }

    function _replaceRoot(uint256 next) private {
        // Root zero, of the empty registry and of one whose only leaf was zeroed, is never valid
        if (_root != 0) _roots[_root].acceptedUntil = (block.timestamp + MEMBERS.rootLifetime()).toUint64();
        if (next != 0) _roots[next] = RootStanding({acceptedUntil: NO_END, records: _live.toUint64()});
        _root = next;
    }
}
