// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEvidenceVerifier} from "../../src/interfaces/IEvidenceVerifier.sol";
import {Evidence} from "../helpers/Evidence.sol";

/// @notice What the fixtures' grants show, one by one. `integration/Fragments.t.sol` compares verdicts with Rust's over many fragments.
contract EvidenceVerifierTest is Evidence {
    uint256 private constant HONEST = 0;
    uint256 private constant GARBAGE = 1;
    uint256 private constant SCENARIOS = 7;
    uint256 private constant P = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F;
    uint256 private constant N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    IEvidenceVerifier.Binding private _binding;

    function setUp() public {
        _readEvidence();
        string memory chain = vm.readFile("contracts/test/fixtures/chain.json");
        address studies = vm.parseJsonAddress(chain, ".studiesContract");
        address institution = vm.parseJsonAddress(chain, ".institution");
        bytes32 studyId = keccak256(abi.encode(block.chainid, studies, institution, uint256(0)));
        _binding = IEvidenceVerifier.Binding({
            enrolments: vm.parseJsonAddress(chain, ".enrolmentsContract"),
            studyId: uint256(studyId)
                % 21888242871839275222246405745257275088548364400416034343698204186575808495617,
            nullifier: _nullifierOfFixture(),
            attempt: 0
        });
    }

    function test_capsuleHolds_andNoChangeOfIt() public view {
        assertTrue(_evidence.capsuleHolds(_envelope));
        for (uint256 bit = 8 * 8; bit < 106 * 8; bit += 3) {
            assertFalse(_evidence.capsuleHolds(_flip(_envelope, bit)));
        }
    }

    function test_verifyFragments_ofEveryGrant() public view {
        for (uint256 i = 0; i < SCENARIOS; ++i) {
            Scenario memory scenario = _scenario(i);
            assertEq(keccak256(abi.encode(scenario.grant)), scenario.digest);
            uint16 all = uint16((1 << scenario.fragments.length) - 1);
            assertEq(_verify(scenario.grant, scenario.fragments), all);
        }
    }

    function test_verifyFragments_gas() public {
        Scenario memory scenario = _scenario(HONEST);
        string[3] memory names = ["one", "two", "three"];
        for (uint256 count = 1; count <= 3; ++count) {
            IEvidenceVerifier.Fragment[] memory fragments = _chosen(scenario, 0, count);
            assertEq(_verify(scenario.grant, fragments), (1 << count) - 1);
            vm.snapshotGasLastCall("EvidenceVerifier", string.concat("verifyFragments, ", names[count - 1]));
        }
    }

    function test_verifyFragments_countsThoseOnlyThatHold() public view {
        Scenario memory scenario = _scenario(HONEST);
        scenario.fragments[1].fragment = _flip(scenario.fragments[1].fragment, 2800);
        scenario.fragments[3].products = _flip(scenario.fragments[3].products, 9);
        assertEq(_verify(scenario.grant, scenario.fragments), 0x15);
    }

    function test_basisOf_isThatOfRust() public view {
        for (uint256 i = 0; i < SCENARIOS; ++i) {
            Scenario memory scenario = _scenario(i);
            assertEq(_evidence.basisOf(_envelope, _receivingKey, scenario.grant), scenario.basis);
        }
        IEvidenceVerifier.Grant memory grant = _scenario(HONEST).grant;
        bytes memory longer = bytes.concat(_receivingKey, hex"00");
        assertEq(_evidence.basisOf(_envelope, longer, grant).length, 0);
        // On no point of the curve
        grant.precursorX = bytes32(uint256(5));
        assertEq(_evidence.basisOf(_envelope, _receivingKey, grant).length, 0);
    }

    function test_verifyFragments_refusesAnyOtherBasis() public view {
        Scenario memory scenario = _scenario(HONEST);
        bytes memory basis = _evidence.basisOf(_envelope, _receivingKey, scenario.grant);
        IEvidenceVerifier.Fragment[] memory first = _chosen(scenario, 0, 1);
        assertEq(_evidence.verifyFragments(basis, first), 1);
        // Capsule, keys, signer, precursor and the slot's pin; not the pins of the others
        for (uint256 bit = 0; bit < 249 * 8; bit += 5) {
            // The capsule's own scalar is not looked at here: the capsule is known to hold
            if (bit >= 66 * 8 && bit < 98 * 8) continue;
            assertEq(_evidence.verifyFragments(_flip(basis, bit), first), 0, vm.toString(bit));
        }
        assertEq(_evidence.verifyFragments("", first), 0);
    }

    function test_verifyFragments_refusesAnotherSlot() public view {
        Scenario memory scenario = _scenario(HONEST);
        scenario.fragments[0].slot = 1;
        scenario.fragments[1].slot = 5;
        assertEq(_verify(scenario.grant, scenario.fragments), 0x1c);
    }

    function test_verifyFragments_refusesWhatTheGrantDoesNotPin() public view {
        IEvidenceVerifier.Grant memory grant = _scenario(HONEST).grant;
        IEvidenceVerifier.Fragment[] memory fragments = _chosen(_scenario(HONEST), 0, 1);
        IEvidenceVerifier.GrantSlot memory slot = grant.slots[0];
        slot.fragmentId = bytes32(uint256(slot.fragmentId) ^ 1);
        assertEq(_verify(grant, fragments), 0);
        grant = _scenario(HONEST).grant;
        grant.slots[0].fragmentCommitmentPrefix ^= 1;
        assertEq(_verify(grant, fragments), 0);
        grant = _scenario(HONEST).grant;
        grant.slots[0].fragmentCommitmentX = grant.slots[1].fragmentCommitmentX;
        assertEq(_verify(grant, fragments), 0);
        grant = _scenario(HONEST).grant;
        grant.precursorPrefix ^= 1;
        assertEq(_verify(grant, fragments), 0);
        // On no point of the curve
        grant.precursorX = bytes32(uint256(5));
        assertEq(_verify(grant, fragments), 0);
    }

    function test_verifyFragments_refusesOtherLengths() public view {
        Scenario memory scenario = _scenario(HONEST);
        scenario.fragments[0].fragment = bytes.concat(scenario.fragments[0].fragment, hex"00");
        scenario.fragments[1].products = "";
        scenario.fragments[2].fragment = "";
        scenario.fragments[3].products = bytes.concat(scenario.fragments[3].products, hex"00");
        assertEq(_verify(scenario.grant, scenario.fragments), 0x10);
    }

    /// @dev k256 refuses it: one signature would have two spellings.
    function test_verifyFragments_refusesAHighS() public view {
        Scenario memory scenario = _scenario(HONEST);
        bytes memory fragment = scenario.fragments[0].fragment;
        uint256 s = N - uint256(_tail(fragment, 32));
        assembly ("memory-safe") {
            mstore(add(fragment, add(32, 327)), s)
        }
        assertEq(_verify(scenario.grant, _chosen(scenario, 0, 1)), 0);
    }

    /// @dev Signatures for whomever they happen to be of.
    function test_verifyFragments_takesAnSUpToHalfTheOrder() public view {
        assertTrue(_isTakenWith(1, N / 2));
        assertFalse(_isTakenWith(1, N / 2 + 1));
        // Of nobody, who is the signer then
        assertFalse(_isTakenWith(0, 1));
    }

    function test_verifyFragments_refusesZOutOfRange() public view {
        Scenario memory scenario = _scenario(HONEST);
        bytes memory fragment = scenario.fragments[0].fragment;
        assembly ("memory-safe") {
            mstore(add(fragment, add(32, 263)), not(0))
        }
        assertEq(_verify(scenario.grant, _chosen(scenario, 0, 1)), 0);
    }

    /// @dev After one that holds, fragments that fail over E, over V and over U alone, with each side of the equation as the product;
    /// and such whose E2, V2 and U2 is no point.
    function test_verifyFragments_asksForEachEquation() public view {
        string memory json = vm.readFile("contracts/test/fixtures/equations.json");
        bytes memory basis = vm.parseJsonBytes(json, ".basis");
        bytes[] memory fragments = vm.parseJsonBytesArray(json, ".fragments");
        bytes[] memory products = vm.parseJsonBytesArray(json, ".products");
        bytes[] memory sums = vm.parseJsonBytesArray(json, ".sums");
        assertEq(fragments.length, 7);
        IEvidenceVerifier.Fragment[] memory given = new IEvidenceVerifier.Fragment[](1);
        for (uint8 i = 0; i < 7; ++i) {
            given[0] = IEvidenceVerifier.Fragment(i, fragments[i], products[i]);
            assertEq(_evidence.verifyFragments(basis, given), i == 0 ? 1 : 0, vm.toString(i));
            given[0].products = sums[i];
            assertEq(_evidence.verifyFragments(basis, given), i == 0 ? 1 : 0, vm.toString(i));
        }
    }

    function test_precursorHolds_ofEveryGrant() public view {
        for (uint256 i = 0; i < SCENARIOS; ++i) {
            assertTrue(_evidence.precursorHolds(_scenario(i).grant, _receivingKey, _binding));
        }
    }

    function test_precursorHolds_forThisEnrolmentOnly() public view {
        IEvidenceVerifier.Grant memory grant = _scenario(HONEST).grant;
        bytes memory key = abi.encodePacked(grant.proofPrefix, grant.proofX);
        assertFalse(_evidence.precursorHolds(grant, key, _binding));
        IEvidenceVerifier.Binding memory other = _binding;
        other.enrolments = address(this);
        assertFalse(_evidence.precursorHolds(grant, _receivingKey, other));
        other = _binding;
        other.studyId += 1;
        assertFalse(_evidence.precursorHolds(grant, _receivingKey, other));
        other = _binding;
        other.nullifier += 1;
        assertFalse(_evidence.precursorHolds(grant, _receivingKey, other));
        other = _binding;
        other.attempt = 1;
        assertFalse(_evidence.precursorHolds(grant, _receivingKey, other));
    }

    function test_precursorHolds_onAnotherChain() public {
        vm.chainId(1);
        assertFalse(_evidence.precursorHolds(_scenario(HONEST).grant, _receivingKey, _binding));
    }

    function test_precursorHolds_ofNoOtherProof() public view {
        IEvidenceVerifier.Grant memory grant = _scenario(HONEST).grant;
        grant.proofScalar = bytes32(uint256(grant.proofScalar) ^ 1);
        assertFalse(_evidence.precursorHolds(grant, _receivingKey, _binding));
        grant.proofScalar = bytes32(N);
        assertFalse(_evidence.precursorHolds(grant, _receivingKey, _binding));
        grant = _scenario(HONEST).grant;
        grant.precursorPrefix ^= 1;
        assertFalse(_evidence.precursorHolds(grant, _receivingKey, _binding));
        grant = _scenario(HONEST).grant;
        grant.proofPrefix ^= 1;
        assertFalse(_evidence.precursorHolds(grant, _receivingKey, _binding));
        grant.proofPrefix = 4;
        assertFalse(_evidence.precursorHolds(grant, _receivingKey, _binding));
        grant = _scenario(HONEST).grant;
        (grant.proofPrefix, grant.proofX) = (2, bytes32(P));
        assertFalse(_evidence.precursorHolds(grant, _receivingKey, _binding));
        // The attack that the proof is there for: a stranger's precursor with a stranger's proof, copied
        grant = _scenario(HONEST).grant;
        (grant.precursorPrefix, grant.precursorX) =
        (_scenario(GARBAGE).grant.precursorPrefix, _scenario(GARBAGE).grant.precursorX);
        assertFalse(_evidence.precursorHolds(grant, _receivingKey, _binding));
    }

    function test_combines_asRustSays() public view {
        for (uint256 i = 0; i < SCENARIOS; ++i) {
            Scenario memory scenario = _scenario(i);
            assertEq(_combines(scenario), scenario.opens);
        }
    }

    function test_combines_asksForTheSharedPoint() public {
        for (uint256 i = 0; i < 9; ++i) {
            Scenario memory scenario = _scenario(GARBAGE);
            IEvidenceVerifier.SharedPoint memory shared = scenario.shared;
            if (i == 0) shared.point.x ^= 1;
            if (i == 1) shared.point.y = P - shared.point.y;
            if (i == 2) shared.commitmentG.x ^= 1;
            if (i == 3) shared.commitmentG.y = P - shared.commitmentG.y;
            if (i == 4) shared.commitmentP.x ^= 1;
            if (i == 5) shared.commitmentP.y = P - shared.commitmentP.y;
            if (i == 6) shared.response ^= 1;
            if (i == 7) shared.response = N;
            if (i == 8) shared.product.x ^= 1;
            vm.expectRevert(IEvidenceVerifier.SharedPointInvalid.selector);
            this.combines(scenario);
        }
    }

    function test_combines_asksForTheProducts() public {
        for (uint256 bit = 1; bit < 3 * 128 * 8; bit += 101) {
            Scenario memory scenario = _scenario(HONEST);
            uint256 index = bit / (128 * 8);
            scenario.combination[index] = _flip(scenario.combination[index], bit % (128 * 8));
            vm.expectRevert(abi.encodeWithSelector(IEvidenceVerifier.CombinationInvalid.selector, index));
            this.combines(scenario);
        }
        Scenario memory shorter = _scenario(HONEST);
        shorter.combination[2] = hex"00";
        vm.expectRevert(abi.encodeWithSelector(IEvidenceVerifier.CombinationInvalid.selector, 2));
        this.combines(shorter);
    }

    function test_combines_refusesTheSameFragmentTwice() public {
        Scenario memory scenario = _scenario(HONEST);
        scenario.fragments[1] = scenario.fragments[0];
        vm.expectRevert(IEvidenceVerifier.IdsEqual.selector);
        this.combines(scenario);
    }

    /// @dev Outside, so that a revert can be expected of it alone.
    function combines(Scenario calldata scenario) external view returns (bool) {
        return _combines(scenario);
    }

    function _combines(Scenario memory scenario) private view returns (bool) {
        return _evidence.combines(
            _envelope,
            _receivingKey,
            scenario.grant,
            _chosen(scenario, 0, scenario.threshold),
            scenario.shared,
            scenario.combination
        );
    }

    /// @dev Whether an honest fragment is taken with another signature, by whoever made that.
    function _isTakenWith(uint256 r, uint256 s) private view returns (bool) {
        Scenario memory scenario = _scenario(HONEST);
        bytes memory basis = scenario.basis;
        bytes memory fragment = scenario.fragments[0].fragment;
        bytes memory keys = bytes.concat(hex"01", _slice(basis, 98, 131), hex"01", _slice(basis, 131, 164));
        bytes32 digest = sha256(
            bytes.concat(
                _slice(fragment, 66, 98), _slice(fragment, 197, 230), _slice(fragment, 98, 131), keys
            )
        );
        bytes20 signer = bytes20(ecrecover(digest, 27, bytes32(r), bytes32(s)));
        basis = bytes.concat(_slice(basis, 0, 164), signer, _slice(basis, 184, basis.length));
        IEvidenceVerifier.Fragment[] memory given = _chosen(scenario, 0, 1);
        given[0].fragment = bytes.concat(_slice(fragment, 0, 295), bytes32(r), bytes32(s));
        return _evidence.verifyFragments(basis, given) == 1;
    }

    function _verify(IEvidenceVerifier.Grant memory grant, IEvidenceVerifier.Fragment[] memory fragments)
        private
        view
        returns (uint16)
    {
        bytes memory basis = _evidence.basisOf(_envelope, _receivingKey, grant);
        return _evidence.verifyFragments(basis, fragments);
    }
}
