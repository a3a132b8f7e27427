// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {Vm} from "forge-std/Vm.sol";

import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IEvidenceVerifier} from "../../src/interfaces/IEvidenceVerifier.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Disputing} from "../helpers/Disputing.sol";

/// @notice 'Undelivered', rule by rule. `DisputeEndings.t.sol` has the sums.
contract ChallengesTest is Disputing {
    uint256 private _studyId;
    IEnrolments.Details private _details;

    function setUp() public override {
        super.setUp();
        _bondAll(address(0));
        _studyId = _openStudy(_terms(address(0)));
        _details = _enrol(_studyId, NULLIFIER, 0);
        _attest(_studyId, NULLIFIER, _details, M);
    }

    function test_challenge_beginsAWindow() public {
        _pass(WINDOW, WINDOW_BLOCKS);
        vm.expectEmit(address(_disputes));
        emit IDisputes.Challenged(
            _studyId, NULLIFIER, 0, 0.333333333333333334 ether, block.timestamp + 2 * WINDOW
        );
        _challenge(_studyId, NULLIFIER, _details);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Challenged);
        assertEq(_enrolments.standingOf(_studyId, NULLIFIER).since, block.timestamp);
        IDisputes.Dispute memory dispute = _disputes.disputeOf(_studyId, NULLIFIER);
        assertTrue(dispute.challenged);
        assertEq(dispute.slots, 0x1f);
        assertEq(dispute.threshold, M);
        assertEq(dispute.endsAt, block.timestamp + 2 * WINDOW);
        assertEq(dispute.endsAtBlock, block.number + 2 * WINDOW_BLOCKS);
    }

    function test_challenge_ofTheStudysInstitutionOnly() public {
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotChallenger.selector, STRANGER, _studyId));
        vm.prank(STRANGER);
        _disputes.challenge(_studyId, NULLIFIER, _details);
        vm.expectRevert(abi.encodeWithSelector(IStudies.StudyUnknown.selector, 7));
        vm.prank(_institution.addr);
        _disputes.challenge(7, NULLIFIER, _details);
    }

    function test_challenge_withItsBondOnly() public {
        uint256 slice = _studies.standingOf(_studyId).slice;
        vm.deal(_institution.addr, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.ValueMismatch.selector, slice - 1, slice));
        vm.prank(_institution.addr);
        _disputes.challenge{value: slice - 1}(_studyId, NULLIFIER, _details);
    }

    function test_challenge_onlyWhileDelivered() public {
        IEnrolments.Details memory other = _enrol(_studyId, 2, 0);
        _expectState(IEnrolments.State.Enrolled);
        _disputes.challenge(_studyId, 2, other);
        _challenge(_studyId, NULLIFIER, _details);
        _expectState(IEnrolments.State.Challenged);
        _disputes.challenge(_studyId, NULLIFIER, _details);
        _accept(_studyId, NULLIFIER, _details);
        _expectState(IEnrolments.State.Settled);
        _disputes.challenge(_studyId, NULLIFIER, _details);
        _expectState(IEnrolments.State.None);
        _disputes.challenge(_studyId, 3, _details);
    }

    function test_challenge_notOnceTheWindowHasPassed() public {
        _passChallenge();
        vm.expectRevert(IEnrolments.WindowPassed.selector);
        vm.prank(_institution.addr);
        _disputes.challenge(_studyId, NULLIFIER, _details);
    }

    function test_challenge_withTheDetailsOnly() public {
        _details.recordTag ^= 1;
        vm.expectRevert(IEnrolments.DetailsMismatch.selector);
        vm.prank(_institution.addr);
        _disputes.challenge(_studyId, NULLIFIER, _details);
    }

    function test_challenge_onceAnAttempt() public {
        _challenge(_studyId, NULLIFIER, _details);
        _answer(_studyId, NULLIFIER, _details, 0, M);
        vm.deal(_institution.addr, 1 ether);
        vm.expectRevert(IDisputes.ChallengeUsed.selector);
        vm.prank(_institution.addr);
        _disputes.challenge{value: 0.333333333333333334 ether}(_studyId, NULLIFIER, _details);
    }

    function test_challenge_againInTheNextAttempt() public {
        _challenge(_studyId, NULLIFIER, _details);
        _answer(_studyId, NULLIFIER, _details, 3, 5);
        _passChallenge();
        _disputes.expire(_studyId, NULLIFIER, _details);
        _details = _enrol(_studyId, NULLIFIER, 1);
        _attest(_studyId, NULLIFIER, _details, M);
        _challenge(_studyId, NULLIFIER, _details);
        IDisputes.Dispute memory dispute = _disputes.disputeOf(_studyId, NULLIFIER);
        assertEq(dispute.attempt, 1);
        assertEq(dispute.answered, 0);
        _answer(_studyId, NULLIFIER, _details, 0, M);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Delivered);
    }

    function test_answer_bySlotsUntilMHaveAnswered() public {
        _challenge(_studyId, NULLIFIER, _details);
        IDisputes.Answer memory given = _answerOf(_studyId, NULLIFIER, _details, _fragments(4, 5));
        vm.expectEmit(address(_disputes));
        emit IDisputes.EnvelopePosted(
            _studyId, NULLIFIER, 0, _mockEnvelope(), _details.recordTag, given.grant
        );
        vm.expectEmit(address(_disputes));
        emit IDisputes.FragmentPosted(_studyId, NULLIFIER, 0, 4, hex"01");
        _disputes.answer(_studyId, NULLIFIER, given);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Challenged);
        _answer(_studyId, NULLIFIER, _details, 0, 1);
        _pass(1 hours, 20);
        vm.expectEmit(address(_disputes));
        emit IDisputes.ChallengeAnswered(_studyId, NULLIFIER, 0, 0x19);
        _answer(_studyId, NULLIFIER, _details, 3, 4);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Delivered);
        assertEq(_enrolments.standingOf(_studyId, NULLIFIER).since, block.timestamp, "a fresh window");
        assertEq(_treasury.recordOf(_proxies[3].addr, address(0)).answered, 1);
        assertEq(_treasury.recordOf(_proxies[1].addr, address(0)).answered, 0);
        vm.expectRevert(IDisputes.NothingPending.selector);
        _disputes.answer(_studyId, NULLIFIER, given);
    }

    function test_answer_allAtOnce() public {
        _challenge(_studyId, NULLIFIER, _details);
        vm.expectEmit(address(_disputes));
        emit IDisputes.ChallengeAnswered(_studyId, NULLIFIER, 0, 0x1f);
        _answer(_studyId, NULLIFIER, _details, 0, 5);
    }

    /// @dev A wrong fragment is nobody's fault: it just does not count.
    function test_answer_countsWhatHoldsOnly() public {
        _challenge(_studyId, NULLIFIER, _details);
        IEvidenceVerifier.Fragment[] memory fragments = _fragments(0, 3);
        fragments[1].fragment = hex"02";
        _disputes.answer(_studyId, NULLIFIER, _answerOf(_studyId, NULLIFIER, _details, fragments));
        assertEq(_disputes.disputeOf(_studyId, NULLIFIER).answered, 5);
        // Nor does it keep the right one out
        _answer(_studyId, NULLIFIER, _details, 1, 2);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Delivered);
    }

    function test_answer_thatShowsNothingReverts() public {
        _challenge(_studyId, NULLIFIER, _details);
        IEvidenceVerifier.Fragment[] memory fragments = _fragments(0, 1);
        fragments[0].fragment = hex"02";
        IDisputes.Answer memory given = _answerOf(_studyId, NULLIFIER, _details, fragments);
        vm.expectRevert(IDisputes.NothingAnswered.selector);
        _disputes.answer(_studyId, NULLIFIER, given);
        _answer(_studyId, NULLIFIER, _details, 0, 1);
        given = _answerOf(_studyId, NULLIFIER, _details, _fragments(0, 1));
        vm.expectRevert(IDisputes.NothingAnswered.selector);
        _disputes.answer(_studyId, NULLIFIER, given);
        given = _answerOf(_studyId, NULLIFIER, _details, _fragments(0, 0));
        vm.expectRevert(IDisputes.NothingAnswered.selector);
        _disputes.answer(_studyId, NULLIFIER, given);
    }

    function test_answerFurther_takesTheBasisAlone() public {
        _challenge(_studyId, NULLIFIER, _details);
        bytes memory basis = _basis();
        vm.expectRevert(IDisputes.EvidenceMismatch.selector);
        _disputes.answerFurther(_studyId, NULLIFIER, basis, _fragments(0, 1));
        _answer(_studyId, NULLIFIER, _details, 0, 1);
        vm.expectRevert(IDisputes.EvidenceMismatch.selector);
        _disputes.answerFurther(_studyId, NULLIFIER, bytes.concat(basis, hex"00"), _fragments(1, 2));
        vm.expectRevert(IDisputes.NothingAnswered.selector);
        _disputes.answerFurther(_studyId, NULLIFIER, basis, _fragments(0, 1));
        _disputes.answerFurther(_studyId, NULLIFIER, basis, _fragments(1, 3));
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Delivered);
        vm.expectRevert(IDisputes.NothingPending.selector);
        _disputes.answerFurther(_studyId, NULLIFIER, basis, _fragments(3, 4));
    }

    /// @dev What is told as posted is what was counted: slot 1's fragment here, not slot 0's once more.
    function test_answer_tellsWhatCounts() public {
        _challenge(_studyId, NULLIFIER, _details);
        _answer(_studyId, NULLIFIER, _details, 0, 1);
        bytes memory basis = _basis();
        vm.recordLogs();
        _disputes.answerFurther(_studyId, NULLIFIER, basis, _fragments(0, 2));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1);
        assertEq(logs[0].topics[0], IDisputes.FragmentPosted.selector);
        (uint32 attempt, uint8 slot,) = abi.decode(logs[0].data, (uint32, uint8, bytes));
        assertEq(attempt, 0);
        assertEq(slot, 1);
    }

    function test_answerFurther_notOnceTheWindowHasPassed() public {
        _challenge(_studyId, NULLIFIER, _details);
        _answer(_studyId, NULLIFIER, _details, 0, 1);
        bytes memory basis = _basis();
        _passChallenge();
        vm.expectRevert(IEnrolments.WindowPassed.selector);
        _disputes.answerFurther(_studyId, NULLIFIER, basis, _fragments(1, 2));
    }

    function test_answer_ofSlotsOfTheEnrolmentOnly() public {
        address[] memory six = new address[](6);
        six[5] = makeAddr("sixth proxy");
        _admitProxy(six[5], makeAddr("sixth operator"));
        for (uint256 i = 0; i < N; ++i) {
            six[i] = _proxies[i].addr;
        }
        IStudies.Terms memory terms = _terms(address(0));
        terms.proxies = six;
        uint256 wider = _openStudy(terms);
        IEnrolments.Details memory five = _enrol(wider, NULLIFIER, 0);
        _attest(wider, NULLIFIER, five, M);
        _challenge(wider, NULLIFIER, five);
        IDisputes.Answer memory given = _answerOf(wider, NULLIFIER, five, _fragments(4, 6));
        vm.expectRevert(abi.encodeWithSelector(IEnrolments.SlotInvalid.selector, 5));
        _disputes.answer(wider, NULLIFIER, given);
    }

    function test_answer_ofAscendingSlotsOnly() public {
        _challenge(_studyId, NULLIFIER, _details);
        IDisputes.Answer memory given = _answerOf(_studyId, NULLIFIER, _details, _fragments(0, 2));
        given.fragments[1].slot = 0;
        vm.expectRevert(abi.encodeWithSelector(IEnrolments.SlotInvalid.selector, 0));
        _disputes.answer(_studyId, NULLIFIER, given);
        given.fragments[1].slot = 5;
        vm.expectRevert(abi.encodeWithSelector(IEnrolments.SlotInvalid.selector, 5));
        _disputes.answer(_studyId, NULLIFIER, given);
    }

    function test_answer_aboutThisEnrolmentOnly() public {
        _challenge(_studyId, NULLIFIER, _details);
        for (uint256 i = 0; i < 4; ++i) {
            IDisputes.Answer memory given = _answerOf(_studyId, NULLIFIER, _details, _fragments(0, 1));
            if (i == 0) given.recordTag ^= 1;
            if (i == 1) given.receivingKey[5] ^= 0x01;
            if (i == 2) given.grant.proofScalar = bytes32(uint256(2));
            if (i == 3) given.grant.slots[0].fragmentId = bytes32(uint256(77));
            vm.expectRevert(IDisputes.EvidenceMismatch.selector);
            _disputes.answer(_studyId, NULLIFIER, given);
        }
    }

    function test_answer_withTheRecordsEnvelopeOnly() public {
        _challenge(_studyId, NULLIFIER, _details);
        IDisputes.Answer memory given = _answerOf(_studyId, NULLIFIER, _details, _fragments(0, 1));
        given.tagBlinding ^= 1;
        vm.expectRevert(IDisputes.EnvelopeInvalid.selector);
        _disputes.answer(_studyId, NULLIFIER, given);
        given.tagBlinding ^= 1;
        given.envelope[8] = 0xff;
        vm.expectRevert(IDisputes.CapsuleInvalid.selector);
        _disputes.answer(_studyId, NULLIFIER, given);
        _answer(_studyId, NULLIFIER, _details, 0, 1);
        // Once it stands, no other one is looked at, and the blinding isn't either
        given = _answerOf(_studyId, NULLIFIER, _details, _fragments(1, 2));
        given.envelope[50] = 0x01;
        vm.expectRevert(IDisputes.EvidenceMismatch.selector);
        _disputes.answer(_studyId, NULLIFIER, given);
        given.envelope[50] = 0;
        given.tagBlinding = 0;
        given.recordTag = 0;
        _disputes.answer(_studyId, NULLIFIER, given);
        assertEq(_disputes.disputeOf(_studyId, NULLIFIER).answered, 3);
    }

    function test_answer_atTheWindowsVeryEnd() public {
        _challenge(_studyId, NULLIFIER, _details);
        IDisputes.Answer memory given = _answerOf(_studyId, NULLIFIER, _details, _fragments(0, 1));
        // Seconds alone don't run it out: a chain that halts is no excuse for slashing
        _pass(2 * WINDOW, 2 * WINDOW_BLOCKS - 1);
        _disputes.answer(_studyId, NULLIFIER, given);
        vm.expectRevert(
            abi.encodeWithSelector(IEnrolments.WindowNotPassed.selector, block.timestamp, block.number + 1)
        );
        _disputes.expire(_studyId, NULLIFIER, _details);
        vm.roll(block.number + 1);
        given = _answerOf(_studyId, NULLIFIER, _details, _fragments(1, 3));
        vm.expectRevert(IEnrolments.WindowPassed.selector);
        _disputes.answer(_studyId, NULLIFIER, given);
        _disputes.expire(_studyId, NULLIFIER, _details);
    }

    function test_expire_needsAnOpenDispute() public {
        vm.expectRevert(IDisputes.NothingPending.selector);
        _disputes.expire(_studyId, NULLIFIER, _details);
        _challenge(_studyId, NULLIFIER, _details);
        _passChallenge();
        IEnrolments.Details memory other = _details;
        other.registryRoot ^= 1;
        vm.expectRevert(IEnrolments.DetailsMismatch.selector);
        _disputes.expire(_studyId, NULLIFIER, other);
    }

    /// @dev Once the window has passed, only its ending or an acceptance can be called.
    function test_afterTheWindow_onlyExpiryOrAcceptance() public {
        _challenge(_studyId, NULLIFIER, _details);
        _passChallenge();
        vm.expectRevert(
            abi.encodeWithSelector(IEnrolments.StateInvalid.selector, IEnrolments.State.Challenged)
        );
        _enrolments.settle(_studyId, NULLIFIER, _details);
        vm.expectRevert(
            abi.encodeWithSelector(IEnrolments.StateInvalid.selector, IEnrolments.State.Challenged)
        );
        _enrolments.refund(_studyId, NULLIFIER, _details);
        vm.expectRevert(IEnrolments.WindowPassed.selector);
        _enrolments.revoke(_studyId, NULLIFIER, _details, _secret(NULLIFIER, 0));
        _accept(_studyId, NULLIFIER, _details);
        vm.expectRevert(IDisputes.NothingPending.selector);
        _disputes.expire(_studyId, NULLIFIER, _details);
    }

    function test_whileChallenged_theWindowOfTheDeliveryDoesNotSettle() public {
        _pass(2 * WINDOW - 1, 2 * WINDOW_BLOCKS);
        _challenge(_studyId, NULLIFIER, _details);
        _pass(WINDOW, WINDOW_BLOCKS);
        vm.expectRevert(
            abi.encodeWithSelector(IEnrolments.StateInvalid.selector, IEnrolments.State.Challenged)
        );
        _enrolments.settle(_studyId, NULLIFIER, _details);
        IEnrolments.Attestation[] memory late = _attestations(_studyId, NULLIFIER, 5);
        vm.expectRevert(
            abi.encodeWithSelector(IEnrolments.StateInvalid.selector, IEnrolments.State.Challenged)
        );
        _enrolments.attest(_studyId, NULLIFIER, _details, late);
    }

    function test_afterAnAnswer_aWholeWindowMustPass() public {
        _challenge(_studyId, NULLIFIER, _details);
        _pass(WINDOW, WINDOW_BLOCKS);
        _answer(_studyId, NULLIFIER, _details, 0, M);
        _pass(2 * WINDOW - 1, 2 * WINDOW_BLOCKS);
        vm.expectRevert(
            abi.encodeWithSelector(IEnrolments.WindowNotPassed.selector, block.timestamp + 1, block.number)
        );
        _enrolments.settle(_studyId, NULLIFIER, _details);
        skip(1);
        _enrolments.settle(_studyId, NULLIFIER, _details);
    }

    function test_hooks_areTheirCallersOnly() public {
        bytes memory refused = abi.encodeWithSelector(IEnrolments.NotDisputes.selector, address(this));
        vm.expectRevert(refused);
        _enrolments.dispute(_studyId, NULLIFIER, _details, IEnrolments.State.Challenged);
        vm.expectRevert(refused);
        _enrolments.resume(_studyId, NULLIFIER);
        vm.expectRevert(refused);
        _enrolments.fail(_studyId, NULLIFIER, _details, 1);
        vm.expectRevert(refused);
        _enrolments.fault(_studyId, NULLIFIER, _details);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotEnrolments.selector, address(this)));
        _disputes.close(_studyId, NULLIFIER);
        address[] memory none = new address[](0);
        refused = abi.encodeWithSelector(ITreasury.NotDisputes.selector, address(this));
        vm.expectRevert(refused);
        _treasury.stake(_studyId, NULLIFIER, address(0), address(this), 1);
        vm.expectRevert(refused);
        _treasury.payStake(_studyId, NULLIFIER, address(0), address(this), 1, none, 0);
        vm.expectRevert(refused);
        _treasury.countAnswered(none, address(0));
        vm.expectRevert(abi.encodeWithSelector(ITreasury.StakeTooSmall.selector, 0, 1));
        vm.prank(address(_disputes));
        _treasury.payStake(_studyId, NULLIFIER, address(0), address(this), 1, none, 0);
    }

    function _expectState(IEnrolments.State state) private {
        vm.deal(_institution.addr, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IEnrolments.StateInvalid.selector, state));
        vm.prank(_institution.addr);
    }

    function _basis() private view returns (bytes memory) {
        bytes memory key = _studies.termsOf(_studyId).receivingKey;
        return IEvidenceVerifier(EVIDENCE).basisOf(_mockEnvelope(), key, _grantOf(NULLIFIER, 0));
    }
}
