// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IMembers} from "../../src/interfaces/IMembers.sol";
import {IRecordRegistry} from "../../src/interfaces/IRecordRegistry.sol";
import {Field} from "../../src/libraries/Field.sol";
import {Bounded} from "../helpers/Bounded.sol";
import {LeanTree} from "../helpers/LeanTree.sol";
import {stdJson} from "forge-std/StdJson.sol";
import {PoseidonT3} from "poseidon-solidity/PoseidonT3.sol";
import {PoseidonT4} from "poseidon-solidity/PoseidonT4.sol";

/// @notice The hashes of docs/PROTOCOL.md in Solidity, against the vectors that circuit, Rust and circomlibjs are checked with.
contract VectorsTest is Bounded {
    using stdJson for string;

    string internal _poseidon;
    string internal _record;
    string internal _registry;

    function setUp() public {
        _poseidon = vm.readFile("circuits/vectors/poseidon.json");
        _record = vm.readFile("circuits/vectors/record.json");
        _registry = vm.readFile("circuits/vectors/registry.json");
    }

    function test_poseidon_ofTwoAndThree() external view {
        uint256[] memory inputs = _poseidon.readUintArray("[1].inputs");
        assertEq(PoseidonT3.hash([inputs[0], inputs[1]]), _poseidon.readUint("[1].hash"));
        inputs = _poseidon.readUintArray("[2].inputs");
        assertEq(PoseidonT4.hash([inputs[0], inputs[1], inputs[2]]), _poseidon.readUint("[2].hash"));
    }

    function test_tagged_ofTwo() external view {
        uint256 secret = _record.readUint(".identitySecret");
        uint256 identity = _tagged("medshare.identity", secret, 0);
        assertEq(identity, _record.readUint(".identityCommitment"));
        uint256 pseudonym = _tagged("medshare.pseudonym", identity, _record.readUint(".pseudonymNonce"));
        assertEq(pseudonym, _record.readUint(".pseudonym"));
        assertEq(
            _tagged("medshare.nullifier", secret, _record.readUint(".studyId")),
            _record.readUint(".nullifier")
        );
    }

    function test_recordTag_ofTheEnvelope() external view {
        uint256 envelopeHash = Field.fromDigest(sha256(bytes(_record.readString(".envelope"))));
        assertEq(envelopeHash, _record.readUint(".envelopeHash"));
        assertEq(
            _tagged("medshare.tag", envelopeHash, _record.readUint(".tagBlinding")),
            _record.readUint(".recordTag")
        );
    }

    function test_registryRoots_whileLeavesComeAndOneGoes() external {
        _deployMembers();
        IRecordRegistry registry =
            IRecordRegistry(deployCode("RecordRegistry.sol:RecordRegistry", abi.encode(_members)));
        address hospital = makeAddr("hospital");
        _admit(hospital, IMembers.Role.Hospital);

        uint256[] memory leaves = _registry.readUintArray(".leaves");
        uint256[] memory roots = _registry.readUintArray(".roots");
        assertEq(leaves.length, roots.length);
        uint256[] memory one = new uint256[](1);
        for (uint256 i = 0; i < leaves.length; ++i) {
            one[0] = leaves[i];
            vm.prank(hospital);
            registry.insert(one);
            assertEq(registry.currentRoot(), roots[i]);
        }

        uint256 removed = _registry.readUint(".removed");
        uint256[] memory path = LeanTree.siblings(leaves, removed);
        vm.prank(hospital);
        registry.withdraw(leaves[removed], path);
        assertEq(registry.currentRoot(), _registry.readUint(".rootAfterRemoval"));
    }

    /// @dev Poseidon of a domain tag, its ASCII read as an integer, and two elements.
    function _tagged(string memory label, uint256 left, uint256 right) private pure returns (uint256) {
        bytes memory text = bytes(label);
        uint256 tag = uint256(bytes32(text)) >> (8 * (32 - text.length));
        return PoseidonT4.hash([tag, left, right]);
    }
}
