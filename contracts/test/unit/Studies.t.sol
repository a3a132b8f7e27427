// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IMembers} from "../../src/interfaces/IMembers.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Enrolling} from "../helpers/Enrolling.sol";
import {MockVerifier} from "../helpers/MockVerifier.sol";
import {Typed} from "../helpers/Typed.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

/// @notice A study's life around its enrolments. What its terms must be is the matter of StudyTerms.t.sol.
contract StudiesTest is Enrolling {
    function test_open_depositsTheEscrow() public {
        IStudies.Terms memory terms = _terms(address(0));
        uint256 expected = Typed.studyId(address(_studies), _institution.addr, 0);
        vm.deal(_institution.addr, 10 * _unit(terms));
        vm.expectEmit(address(_studies));
        emit IStudies.StudyOpened(expected, _institution.addr, terms);
        vm.expectEmit(address(_treasury));
        emit ITreasury.EscrowFunded(expected, address(0), 10 * _unit(terms));
        vm.prank(_institution.addr);
        uint256 studyId = _studies.open{value: 10 * _unit(terms)}(terms);
        vm.snapshotGasLastCall("Studies", "open, 5 proxies");

        assertEq(studyId, expected);
        assertEq(_treasury.escrowOf(studyId), 10 * _unit(terms));
        assertEq(_studies.freeEscrow(studyId), 10 * _unit(terms));
        assertEq(abi.encode(_studies.termsOf(studyId)), abi.encode(terms));
        IStudies.Standing memory standing = _studies.standingOf(studyId);
        assertEq(standing.institution, _institution.addr);
        assertEq(standing.verifier, address(_verifier));
        assertEq(standing.slice, 0.333333333333333334 ether);
        assertEq(standing.quota, 10);
        assertFalse(standing.closed);
    }

    function test_open_listsStudies() public {
        uint256 first = _openStudy(_terms(address(0)));
        uint256 second = _openStudy(_terms(address(_token)));
        assertTrue(first != second);
        assertEq(_studies.count(), 2);
        assertEq(_studies.studyAt(0), first);
        assertEq(_studies.studyAt(1), second);
        assertEq(second, Typed.studyId(address(_studies), _institution.addr, 1));
    }

    function test_open_locksAtLeastTheSmallestSlice() public {
        vm.prank(CONSORTIUM);
        _members.setTokenBounds(address(0), IMembers.TokenBounds(true, 10 ether, 1 ether, 2 ether));
        uint256 studyId = _openStudy(_terms(address(0)));
        assertEq(_studies.standingOf(studyId).slice, 2 ether);
    }

    function test_open_revertsWithNotInstitution() public {
        IStudies.Terms memory terms = _terms(address(0));
        bytes memory notOne = abi.encodeWithSelector(IStudies.NotInstitution.selector, STRANGER);
        vm.expectRevert(notOne);
        vm.prank(STRANGER);
        _studies.open(terms);
        _expel(_institution.addr);
        vm.expectRevert(abi.encodeWithSelector(IStudies.NotInstitution.selector, _institution.addr));
        vm.prank(_institution.addr);
        _studies.open(terms);
    }

    function test_open_revertsWithNoVerifier() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.openings = 16;
        vm.expectRevert(abi.encodeWithSelector(IStudies.NoVerifier.selector, 16));
        vm.prank(_institution.addr);
        _studies.open(terms);
    }

    function test_open_revertsWithValueMismatch() public {
        IStudies.Terms memory terms = _terms(address(0));
        uint256 whole = 10 * _unit(terms);
        vm.deal(_institution.addr, 2 * whole);
        vm.startPrank(_institution.addr);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.ValueMismatch.selector, whole - 1, whole));
        _studies.open{value: whole - 1}(terms);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.ValueMismatch.selector, whole + 1, whole));
        _studies.open{value: whole + 1}(terms);
        terms.token = address(_token);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.ValueMismatch.selector, 1, 0));
        _studies.open{value: 1}(terms);
    }

    /// @dev Something lies already where the charter would.
    function test_open_revertsWithCharterNotStored() public {
        IStudies.Terms memory terms = _terms(address(0));
        address place = vm.computeCreateAddress(address(_studies), vm.getNonce(address(_studies)));
        vm.etch(place, hex"00");
        uint256 value = _provide(_institution.addr, address(0), terms.quota * _unit(terms));
        vm.prank(_institution.addr);
        vm.expectRevert(abi.encodeWithSignature("CharterNotStored()"));
        _studies.open{value: value}(terms);
        vm.etch(place, "");
        _openStudy(terms);
    }

    /// @dev A call of it stops at once, so that it is no program.
    function test_charterOf_isACodeThatDoesNothing() public {
        address charter = _studies.charterOf(_openStudy(_terms(address(0))));
        assertEq(charter.code[0], bytes1(0));
        assertEq(charter.balance, 0);
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory answer) = charter.call("");
        assertTrue(done);
        assertEq(answer.length, 0);
    }

    function test_topUp_raisesTheQuota() public {
        IStudies.Terms memory terms = _terms(address(_token));
        uint256 studyId = _openStudy(terms);
        _provide(_institution.addr, address(_token), 5 * _unit(terms));
        vm.expectEmit(address(_studies));
        emit IStudies.StudyToppedUp(studyId, 15);
        vm.prank(_institution.addr);
        _studies.topUp(studyId, 5);
        assertEq(_studies.standingOf(studyId).quota, 15);
        assertEq(_treasury.escrowOf(studyId), 15 * _unit(terms));
    }

    function test_topUp_toTheConsortiumsBound() public {
        IStudies.Terms memory terms = _terms(address(_token));
        uint256 studyId = _openStudy(terms);
        uint32 most = _members.bounds().maxQuota;
        _provide(_institution.addr, address(_token), (most - 10) * _unit(terms));
        vm.prank(_institution.addr);
        _studies.topUp(studyId, most - 10);
        assertEq(_studies.standingOf(studyId).quota, most);
    }

    function test_topUp_reverts() public {
        uint256 studyId = _openStudy(_terms(address(0)));
        vm.expectRevert(abi.encodeWithSelector(IStudies.NotStudyInstitution.selector, STRANGER, studyId));
        vm.prank(STRANGER);
        _studies.topUp(studyId, 1);
        vm.startPrank(_institution.addr);
        vm.expectRevert(abi.encodeWithSelector(IStudies.StudyUnknown.selector, 7));
        _studies.topUp(7, 1);
        vm.expectRevert(abi.encodeWithSelector(IStudies.TermInvalid.selector, bytes32("quota")));
        _studies.topUp(studyId, 0);
        vm.expectRevert(abi.encodeWithSelector(IStudies.TermInvalid.selector, bytes32("quota")));
        _studies.topUp(studyId, 1_000_000 - 9);
        vm.expectRevert(abi.encodeWithSelector(IStudies.TermInvalid.selector, bytes32("quota")));
        _studies.topUp(studyId, type(uint32).max);
        _studies.close(studyId);
        vm.expectRevert(abi.encodeWithSelector(IStudies.StudyEnded.selector, studyId));
        _studies.topUp(studyId, 1);
        vm.stopPrank();
        _expel(_institution.addr);
        vm.expectRevert(abi.encodeWithSelector(IStudies.NotInstitution.selector, _institution.addr));
        vm.prank(_institution.addr);
        _studies.topUp(studyId, 1);
    }

    function test_close_endsEnrolmentEarly() public {
        uint256 studyId = _openStudy(_terms(address(0)));
        vm.expectRevert(abi.encodeWithSelector(IStudies.NotStudyInstitution.selector, STRANGER, studyId));
        vm.prank(STRANGER);
        _studies.close(studyId);
        vm.startPrank(_institution.addr);
        vm.expectEmit(address(_studies));
        emit IStudies.StudyClosed(studyId);
        _studies.close(studyId);
        assertTrue(_studies.standingOf(studyId).closed);
        vm.expectRevert(abi.encodeWithSelector(IStudies.StudyEnded.selector, studyId));
        _studies.close(studyId);
    }

    function test_withdraw_onlyOnceEnded() public {
        IStudies.Terms memory terms = _terms(address(0));
        uint256 studyId = _openStudy(terms);
        vm.warp(terms.closesAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IStudies.StudyNotEnded.selector, studyId));
        _studies.withdraw(studyId);
        vm.expectRevert(abi.encodeWithSelector(IStudies.StudyUnknown.selector, 7));
        _studies.withdraw(7);
        vm.warp(terms.closesAt);
        vm.expectEmit(address(_studies));
        emit IStudies.StudyWithdrawn(studyId, 10 * _unit(terms));
        vm.prank(STRANGER);
        assertEq(_studies.withdraw(studyId), 10 * _unit(terms));
        assertEq(_credit(_institution.addr, address(0)), 10 * _unit(terms));
        assertEq(_studies.withdraw(studyId), 0);
    }

    function test_withdraw_leavesWhatOpenEnrolmentsNeed() public {
        _bondAll(address(0));
        IStudies.Terms memory terms = _terms(address(0));
        uint256 studyId = _openStudy(terms);
        IEnrolments.Details memory details = _enrol(studyId, 1, 0);
        vm.prank(_institution.addr);
        _studies.close(studyId);
        assertEq(_studies.withdraw(studyId), 9 * _unit(terms));
        assertEq(_treasury.escrowOf(studyId), _unit(terms));
        _passDelivery();
        _enrolments.refund(studyId, 1, details);
        assertEq(_studies.withdraw(studyId), _unit(terms));
        assertEq(_treasury.escrowOf(studyId), 0);
        _assertConserved(address(0));
    }

    function test_setVerifier_isForStudiesToCome() public {
        uint256 before = _openStudy(_terms(address(0)));
        MockVerifier next = new MockVerifier();
        vm.expectEmit(address(_studies));
        emit IStudies.VerifierChanged(8, address(next), _keyHash(), keccak256("mock transcript"));
        vm.prank(CONSORTIUM);
        _studies.setVerifier(8, address(next));
        assertEq(_studies.verifierOf(8), address(next));
        assertEq(_studies.standingOf(before).verifier, address(_verifier));
        assertEq(_studies.standingOf(_openStudy(_terms(address(0)))).verifier, address(next));

        vm.prank(CONSORTIUM);
        _studies.setVerifier(8, address(0));
        IStudies.Terms memory terms = _terms(address(0));
        vm.expectRevert(abi.encodeWithSelector(IStudies.NoVerifier.selector, 8));
        vm.prank(_institution.addr);
        _studies.open(terms);
    }

    function test_setVerifier_revertsWithAccessManagedUnauthorized() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        vm.prank(STRANGER);
        _studies.setVerifier(8, STRANGER);
    }

    function test_enrolmentsFunctions_revertWithNotEnrolments() public {
        uint256 studyId = _openStudy(_terms(address(0)));
        bytes memory notEnrolments = abi.encodeWithSelector(IStudies.NotEnrolments.selector, STRANGER);
        vm.startPrank(STRANGER);
        vm.expectRevert(notEnrolments);
        _studies.reserve(studyId, 1);
        vm.expectRevert(notEnrolments);
        _studies.unreserve(studyId, 1);
        vm.expectRevert(notEnrolments);
        _studies.release(studyId, new address[](0));
        vm.expectRevert(notEnrolments);
        _studies.settle(studyId, STRANGER, new address[](0));
    }
}
