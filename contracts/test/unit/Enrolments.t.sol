// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {Enrolling} from "../helpers/Enrolling.sol";
import {Typed} from "../helpers/Typed.sol";

/// @notice After the enrolment: who may say what when. Sums are the matter of Endings.t.sol.
contract EnrolmentsTest is Enrolling {
    uint256 private _studyId;

    function setUp() public override {
        super.setUp();
        _bondAll(address(0));
        _studyId = _openStudy(_terms(address(0)));
    }

    function test_attest_countsSlotsUntilTheThreshold() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.Attested(_studyId, NULLIFIER, 0, _proxies[0].addr);
        _attest(_studyId, NULLIFIER, details, 1);
        assertEq(_enrolments.standingOf(_studyId, NULLIFIER).attested, 1);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Enrolled);

        // Slots that attested already are passed over, not counted twice
        _attest(_studyId, NULLIFIER, details, 2);
        _attest(_studyId, NULLIFIER, details, 2);
        assertEq(_enrolments.standingOf(_studyId, NULLIFIER).attested, 3);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Enrolled);

        _pass(1 hours, 7);
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.Delivered(_studyId, NULLIFIER, 0);
        _attest(_studyId, NULLIFIER, details, 3);
        vm.snapshotGasLastCall("Enrolments", "attest, the last of 3");
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Delivered);
        // and the challenge window begins
        assertEq(_enrolments.standingOf(_studyId, NULLIFIER).since, block.timestamp);
        assertEq(_enrolments.standingOf(_studyId, NULLIFIER).sinceBlock, block.number);
    }

    function test_attest_sameSlotManyTimesCountsOnce() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        IEnrolments.Attestation[] memory attestations = _attestations(_studyId, NULLIFIER, 3);
        attestations[1] = attestations[0];
        attestations[2] = attestations[0];
        _enrolments.attest(_studyId, NULLIFIER, details, attestations);
        assertEq(_enrolments.standingOf(_studyId, NULLIFIER).attested, 1);
    }

    /// @dev Whatever it says the second time: nobody looks at it, and nothing is told.
    function test_attest_passesOverWhoAttestedAlready() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        _attest(_studyId, NULLIFIER, details, 1);
        IEnrolments.Attestation[] memory attestations = _attestations(_studyId, NULLIFIER, 2);
        attestations[0].r = 0;
        vm.recordLogs();
        _enrolments.attest(_studyId, NULLIFIER, details, attestations);
        assertEq(vm.getRecordedLogs().length, 1);
        assertEq(_enrolments.standingOf(_studyId, NULLIFIER).attested, 3);
    }

    function test_attest_revertsWithAttestationInvalid() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        IEnrolments.Attestation[] memory attestations = _attestations(_studyId, NULLIFIER, 2);
        attestations[1].r = attestations[0].r;
        attestations[1].vs = attestations[0].vs;
        vm.expectRevert(abi.encodeWithSelector(IEnrolments.AttestationInvalid.selector, 1));
        _enrolments.attest(_studyId, NULLIFIER, details, attestations);
    }

    function test_attest_revertsWithAttestationInvalidForAnotherAttempt() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        IEnrolments.Attestation[] memory old = _attestations(_studyId, NULLIFIER, 3);
        _passDelivery();
        _enrolments.refund(_studyId, NULLIFIER, details);
        details = _enrol(_studyId, NULLIFIER, 1);
        vm.expectRevert(abi.encodeWithSelector(IEnrolments.AttestationInvalid.selector, 0));
        _enrolments.attest(_studyId, NULLIFIER, details, old);
    }

    function test_attest_revertsWithAttestationInvalidOnAnotherChain() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        IEnrolments.Attestation[] memory attestations = _attestations(_studyId, NULLIFIER, 3);
        vm.chainId(2_026);
        vm.expectRevert(abi.encodeWithSelector(IEnrolments.AttestationInvalid.selector, 0));
        _enrolments.attest(_studyId, NULLIFIER, details, attestations);
    }

    function test_attest_revertsWithSlotInvalid() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        IEnrolments.Attestation[] memory attestations = _attestations(_studyId, NULLIFIER, 1);
        attestations[0].slot = 5;
        vm.expectRevert(abi.encodeWithSelector(IEnrolments.SlotInvalid.selector, 5));
        _enrolments.attest(_studyId, NULLIFIER, details, attestations);
        attestations[0].slot = 255;
        vm.expectRevert(abi.encodeWithSelector(IEnrolments.SlotInvalid.selector, 255));
        _enrolments.attest(_studyId, NULLIFIER, details, attestations);
    }

    function test_attest_untilTheLastMoment() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        _pass(WINDOW - 1, WINDOW_BLOCKS);
        _attest(_studyId, NULLIFIER, details, 1);
        _pass(1, 0);
        IEnrolments.Attestation[] memory attestations = _attestations(_studyId, NULLIFIER, 3);
        vm.expectRevert(IEnrolments.WindowPassed.selector);
        _enrolments.attest(_studyId, NULLIFIER, details, attestations);
    }

    function test_attest_whileBlocksAreMissing() public {
        // The chain stood still for a year: its seconds have passed, its blocks have not
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        _pass(365 days, WINDOW_BLOCKS - 1);
        _attest(_studyId, NULLIFIER, details, 3);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Delivered);
    }

    function test_accept_revertsWithAcceptanceInvalid() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        bytes32 digest = Typed.acceptance(address(_enrolments), _studyId, NULLIFIER, 0);
        (bytes32 r, bytes32 vs) = vm.signCompact(_proxies[0].privateKey, digest);
        vm.expectRevert(IEnrolments.AcceptanceInvalid.selector);
        _enrolments.accept(_studyId, NULLIFIER, details, r, vs);
        vm.expectRevert(IEnrolments.AcceptanceInvalid.selector);
        _enrolments.accept(_studyId, NULLIFIER, details, 0, 0);
    }

    function test_accept_revertsWithAcceptanceInvalidForAnotherAttempt() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        (bytes32 r, bytes32 vs) = _acceptance(_studyId, NULLIFIER);
        _passDelivery();
        _enrolments.refund(_studyId, NULLIFIER, details);
        details = _enrol(_studyId, NULLIFIER, 1);
        vm.expectRevert(IEnrolments.AcceptanceInvalid.selector);
        _enrolments.accept(_studyId, NULLIFIER, details, r, vs);
    }

    function test_accept_costs() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        (bytes32 r, bytes32 vs) = _acceptance(_studyId, NULLIFIER);
        _enrolments.accept(_studyId, NULLIFIER, details, r, vs);
        vm.snapshotGasLastCall("Enrolments", "accept, 5 slots");
    }

    function test_settle_onlyOnceSecondsAndBlocksHavePassed() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        _attest(_studyId, NULLIFIER, details, M);
        bytes memory notPassed = abi.encodeWithSelector(
            IEnrolments.WindowNotPassed.selector,
            block.timestamp + 2 * WINDOW,
            block.number + 2 * WINDOW_BLOCKS
        );
        uint256 start = vm.snapshotState();
        _pass(2 * WINDOW - 1, 10 * WINDOW_BLOCKS);
        vm.expectRevert(notPassed);
        _enrolments.settle(_studyId, NULLIFIER, details);
        vm.revertToState(start);
        _pass(10 * WINDOW, 2 * WINDOW_BLOCKS - 1);
        vm.expectRevert(notPassed);
        _enrolments.settle(_studyId, NULLIFIER, details);
        vm.revertToState(start);
        _passChallenge();
        _enrolments.settle(_studyId, NULLIFIER, details);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Settled);
    }

    function test_refund_onlyOnceSecondsAndBlocksHavePassed() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        bytes memory notPassed = abi.encodeWithSelector(
            IEnrolments.WindowNotPassed.selector, block.timestamp + WINDOW, block.number + WINDOW_BLOCKS
        );
        uint256 start = vm.snapshotState();
        _pass(WINDOW - 1, 10 * WINDOW_BLOCKS);
        vm.expectRevert(notPassed);
        _enrolments.refund(_studyId, NULLIFIER, details);
        vm.revertToState(start);
        _pass(10 * WINDOW, WINDOW_BLOCKS - 1);
        vm.expectRevert(notPassed);
        _enrolments.refund(_studyId, NULLIFIER, details);
        vm.revertToState(start);
        _passDelivery();
        _enrolments.refund(_studyId, NULLIFIER, details);
        vm.snapshotGasLastCall("Enrolments", "refund, 5 slots slashed");
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Refunded);
    }

    function test_revoke_revertsWithRevocationInvalid() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        vm.expectRevert(IEnrolments.RevocationInvalid.selector);
        _enrolments.revoke(_studyId, NULLIFIER, details, _secret(NULLIFIER, 1));
    }

    function test_revoke_revertsWithWindowPassed() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        uint256 start = vm.snapshotState();
        _passDelivery();
        vm.expectRevert(IEnrolments.WindowPassed.selector);
        _enrolments.revoke(_studyId, NULLIFIER, details, _secret(NULLIFIER, 0));
        vm.revertToState(start);
        _attest(_studyId, NULLIFIER, details, M);
        _passChallenge();
        vm.expectRevert(IEnrolments.WindowPassed.selector);
        _enrolments.revoke(_studyId, NULLIFIER, details, _secret(NULLIFIER, 0));
    }

    function test_revoke_marksTheSecretAsRevealed() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        _enrolments.revoke(_studyId, NULLIFIER, details, _secret(NULLIFIER, 0));
        assertTrue(_enrolments.isRevealed(details.revocationHash));
    }

    function test_reveal_isToldOnce() public {
        vm.recordLogs();
        _enrolments.reveal(SECRET);
        assertEq(vm.getRecordedLogs().length, 1);
        _enrolments.reveal(SECRET);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_reveal_leavesAnOpenEnrolmentToRevoke() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        _enrolments.reveal(_secret(NULLIFIER, 0));
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Enrolled);
        _enrolments.revoke(_studyId, NULLIFIER, details, _secret(NULLIFIER, 0));
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Revoked);
    }

    function test_everyCall_revertsWithDetailsMismatch() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        details.slots = 7;
        _expectAllRevert(details, abi.encodeWithSelector(IEnrolments.DetailsMismatch.selector));
    }

    function test_everyCall_revertsWithStateInvalidBeforeEnrolment() public {
        IEnrolments.Details memory details = _detailsOf(_request(_studyId, NULLIFIER, 0, ALL));
        _expectAllRevert(details, _stateInvalid(IEnrolments.State.None));
    }

    function test_everyCall_revertsWithStateInvalidAfterEachEnding() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        uint256 start = vm.snapshotState();
        _accept(_studyId, NULLIFIER, details);
        _expectAllRevert(details, _stateInvalid(IEnrolments.State.Settled));
        vm.revertToState(start);
        _enrolments.revoke(_studyId, NULLIFIER, details, _secret(NULLIFIER, 0));
        _expectAllRevert(details, _stateInvalid(IEnrolments.State.Revoked));
        vm.revertToState(start);
        _passDelivery();
        _enrolments.refund(_studyId, NULLIFIER, details);
        _expectAllRevert(details, _stateInvalid(IEnrolments.State.Refunded));
    }

    function test_settle_revertsWithStateInvalidWhileEnrolled() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        _passChallenge();
        vm.expectRevert(_stateInvalid(IEnrolments.State.Enrolled));
        _enrolments.settle(_studyId, NULLIFIER, details);
    }

    function test_refund_revertsWithStateInvalidOnceDelivered() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        _attest(_studyId, NULLIFIER, details, M);
        _passChallenge();
        vm.expectRevert(_stateInvalid(IEnrolments.State.Delivered));
        _enrolments.refund(_studyId, NULLIFIER, details);
        IEnrolments.Attestation[] memory attestations = _attestations(_studyId, NULLIFIER, 5);
        vm.expectRevert(_stateInvalid(IEnrolments.State.Delivered));
        _enrolments.attest(_studyId, NULLIFIER, details, attestations);
    }

    function _stateInvalid(IEnrolments.State state) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IEnrolments.StateInvalid.selector, state);
    }

    function _expectAllRevert(IEnrolments.Details memory details, bytes memory reason) private {
        IEnrolments.Attestation[] memory attestations = _attestations(_studyId, NULLIFIER, 3);
        (bytes32 r, bytes32 vs) = _acceptance(_studyId, NULLIFIER);
        vm.expectRevert(reason);
        _enrolments.attest(_studyId, NULLIFIER, details, attestations);
        vm.expectRevert(reason);
        _enrolments.accept(_studyId, NULLIFIER, details, r, vs);
        vm.expectRevert(reason);
        _enrolments.settle(_studyId, NULLIFIER, details);
        vm.expectRevert(reason);
        _enrolments.refund(_studyId, NULLIFIER, details);
        vm.expectRevert(reason);
        _enrolments.revoke(_studyId, NULLIFIER, details, _secret(NULLIFIER, 0));
    }
}
