// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEligibilityVerifier} from "../../src/interfaces/IEligibilityVerifier.sol";
import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IMembers} from "../../src/interfaces/IMembers.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {Enrolling} from "../helpers/Enrolling.sol";
import {Typed} from "../helpers/Typed.sol";

/// @notice What an enrolment must bring, and what each fault is called.
contract EnrolTest is Enrolling {
    uint256 private _studyId;

    function setUp() public override {
        super.setUp();
        _bondAll(address(0));
        _studyId = _openStudy(_terms(address(0)));
    }

    function test_enrol_storesTwoSlotsAndTells() public {
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER, 0, ALL);
        IEnrolments.Details memory details = _detailsOf(request);
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.Enrolled(_studyId, NULLIFIER, request.recordTag, 0, request.day, PAYOUT, details);
        vm.prank(STRANGER);
        _enrolments.enrol(request);
        vm.snapshotGasLastCall("Enrolments", "enrol, 5 receipts, without the pairing");

        IEnrolments.Standing memory standing = _enrolments.standingOf(_studyId, NULLIFIER);
        assertEq(standing.payout, PAYOUT);
        assertEq(standing.since, block.timestamp);
        assertEq(standing.sinceBlock, block.number);
        assertEq(standing.attempt, 0);
        assertEq(standing.attested, 0);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Enrolled);
        assertEq(_enrolments.detailsHashOf(_studyId, NULLIFIER), keccak256(abi.encode(details)));
    }

    function test_enrol_worksOutEverySignalItself() public {
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER, 0, ALL);
        // 2026-02-02 is day 46,053 after 1900-01-01
        assertEq(request.day, 46_053);
        uint256 time = 46_053 + (uint256(20_260_202) << 32) + (uint256(46_053 - 365) << 64);
        assertEq(_enrolments.referenceTimeOf(request.day, 365), time);
        uint256 context = Typed.context(address(_enrolments), request);
        assertEq(
            _enrolments.contextOf(_studyId, 0, PAYOUT, request.revocationHash, request.grantDigest), context
        );
        _verifier.insistOn(
            [_root, uint256(0xc417e71a), 5, time, _studyId, NULLIFIER, request.recordTag, context]
        );
        _enrolments.enrol(request);
    }

    function test_enrol_bindsTheProofToItsRequest() public {
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER, 0, ALL);
        _insistOnSignalsOf(request);
        IEnrolments.Request memory other = _copy(request);
        other.payout = STRANGER;
        _expectRevert(other, abi.encodeWithSelector(IEnrolments.ProofInvalid.selector));
        other = _copy(request);
        other.revocationHash = keccak256("another");
        _expectRevert(other, abi.encodeWithSelector(IEnrolments.ProofInvalid.selector));
        other = _copy(request);
        other.day -= 1;
        _expectRevert(other, abi.encodeWithSelector(IEnrolments.ProofInvalid.selector));
        // What the receipts cover too is signed anew by proxies who conspire
        other = _copy(request);
        other.grantDigest = keccak256("another");
        _signReceipts(other, ALL, uint64(block.timestamp + 1));
        _expectRevert(other, abi.encodeWithSelector(IEnrolments.ProofInvalid.selector));
        uint256 otherStudy = _openStudy(_terms(address(0)));
        other = _copy(request);
        other.studyId = otherStudy;
        _signReceipts(other, ALL, uint64(block.timestamp + 1));
        _expectRevert(other, abi.encodeWithSelector(IEnrolments.ProofInvalid.selector));
        _enrolments.enrol(request);
    }

    function test_enrol_yesterdayIsFreshEnough() public {
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER, 0, ALL);
        request.day -= 1;
        _enrolments.enrol(request);
    }

    function test_enrol_revertsWithDayInvalid() public {
        uint256 today = _today();
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER, 0, ALL);
        request.day += 1;
        _expectRevert(request, abi.encodeWithSelector(IEnrolments.DayInvalid.selector, today + 1, today));
        request.day -= 3;
        _expectRevert(request, abi.encodeWithSelector(IEnrolments.DayInvalid.selector, today - 2, today));
        request.day = type(uint32).max;
        _expectRevert(
            request, abi.encodeWithSelector(IEnrolments.DayInvalid.selector, type(uint32).max, today)
        );
    }

    function test_enrol_theDayTurnsAtMidnightUtc() public {
        uint256 midnight = (block.timestamp / 1 days + 1) * 1 days;
        vm.warp(midnight - 1);
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER, 0, ALL);
        uint32 day = request.day;
        vm.warp(midnight + 1 days - 1);
        request = _request(_studyId, NULLIFIER, 0, ALL);
        request.day = day;
        uint256 before = vm.snapshotState();
        _enrolments.enrol(request);
        vm.revertToState(before);
        vm.warp(midnight + 1 days);
        _expectRevert(request, abi.encodeWithSelector(IEnrolments.DayInvalid.selector, day, day + 2));
    }

    function test_enrol_revertsWithRootUnknown() public {
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER, 0, ALL);
        request.registryRoot = 12_345;
        _expectRevert(request, abi.encodeWithSelector(IEnrolments.RootUnknown.selector, 12_345));
        request.registryRoot = 0;
        _expectRevert(request, abi.encodeWithSelector(IEnrolments.RootUnknown.selector, 0));
    }

    function test_enrol_revertsWithRootStale() public {
        uint256 old = _root;
        _insert(2);
        skip(2 days);
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER, 0, ALL);
        request.registryRoot = old;
        _expectRevert(request, abi.encodeWithSelector(IEnrolments.RootStale.selector, old));
    }

    function test_enrol_revertsWithAlreadyEnrolled() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        _expectAlreadyEnrolled(IEnrolments.State.Enrolled);
        _attest(_studyId, NULLIFIER, details, M);
        _expectAlreadyEnrolled(IEnrolments.State.Delivered);
        _accept(_studyId, NULLIFIER, details);
        _expectAlreadyEnrolled(IEnrolments.State.Settled);
    }

    function test_enrol_revertsWithAlreadyEnrolledAfterRevocation() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        _enrolments.revoke(_studyId, NULLIFIER, details, _secret(NULLIFIER, 0));
        _expectAlreadyEnrolled(IEnrolments.State.Revoked);
    }

    function test_enrol_revertsWithAttemptInvalid() public {
        _expectRevert(
            _request(_studyId, NULLIFIER, 1, ALL),
            abi.encodeWithSelector(IEnrolments.AttemptInvalid.selector, 1, 0)
        );
        _refundOnce(0);
        _expectRevert(
            _request(_studyId, NULLIFIER, 0, ALL),
            abi.encodeWithSelector(IEnrolments.AttemptInvalid.selector, 0, 1)
        );
        _expectRevert(
            _request(_studyId, NULLIFIER, 2, ALL),
            abi.encodeWithSelector(IEnrolments.AttemptInvalid.selector, 2, 1)
        );
    }

    function test_enrol_revertsWithAttemptsUsedUp() public {
        for (uint32 attempt = 0; attempt < 3; ++attempt) {
            _refundOnce(attempt);
        }
        _expectRevert(
            _request(_studyId, NULLIFIER, 3, ALL),
            abi.encodeWithSelector(IEnrolments.AttemptsUsedUp.selector, 3)
        );
    }

    function test_enrol_revertsWithGrantRevoked() public {
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER, 0, ALL);
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.RevocationRevealed(request.revocationHash);
        _enrolments.reveal(_secret(NULLIFIER, 0));
        assertTrue(_enrolments.isRevealed(request.revocationHash));
        _expectRevert(
            request, abi.encodeWithSelector(IEnrolments.GrantRevoked.selector, request.revocationHash)
        );
    }

    function test_enrol_revertsWithPayoutZero() public {
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER, 0, ALL);
        request.payout = address(0);
        _expectRevert(request, abi.encodeWithSelector(IEnrolments.PayoutZero.selector));
    }

    function test_enrol_revertsWithNotInField() public {
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER + Typed.R, 0, ALL);
        _expectRevert(request, abi.encodeWithSelector(IEnrolments.NotInField.selector, NULLIFIER + Typed.R));
        request = _request(_studyId, Typed.R, 0, ALL);
        _expectRevert(request, abi.encodeWithSelector(IEnrolments.NotInField.selector, Typed.R));
        request = _request(_studyId, NULLIFIER, 0, ALL);
        request.recordTag = Typed.R;
        _signReceipts(request, ALL, uint64(block.timestamp));
        _expectRevert(request, abi.encodeWithSelector(IEnrolments.NotInField.selector, Typed.R));
    }

    function test_enrol_revertsWithProofInvalid() public {
        _verifier.answer(false);
        _expectRevert(
            _request(_studyId, NULLIFIER, 0, ALL), abi.encodeWithSelector(IEnrolments.ProofInvalid.selector)
        );
    }

    /// @dev A verifier that breaks with the word that would say yes, says another one, or nothing.
    function test_enrol_revertsWithProofInvalidWhateverABrokenVerifierSays() public {
        bytes memory call = abi.encodeWithSelector(IEligibilityVerifier.verifyClaims.selector);
        bytes memory invalid = abi.encodeWithSelector(IEnrolments.ProofInvalid.selector);
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER, 0, ALL);
        vm.mockCallRevert(address(_verifier), call, abi.encode(1));
        _expectRevert(request, invalid);
        vm.clearMockedCalls();
        vm.mockCall(address(_verifier), call, abi.encode(2));
        _expectRevert(request, invalid);
        vm.mockCall(address(_verifier), call, "");
        _expectRevert(request, invalid);
        vm.mockCall(address(_verifier), call, abi.encode(1));
        _enrolments.enrol(request);
    }

    function test_enrol_revertsWithStudyUnknown() public {
        _expectRevert(
            _request(12_345, NULLIFIER, 0, ALL),
            abi.encodeWithSelector(IStudies.StudyUnknown.selector, 12_345)
        );
    }

    function test_enrol_revertsWithStudyEnded() public {
        bytes memory ended = abi.encodeWithSelector(IStudies.StudyEnded.selector, _studyId);
        vm.warp(block.timestamp + 100 days);
        _expectRevert(_request(_studyId, NULLIFIER, 0, ALL), ended);
        vm.warp(block.timestamp - 1);
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER, 0, ALL);
        _enrolments.enrol(request);
        vm.prank(_institution.addr);
        _studies.close(_studyId);
        _expectRevert(_request(_studyId, NULLIFIER + 1, 0, ALL), ended);
    }

    function test_enrol_revertsWithStudyNotOpen() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.opensAt += 1 days;
        uint256 later = _openStudy(terms);
        vm.warp(terms.opensAt - 1);
        _expectRevert(
            _request(later, NULLIFIER, 0, ALL), abi.encodeWithSelector(IStudies.StudyNotOpen.selector, later)
        );
        vm.warp(terms.opensAt);
        _enrol(later, NULLIFIER, 0);
    }

    function test_enrol_revertsWithQuotaUsedUp() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.quota = 1;
        uint256 small = _openStudy(terms);
        IEnrolments.Details memory details = _enrol(small, NULLIFIER, 0);
        bytes memory usedUp = abi.encodeWithSelector(IStudies.QuotaUsedUp.selector, small);
        _expectRevert(_request(small, 2, 0, ALL), usedUp);
        // A place that was refunded is free again, one that was settled is not
        _passDelivery();
        _enrolments.refund(small, NULLIFIER, details);
        details = _enrol(small, 2, 0);
        _accept(small, 2, details);
        _expectRevert(_request(small, 3, 0, ALL), usedUp);
    }

    function test_enrol_revertsWithTooFewRecords() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.minimumRecords = 2;
        uint256 shy = _openStudy(terms);
        _expectRevert(
            _request(shy, NULLIFIER, 0, ALL), abi.encodeWithSelector(IEnrolments.TooFewRecords.selector, 1, 2)
        );
        _insert(2);
        _enrol(shy, NULLIFIER, 0);
    }

    function test_enrol_goesOnAfterTheInstitutionWasExpelled() public {
        _expel(_institution.addr);
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        _accept(_studyId, NULLIFIER, details);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Settled);
        assertFalse(_members.isActive(_institution.addr, IMembers.Role.Institution));
    }

    function _refundOnce(uint32 attempt) private {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, attempt);
        _passDelivery();
        _enrolments.refund(_studyId, NULLIFIER, details);
    }

    function _insistOnSignalsOf(IEnrolments.Request memory request) private {
        uint256 time = _enrolments.referenceTimeOf(request.day, 365);
        uint256 context = Typed.context(address(_enrolments), request);
        _verifier.insistOn(
            [_root, uint256(0xc417e71a), 5, time, _studyId, request.nullifier, request.recordTag, context]
        );
    }

    function _copy(IEnrolments.Request memory request) private pure returns (IEnrolments.Request memory) {
        return abi.decode(abi.encode(request), (IEnrolments.Request));
    }

    function _expectRevert(IEnrolments.Request memory request, bytes memory reason) private {
        vm.expectRevert(reason);
        _enrolments.enrol(request);
    }

    function _expectAlreadyEnrolled(IEnrolments.State state) private {
        _expectRevert(
            _request(_studyId, NULLIFIER, 0, ALL),
            abi.encodeWithSelector(IEnrolments.AlreadyEnrolled.selector, _studyId, NULLIFIER, state)
        );
    }
}
