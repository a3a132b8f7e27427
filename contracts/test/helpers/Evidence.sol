// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEvidenceVerifier} from "../../src/interfaces/IEvidenceVerifier.sol";
import {Test} from "forge-std/Test.sol";
// Compiled for the tests that deploy it; what imports it is compiled without via-IR, as tests are
// solhint-disable-next-line no-unused-import
import {PoseidonT4} from "poseidon-solidity/PoseidonT4.sol";

/// @notice Grants, envelope and fragments that Rust made (`relayer/src/domain/evidence/tests/fixtures.rs`), and the contract that judges them.
abstract contract Evidence is Test {
    /// @dev A grant of the fixtures, with all that can be shown of it.
    struct Scenario {
        bool opens;
        uint8 threshold;
        bytes32 digest;
        bytes basis;
        IEvidenceVerifier.Grant grant;
        IEvidenceVerifier.Fragment[] fragments;
        IEvidenceVerifier.SharedPoint shared;
        bytes[] combination;
    }

    uint256 internal constant SEALED_SEGMENT = 32_784;
    uint256 internal constant LAST_SEGMENT = 100;
    uint256 internal constant SEGMENTS = 4;

    string private _json;
    IEvidenceVerifier internal _evidence;
    bytes internal _envelope;
    bytes internal _receivingKey;
    uint256 internal _tagBlinding;
    uint256 internal _recordTag;

    function _readEvidence() internal {
        _evidence = _newEvidenceVerifier();
        _json = vm.readFile("contracts/test/fixtures/disputes.json");
        _envelope = vm.parseJsonBytes(_json, ".envelope");
        _receivingKey = vm.parseJsonBytes(_json, ".receivingKey");
        _tagBlinding = uint256(vm.parseJsonBytes32(_json, ".tagBlinding"));
        _recordTag = uint256(vm.parseJsonBytes32(_json, ".recordTag"));
    }

    function _newEvidenceVerifier() internal returns (IEvidenceVerifier) {
        address poseidon = deployCode("PoseidonT4.sol:PoseidonT4");
        return IEvidenceVerifier(deployCode("EvidenceVerifier.sol:EvidenceVerifier", abi.encode(poseidon)));
    }

    function _nullifierOfFixture() internal view returns (uint256) {
        return uint256(vm.parseJsonBytes32(_json, ".nullifier"));
    }

    /// @dev The scenario of this place in the file.
    function _scenario(uint256 index) internal view returns (Scenario memory scenario) {
        string memory at = string.concat(".scenarios[", vm.toString(index), "]");
        scenario.opens = vm.parseJsonBool(_json, string.concat(at, ".opens"));
        scenario.threshold = uint8(vm.parseJsonUint(_json, string.concat(at, ".threshold")));
        scenario.digest = vm.parseJsonBytes32(_json, string.concat(at, ".digest"));
        scenario.basis = vm.parseJsonBytes(_json, string.concat(at, ".basis"));
        scenario.grant = _grantAt(at, scenario.threshold);
        bytes[] memory fragments = vm.parseJsonBytesArray(_json, string.concat(at, ".fragments"));
        bytes[] memory products = vm.parseJsonBytesArray(_json, string.concat(at, ".products"));
        scenario.fragments = new IEvidenceVerifier.Fragment[](fragments.length);
        for (uint8 i = 0; i < fragments.length; ++i) {
            scenario.fragments[i] = IEvidenceVerifier.Fragment(i, fragments[i], products[i]);
        }
        bytes[] memory points = vm.parseJsonBytesArray(_json, string.concat(at, ".sharedPoints"));
        scenario.shared = IEvidenceVerifier.SharedPoint({
            point: _point(points[0]),
            commitmentG: _point(points[1]),
            commitmentP: _point(points[2]),
            response: uint256(vm.parseJsonBytes32(_json, string.concat(at, ".sharedResponse"))),
            product: _point(points[3])
        });
        scenario.combination = vm.parseJsonBytesArray(_json, string.concat(at, ".combination"));
    }

    function _grantAt(string memory at, uint8 threshold)
        private
        view
        returns (IEvidenceVerifier.Grant memory grant)
    {
        bytes memory precursor = vm.parseJsonBytes(_json, string.concat(at, ".precursor"));
        bytes memory proof = vm.parseJsonBytes(_json, string.concat(at, ".proofPoint"));
        address[] memory proxies = vm.parseJsonAddressArray(_json, string.concat(at, ".slotProxies"));
        bytes32[] memory ids = vm.parseJsonBytes32Array(_json, string.concat(at, ".slotIds"));
        bytes[] memory commitments = vm.parseJsonBytesArray(_json, string.concat(at, ".slotCommitments"));
        grant.threshold = threshold;
        (grant.precursorPrefix, grant.precursorX) = _split(precursor);
        (grant.proofPrefix, grant.proofX) = _split(proof);
        grant.proofScalar = vm.parseJsonBytes32(_json, string.concat(at, ".proofScalar"));
        grant.slots = new IEvidenceVerifier.GrantSlot[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            (uint8 prefix, bytes32 x) = _split(commitments[i]);
            grant.slots[i] = IEvidenceVerifier.GrantSlot(proxies[i], ids[i], x, prefix);
        }
    }

    /// @dev The fragments of these slots.
    function _chosen(Scenario memory scenario, uint256 from, uint256 count)
        internal
        pure
        returns (IEvidenceVerifier.Fragment[] memory chosen)
    {
        chosen = new IEvidenceVerifier.Fragment[](count);
        for (uint256 i = 0; i < count; ++i) {
            chosen[i] = scenario.fragments[from + i];
        }
    }

    /// @dev A segment of the fixtures' ciphertext: one byte all through.
    function _segment(uint256 index) internal pure returns (bytes memory segment) {
        segment = new bytes(index + 1 == SEGMENTS ? LAST_SEGMENT : SEALED_SEGMENT);
        for (uint256 i = 0; i < segment.length; ++i) {
            segment[i] = bytes1(uint8(index + 1));
        }
    }

    function _segmentPath(uint256 index) internal view returns (bytes32[] memory) {
        return vm.parseJsonBytes32Array(_json, string.concat(".segmentPaths[", vm.toString(index), "]"));
    }

    /// @dev Root and number of the ciphertext's segments.
    function _ciphertext() internal view returns (bytes32 root, uint256 count) {
        return (bytes32(_tail(_envelope, 32)), SEGMENTS);
    }

    function _split(bytes memory point) internal pure returns (uint8 prefix, bytes32 x) {
        return (uint8(point[0]), _tail(point, 32));
    }

    /// @dev The word that ends this many bytes before the end, plus 32.
    function _tail(bytes memory data, uint256 fromEnd) internal pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), sub(mload(data), fromEnd)))
        }
    }

    function _slice(bytes memory data, uint256 from, uint256 to) internal pure returns (bytes memory slice) {
        slice = new bytes(to - from);
        for (uint256 i = 0; i < slice.length; ++i) {
            slice[i] = data[from + i];
        }
    }

    function _point(bytes memory coordinates) private pure returns (IEvidenceVerifier.Point memory) {
        (uint256 x, uint256 y) = abi.decode(coordinates, (uint256, uint256));
        return IEvidenceVerifier.Point(x, y);
    }

    /// @dev The same bytes with one bit changed, from the first byte's most significant one.
    function _flip(bytes memory data, uint256 bit) internal pure returns (bytes memory changed) {
        changed = bytes.concat(data);
        changed[bit / 8] = bytes1(uint8(changed[bit / 8]) ^ uint8(0x80 >> (bit % 8)));
    }
}
