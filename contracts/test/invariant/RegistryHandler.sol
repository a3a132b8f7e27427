// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IMembers} from "../../src/interfaces/IMembers.sol";
import {IRecordRegistry} from "../../src/interfaces/IRecordRegistry.sol";
import {LeanTree} from "../helpers/LeanTree.sol";
import {ConsortiumHandler} from "./ConsortiumHandler.sol";
import {EnrolHandler} from "./EnrolHandler.sol";

/// @notice Hospitals, and one that tries another's records.
abstract contract RegistryHandler is ConsortiumHandler, EnrolHandler {
    /// @dev Each tree is worked out anew, which takes its time.
    uint256 private constant MOST_LEAVES = 16;

    uint256[] internal _leaves;
    uint256[] internal _commitments;
    uint256 internal _live;

    function insert(uint256 seed) external step {
        seed = _mix(seed);
        bool full = _leaves.length >= MOST_LEAVES;
        uint256[] memory batch = new uint256[](1 + seed % 3);
        for (uint256 i = 0; i < batch.length; ++i) {
            batch[i] = _commitments.length + 1 + i;
        }
        // What was inserted before can't be again
        if (full) batch[batch.length - 1] = 1 + (seed >> 8) % _commitments.length;
        Property forbiddenBy = full ? Property.Registry : _asHospital(HOSPITAL);
        bytes memory data = abi.encodeCall(IRecordRegistry.insert, (batch));
        if (!_call("RecordRegistry.insert", forbiddenBy, HOSPITAL, address(_registry), 0, data)) return;
        for (uint256 i = 0; i < batch.length; ++i) {
            _leaves.push(batch[i]);
            _commitments.push(batch[i]);
        }
        _live += batch.length;
        _rooted();
    }

    function supersede(uint256 seed) external step {
        seed = _mix(seed);
        (address caller, uint256 index, Property forbiddenBy) = _drawLeaf(seed);
        bool full = _leaves.length >= 2 * MOST_LEAVES;
        uint256 replacement = full ? _commitments[0] : _commitments.length + 1;
        if (full) forbiddenBy = Property.Registry;
        uint256[] memory path = LeanTree.siblings(_leaves, index);
        bytes memory data = abi.encodeCall(IRecordRegistry.supersede, (_leaves[index], path, replacement));
        if (!_call("RecordRegistry.supersede", forbiddenBy, caller, address(_registry), 0, data)) return;
        _leaves[index] = 0;
        --_live;
        _rooted();
        _leaves.push(replacement);
        _commitments.push(replacement);
        ++_live;
        _rooted();
    }

    /// @dev Some records stay, or nobody could enrol.
    function withdraw(uint256 seed) external step {
        seed = _mix(seed);
        (address caller, uint256 index, Property forbiddenBy) = _drawLeaf(seed);
        if (_live <= 4) (caller, forbiddenBy) = (OTHER_HOSPITAL, Property.Registry);
        uint256[] memory path = LeanTree.siblings(_leaves, index);
        bytes memory data = abi.encodeCall(IRecordRegistry.withdraw, (_leaves[index], path));
        if (!_call("RecordRegistry.withdraw", forbiddenBy, caller, address(_registry), 0, data)) return;
        _leaves[index] = 0;
        --_live;
        _rooted();
    }

    /// @dev What the registry says after the first record was inserted.
    function _planted() internal {
        _leaves.push(1);
        _commitments.push(1);
        _live = 1;
        _roots.push(Root({value: 1, records: 1, end: type(uint64).max}));
    }

    /// @dev Root zero, of a tree whose only leaf was zeroed, is never valid.
    function _rooted() private {
        Root storage last = _roots[_roots.length - 1];
        if (last.value != 0) last.end = block.timestamp + _members.rootLifetime();
        Root memory next = Root({value: LeanTree.root(_leaves), records: _live, end: type(uint64).max});
        if (next.value == 0) (next.records, next.end) = (0, 0);
        _roots.push(next);
    }

    function _drawLeaf(uint256 seed)
        private
        view
        returns (address caller, uint256 index, Property forbiddenBy)
    {
        index = (seed >> 16) % _leaves.length;
        while (_leaves[index] == 0) index = (index + 1) % _leaves.length;
        caller = (seed >> 64) % 8 == 0 ? OTHER_HOSPITAL : HOSPITAL;
        forbiddenBy = caller == HOSPITAL ? _asHospital(HOSPITAL) : Property.Registry;
    }

    function _asHospital(address hospital) private view returns (Property) {
        return _active[hospital] == IMembers.Role.Hospital ? Property.None : Property.Expelled;
    }
}
