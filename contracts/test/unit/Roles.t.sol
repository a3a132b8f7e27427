// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IMembers} from "../../src/interfaces/IMembers.sol";
import {IRecordRegistry} from "../../src/interfaces/IRecordRegistry.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {Enrolling} from "../helpers/Enrolling.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

/// @notice What the consortium's powers reach, and the hand-over of contracts/README.md: who may do what after which delay.
contract RolesTest is Enrolling {
    uint64 private constant SECRETARY = 1;
    uint64 private constant COUNCIL = 2;
    uint64 private constant GUARDIAN = 3;
    uint32 private constant DELAY = 7 days;

    address private immutable _SECRETARY = makeAddr("secretary");
    address private immutable _COUNCIL = makeAddr("council");
    address private immutable _GUARDIAN = makeAddr("guardian");

    function test_handOver_leavesTheDeployerNothing() public {
        _handOver();
        vm.startPrank(CONSORTIUM);
        vm.expectRevert(_unauthorized(CONSORTIUM));
        _members.expel(HOSPITAL);
        vm.expectRevert(_unauthorized(CONSORTIUM));
        _studies.setVerifier(8, STRANGER);
        vm.expectRevert(
            abi.encodeWithSelector(IAccessManager.AccessManagerUnauthorizedAccount.selector, CONSORTIUM, 0)
        );
        _manager.grantRole(COUNCIL, CONSORTIUM, 0);
    }

    function test_handOver_theSecretaryAdmitsAndExpelsAtOnce() public {
        _handOver();
        vm.startPrank(_SECRETARY);
        _members.admit(STRANGER, IMembers.Role.Hospital);
        _members.expel(STRANGER);
        vm.expectRevert(_unauthorized(_SECRETARY));
        _members.setBounds(_bounds());
    }

    function test_handOver_theCouncilActsInTwoStepsAfterADelay() public {
        _handOver();
        bytes memory change = abi.encodeCall(IStudies.setVerifier, (8, address(0)));
        bytes32 operation = _manager.hashOperation(_COUNCIL, address(_studies), change);
        vm.startPrank(_COUNCIL);
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, operation));
        _studies.setVerifier(8, address(0));

        _manager.schedule(address(_studies), change, 0);
        skip(DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotReady.selector, operation));
        _studies.setVerifier(8, address(0));
        skip(1);
        _studies.setVerifier(8, address(0));
        assertEq(_studies.verifierOf(8), address(0));
        // once
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, operation));
        _studies.setVerifier(8, address(0));
    }

    function test_handOver_theGuardianCancelsWhatTheCouncilScheduled() public {
        _handOver();
        bytes memory change = abi.encodeCall(IMembers.setConsortiumAccount, (STRANGER));
        vm.prank(_COUNCIL);
        _manager.schedule(address(_members), change, 0);
        vm.prank(_GUARDIAN);
        _manager.cancel(_COUNCIL, address(_members), change);
        skip(DELAY);
        bytes32 operation = _manager.hashOperation(_COUNCIL, address(_members), change);
        vm.prank(_COUNCIL);
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, operation));
        _members.setConsortiumAccount(STRANGER);
    }

    function test_handOver_theAdminChangesRolesAfterADelayOnly() public {
        _handOver();
        vm.startPrank(_COUNCIL);
        bytes memory grant = abi.encodeCall(_manager.grantRole, (SECRETARY, STRANGER, 0));
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessManager.AccessManagerNotScheduled.selector,
                _manager.hashOperation(_COUNCIL, address(_manager), grant)
            )
        );
        _manager.grantRole(SECRETARY, STRANGER, 0);
        _manager.schedule(address(_manager), grant, 0);
        skip(DELAY);
        _manager.grantRole(SECRETARY, STRANGER, 0);
        (bool isMember,) = _manager.hasRole(SECRETARY, STRANGER);
        assertTrue(isMember);
    }

    /// @dev That is an operation of the admin's role, whose guardians are admins themselves. The council can take it back.
    function test_handOver_theGuardianCancelsNothingThatTheCouncilDoesAsAdmin() public {
        _handOver();
        bytes memory grant = abi.encodeCall(_manager.grantRole, (SECRETARY, STRANGER, 0));
        bytes32 operation = _manager.hashOperation(_COUNCIL, address(_manager), grant);
        vm.prank(_COUNCIL);
        _manager.schedule(address(_manager), grant, 0);
        uint48 scheduled = _manager.getSchedule(operation);
        assertEq(scheduled, block.timestamp + DELAY);
        vm.prank(_GUARDIAN);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessManager.AccessManagerUnauthorizedCancel.selector,
                _GUARDIAN,
                _COUNCIL,
                address(_manager),
                _manager.grantRole.selector
            )
        );
        _manager.cancel(_COUNCIL, address(_manager), grant);
        assertEq(_manager.getSchedule(operation), scheduled);
        vm.prank(_COUNCIL);
        _manager.cancel(_COUNCIL, address(_manager), grant);
        assertEq(_manager.getSchedule(operation), 0);
    }

    /// @dev All powers used at once and as badly as can be: what is under way ends as it would have.
    function test_powers_touchNoMoneyAndNoEnrolment() public {
        _bondAll(address(0));
        uint256 studyId = _openStudy(_terms(address(0)));
        IEnrolments.Details memory accepted = _enrol(studyId, 1, 0);
        IEnrolments.Details memory settled = _enrol(studyId, 2, 0);
        IEnrolments.Details memory refunded = _enrol(studyId, 3, 0);
        uint256 escrow = _treasury.escrowOf(studyId);
        uint256 free = _treasury.bondOf(_proxies[0].addr, address(0)).free;

        _useAllPowers();

        assertEq(_treasury.escrowOf(studyId), escrow);
        assertEq(_treasury.bondOf(_proxies[0].addr, address(0)).free, free);
        _accept(studyId, 1, accepted);
        _attest(studyId, 2, settled, M);
        _passChallenge();
        _enrolments.settle(studyId, 2, settled);
        _enrolments.refund(studyId, 3, refunded);
        assertEq(_credit(PAYOUT, address(0)), 3 * uint256(PRICE));
        vm.prank(_institution.addr);
        _studies.close(studyId);
        assertEq(_studies.withdraw(studyId), 8 * _unit(_terms(address(0))));
        vm.prank(_proxies[0].addr);
        _treasury.requestExit(address(0), 1);
        _treasury.push(PAYOUT, address(0));
    }

    /// @dev A hospital that was expelled adds and changes nothing; proofs about its records hold for as long as their root does, and beyond.
    function test_expel_leavesAHospitalsRecordsInTheRegistry() public {
        _bondAll(address(0));
        uint256 studyId = _openStudy(_terms(address(0)));
        uint256 root = _root;
        _expel(HOSPITAL);
        uint256[] memory more = new uint256[](1);
        more[0] = 2;
        bytes memory notHospital = abi.encodeWithSelector(IRecordRegistry.NotHospital.selector, HOSPITAL);
        vm.startPrank(HOSPITAL);
        vm.expectRevert(notHospital);
        _registry.insert(more);
        vm.expectRevert(notHospital);
        _registry.withdraw(1, new uint256[](0));
        vm.expectRevert(notHospital);
        _registry.supersede(1, new uint256[](0), 2);
        vm.stopPrank();
        assertEq(_registry.currentRoot(), root);
        assertEq(_registry.certifierOf(1), HOSPITAL);
        _enrol(studyId, NULLIFIER, 0);

        // Admitted again, it can withdraw them
        _admit(HOSPITAL, IMembers.Role.Hospital);
        vm.prank(HOSPITAL);
        _registry.withdraw(1, new uint256[](0));
        assertEq(_registry.liveRecords(), 0);
    }

    /// @dev A tighter bound on receipts or attempts is for studies to come.
    function test_setBounds_leavesOpenStudiesTheirReceiptsAndAttempts() public {
        _bondAll(address(0));
        uint256 studyId = _openStudy(_terms(address(0)));
        IMembers.Bounds memory tighter = _bounds();
        tighter.maxReceiptSeconds = 1;
        tighter.maxAttempts = 1;
        vm.prank(CONSORTIUM);
        _members.setBounds(tighter);
        for (uint32 attempt = 0; attempt < 3; ++attempt) {
            IEnrolments.Details memory details = _enrol(studyId, NULLIFIER, attempt);
            _passDelivery();
            _enrolments.refund(studyId, NULLIFIER, details);
        }
        uint256 later = _openStudy(_terms(address(0)));
        IEnrolments.Request memory request = _request(later, NULLIFIER, 0, ALL);
        vm.expectRevert(
            abi.encodeWithSelector(IEnrolments.ReceiptExpired.selector, 0, request.receipts[0].validUntil)
        );
        _enrolments.enrol(request);
    }

    function _useAllPowers() private {
        vm.startPrank(CONSORTIUM);
        _members.expel(_institution.addr);
        _members.expel(HOSPITAL);
        for (uint256 i = 0; i < N; ++i) {
            _members.expel(_proxies[i].addr);
        }
        _members.setTokenBounds(address(0), IMembers.TokenBounds(false, 0, 0, type(uint128).max));
        IMembers.Bounds memory bounds = _bounds();
        bounds.maxQuota = 1;
        bounds.maxWindowSeconds = 1 hours;
        _members.setBounds(bounds);
        _members.setConsortiumAccount(STRANGER);
        _studies.setVerifier(8, address(0));
        vm.stopPrank();
    }

    /// @dev The steps of contracts/README.md.
    function _handOver() private {
        bytes4[] memory daily = new bytes4[](4);
        daily[0] = IMembers.admit.selector;
        daily[1] = IMembers.admitProxy.selector;
        daily[2] = IMembers.expel.selector;
        daily[3] = IMembers.publishValueSet.selector;
        bytes4[] memory rules = new bytes4[](3);
        rules[0] = IMembers.setBounds.selector;
        rules[1] = IMembers.setTokenBounds.selector;
        rules[2] = IMembers.setConsortiumAccount.selector;
        bytes4[] memory verifiers = new bytes4[](1);
        verifiers[0] = IStudies.setVerifier.selector;

        vm.startPrank(CONSORTIUM);
        _manager.setTargetFunctionRole(address(_members), daily, SECRETARY);
        _manager.setTargetFunctionRole(address(_members), rules, COUNCIL);
        _manager.setTargetFunctionRole(address(_studies), verifiers, COUNCIL);
        _manager.setRoleGuardian(COUNCIL, GUARDIAN);
        _manager.grantRole(SECRETARY, _SECRETARY, 0);
        _manager.grantRole(COUNCIL, _COUNCIL, DELAY);
        _manager.grantRole(GUARDIAN, _GUARDIAN, 0);
        _manager.grantRole(_manager.ADMIN_ROLE(), _COUNCIL, DELAY);
        _manager.renounceRole(_manager.ADMIN_ROLE(), CONSORTIUM);
        vm.stopPrank();
    }

    function _unauthorized(address account) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, account);
    }
}
