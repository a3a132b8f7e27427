// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IEvidenceVerifier} from "../../src/interfaces/IEvidenceVerifier.sol";
import {RealDisputing} from "../helpers/RealDisputing.sol";

/// @notice Disputes over real grants, fragments and segments, which Rust made.
contract RealDisputesTest is RealDisputing {
    uint256 private _studyId;
    uint256 private _patient;
    IEnrolments.Details private _details;

    function setUp() public override {
        super.setUp();
        _patient = _nullifierOfFixture();
    }

    /// @dev Honest delivery, challenged: the slots answer one by one, each by whomever.
    function test_answer_slotBySlot() public {
        Scenario memory scenario = _deliver(HONEST_2_OF_3, 2, 3);
        _challenge(_studyId, _patient, _details);
        vm.snapshotGasLastCall("Disputes", "challenge");
        _answerWith(scenario, 0, 1);
        vm.snapshotGasLastCall("Disputes", "answer: the first, with envelope and tag");
        assertEq(_disputes.disputeOf(_studyId, _patient).answered, 1);
        _answerWith(scenario, 2, 3);
        vm.snapshotGasLastCall("Disputes", "answer: the second of two, bond paid out");
        _assertState(_studyId, _patient, IEnrolments.State.Delivered);
    }

    function test_answer_furtherFragment() public {
        Scenario memory scenario = _deliver(HONEST, 3, 5);
        _challenge(_studyId, _patient, _details);
        uint256 start = vm.snapshotState();
        _answerWith(scenario, 0, 2);
        vm.snapshotGasLastCall("Disputes", "answer: the first two at once, 3 of 5");
        vm.revertToState(start);
        _answerWith(scenario, 0, 1);
        vm.snapshotGasLastCall("Disputes", "answer: the first, 3 of 5");
        _answerWith(scenario, 4, 5);
        vm.snapshotGasLastCall("Disputes", "answer: a further fragment, 3 of 5");
        assertEq(_disputes.disputeOf(_studyId, _patient).answered, 0x11);
    }

    function test_answerFurther_revertsWithEvidenceMismatch() public {
        Scenario memory scenario = _deliver(HONEST, 3, 5);
        _challenge(_studyId, _patient, _details);
        IEvidenceVerifier.Fragment[] memory fragments = _chosen(scenario, 1, 1);
        bytes memory basis = _evidence.basisOf(_envelope, _receivingKey, scenario.grant);
        // Nothing was answered yet; what is hashed until then is no basis, though its hash fits
        bytes memory claim = abi.encode(_recordTag, _details.grantDigest, _receivingKey);
        assertEq(_disputes.disputeOf(_studyId, _patient).evidence, keccak256(claim));
        vm.expectRevert(IDisputes.EvidenceMismatch.selector);
        _disputes.answerFurther(_studyId, _patient, claim, fragments);
        vm.expectRevert(IDisputes.EvidenceMismatch.selector);
        _disputes.answerFurther(_studyId, _patient, basis, fragments);
        _answerWith(scenario, 0, 1);
        bytes memory other = _evidence.basisOf(_envelope, _receivingKey, _scenario(GARBAGE).grant);
        vm.expectRevert(IDisputes.EvidenceMismatch.selector);
        _disputes.answerFurther(_studyId, _patient, other, fragments);
        // The long form serves two that answer first in the same block
        IDisputes.Answer memory cut = _realAnswer(scenario, 2, 3);
        cut.envelope = hex"4d534556";
        vm.expectRevert(IDisputes.EvidenceMismatch.selector);
        _disputes.answer(_studyId, _patient, cut);
        _disputes.answer(_studyId, _patient, _realAnswer(scenario, 2, 3));
        _disputes.answerFurther(_studyId, _patient, basis, fragments);
        assertEq(_disputes.disputeOf(_studyId, _patient).answered, 7);
    }

    /// @dev A fragment that another proxy copied counts for the slot that it is of, and once.
    function test_answer_withACopiedFragment() public {
        Scenario memory scenario = _deliver(HONEST, 3, 5);
        _challenge(_studyId, _patient, _details);
        IDisputes.Answer memory given = _realAnswer(scenario, 0, 1);
        given.fragments[0].slot = 1;
        vm.expectRevert(IDisputes.NothingAnswered.selector);
        _disputes.answer(_studyId, _patient, given);
        given.fragments[0].slot = 0;
        vm.prank(_proxies[1].addr);
        _disputes.answer(_studyId, _patient, given);
        assertEq(_disputes.disputeOf(_studyId, _patient).answered, 1);
    }

    /// @dev Fragments of another grant, over the same record and for the same institution, are not those that were pinned.
    function test_answer_withAMixOfGrants() public {
        Scenario memory scenario = _deliver(HONEST, 3, 5);
        _challenge(_studyId, _patient, _details);
        IDisputes.Answer memory given = _realAnswer(scenario, 0, 3);
        given.fragments[1] = _scenario(GARBAGE).fragments[1];
        given.fragments[2] = _scenario(HONEST_2_OF_3).fragments[2];
        _disputes.answer(_studyId, _patient, given);
        assertEq(_disputes.disputeOf(_studyId, _patient).answered, 1);
    }

    /// @dev A garbage grant verifies fragment by fragment: the challenge is answered, and then shown not to open.
    function test_unopenable_afterAnAnswer() public {
        Scenario memory scenario = _deliver(GARBAGE_2_OF_3, 2, 3);
        _challenge(_studyId, _patient, _details);
        _answerWith(scenario, 0, 2);
        _assertState(_studyId, _patient, IEnrolments.State.Delivered);
        _disputes.proveUnopenable(_studyId, _patient, _details, _openingOf(scenario));
        vm.snapshotGasLastCall("Disputes", "proveUnopenable, 2 of 3");
        _assertState(_studyId, _patient, IEnrolments.State.Faulted);
    }

    function test_unopenable_isRefusedForAGrantThatOpens() public {
        Scenario memory scenario = _deliver(HONEST, 3, 5);
        vm.expectRevert(IDisputes.NoFault.selector);
        _disputes.proveUnopenable(_studyId, _patient, _details, _openingOf(scenario));
    }

    function test_unopenable_withAnyFragmentsOfAGarbageGrant() public {
        Scenario memory scenario = _deliver(GARBAGE, 3, 5);
        _disputes.proveUnopenable(_studyId, _patient, _details, _openingOf(scenario));
        _assertState(_studyId, _patient, IEnrolments.State.Faulted);
    }

    function test_precursor_ofAnHonestGrantHolds() public {
        Scenario memory scenario = _deliver(HONEST, 3, 5);
        vm.expectRevert(IDisputes.NoFault.selector);
        _disputes.provePrecursor(_studyId, _patient, _details, scenario.grant);
    }

    /// @dev A precursor copied from another patient, with that patient's proof; and one shifted.
    function test_precursor_copiedOrShifted() public {
        IEvidenceVerifier.Grant memory grant = _scenario(HONEST).grant;
        // The proof was made for the fixture's patient
        _provePrecursorOf(7, grant);
        grant.precursorX = grant.slots[0].fragmentCommitmentX;
        grant.precursorPrefix = grant.slots[0].fragmentCommitmentPrefix;
        _provePrecursorOf(_patient, grant);
    }

    function test_capsule_ofARealEnvelopeHolds() public {
        _deliver(HONEST, 3, 5);
        vm.expectRevert(IDisputes.NoFault.selector);
        _disputes.proveCapsule(_studyId, _patient, _details, _envelope, _tagBlinding);
    }

    function test_segments() public {
        _deliver(HONEST, 3, 5);
        uint32[] memory segments = new uint32[](2);
        (segments[0], segments[1]) = (1, 3);
        uint256 cost = _costOf(_studyId, _details, 2);
        vm.deal(_institution.addr, cost);
        vm.prank(_institution.addr);
        _disputes.demand{value: cost}(_studyId, _patient, _details, _envelope, _tagBlinding, segments);
        vm.snapshotGasLastCall("Disputes", "demand of two segments");
        IDisputes.Posting memory posting = _realPosting(segments, 0);
        _disputes.post(_studyId, _patient, posting);
        vm.snapshotGasLastCall("Disputes", "post: a whole segment");
        posting = _realPosting(segments, 1);
        _disputes.post(_studyId, _patient, posting);
        _assertState(_studyId, _patient, IEnrolments.State.Delivered);
    }

    function _provePrecursorOf(uint256 nullifier, IEvidenceVerifier.Grant memory grant) private {
        if (_studyId == 0) _studyId = _openStudyFor(3, 5);
        IEnrolments.Details memory details = _enrolWith(_studyId, nullifier, keccak256(abi.encode(grant)));
        _disputes.provePrecursor(_studyId, nullifier, details, grant);
        _assertState(_studyId, nullifier, IEnrolments.State.Faulted);
    }

    /// @dev An enrolment with a grant of the fixtures, delivered.
    function _deliver(uint256 index, uint8 m, uint256 n) private returns (Scenario memory scenario) {
        scenario = _scenario(index);
        _studyId = _openStudyFor(m, n);
        _details = _enrolWith(_studyId, _patient, scenario.digest);
        _attest(_studyId, _patient, _details, m);
    }

    function _answerWith(Scenario memory scenario, uint256 from, uint256 to) private {
        IDisputes.Answer memory given = _realAnswer(scenario, from, to);
        if (_disputes.disputeOf(_studyId, _patient).answered == 0) {
            vm.prank(STRANGER);
            _disputes.answer(_studyId, _patient, given);
            return;
        }
        bytes memory basis = _evidence.basisOf(_envelope, _receivingKey, scenario.grant);
        vm.prank(STRANGER);
        _disputes.answerFurther(_studyId, _patient, basis, given.fragments);
    }
}
