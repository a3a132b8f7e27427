// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEvidenceVerifier} from "../../src/interfaces/IEvidenceVerifier.sol";
import {Evidence} from "../helpers/Evidence.sol";

/// @notice Random fragments, and bits of them changed: the contract's verdict is that of `umbral-pre`, which the fixtures tell
/// (`relayer/src/domain/evidence/tests/random.rs`). FRAGMENTS_FILE names another file than the committed one.
contract FragmentsTest is Evidence {
    /// @dev A case's parts: fragment, capsule, delegating, verifying and receiving key.
    uint256[6] private _bounds = [uint256(0), 359, 457, 490, 523, 556];

    bytes[] private _honest;
    bytes[] private _products;

    function setUp() public {
        _evidence = _newEvidenceVerifier();
    }

    function test_verdictsAreThoseOfRust() public {
        string memory file = vm.envOr("FRAGMENTS_FILE", string("contracts/test/fixtures/fragments.json"));
        string memory json = vm.readFile(file);
        _honest = vm.parseJsonBytesArray(json, ".honest");
        _products = vm.parseJsonBytesArray(json, ".products");
        assertGe(_honest.length, 16);
        for (uint256 i = 0; i < _honest.length; ++i) {
            assertTrue(_accepts(_honest[i], _products[i]));
        }
        _compareChanges(json);
    }

    function _compareChanges(string memory json) private view {
        uint256[] memory cases = vm.parseJsonUintArray(json, ".changedCase");
        uint256[] memory bits = vm.parseJsonUintArray(json, ".changedBit");
        bytes[] memory products = vm.parseJsonBytesArray(json, ".changedProducts");
        bool[] memory accepted = vm.parseJsonBoolArray(json, ".accepted");
        assertGe(bits.length, 256);
        for (uint256 i = 0; i < bits.length; ++i) {
            bytes memory changed = _flip(_honest[cases[i]], bits[i]);
            assertEq(_accepts(changed, products[i]), accepted[i], vm.toString(i));
        }
    }

    /// @dev Under a grant that pins what the fragment says, so that nothing but Umbral's own checks can refuse it.
    function _accepts(bytes memory bytes_, bytes memory products) private view returns (bool) {
        bytes memory fragment = _part(bytes_, 0);
        IEvidenceVerifier.Grant memory grant;
        (grant.precursorPrefix, grant.precursorX) = _split(_slice(fragment, 98, 131));
        grant.slots = new IEvidenceVerifier.GrantSlot[](1);
        (uint8 prefix, bytes32 x) = _split(_slice(fragment, 197, 230));
        bytes32 id = bytes32(_slice(fragment, 66, 98));
        grant.slots[0] = IEvidenceVerifier.GrantSlot(address(0), id, x, prefix);
        IEvidenceVerifier.Fragment[] memory fragments = new IEvidenceVerifier.Fragment[](1);
        fragments[0] = IEvidenceVerifier.Fragment(0, fragment, products);
        bytes memory envelope = bytes.concat(
            hex"4d53455600010000",
            _part(bytes_, 1),
            hex"000100",
            _part(bytes_, 2),
            _part(bytes_, 3),
            new bytes(59)
        );
        return _evidence.capsuleHolds(envelope)
            && _evidence.verifyFragments(_evidence.basisOf(envelope, _part(bytes_, 4), grant), fragments) == 1;
    }

    function _part(bytes memory bytes_, uint256 index) private view returns (bytes memory) {
        return _slice(bytes_, _bounds[index], _bounds[index + 1]);
    }
}
