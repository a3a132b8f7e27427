// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IEvidenceVerifier} from "../../src/interfaces/IEvidenceVerifier.sol";
import {Disputing} from "../helpers/Disputing.sol";

/// @notice A patient's faults: what proves them, in which states, and that nothing else does.
contract FaultsTest is Disputing {
    uint256 private constant BAD = 0xbad;

    uint256 private _studyId;

    function setUp() public override {
        super.setUp();
        _bondAll(address(0));
        _studyId = _openStudy(_terms(address(0)));
    }

    /// @dev The patient BAD made a grant with two equal ids and a precursor proof that fails.
    function _grantOf(uint256 nullifier, uint32 attempt)
        internal
        pure
        override
        returns (IEvidenceVerifier.Grant memory grant)
    {
        grant = super._grantOf(nullifier, attempt);
        if (nullifier != BAD) return grant;
        grant.slots[4].fragmentId = grant.slots[1].fragmentId;
        grant.proofScalar = 0;
    }

    function test_proveCapsule() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        bytes memory envelope = _mockEnvelope();
        vm.expectRevert(IDisputes.NoFault.selector);
        _disputes.proveCapsule(_studyId, NULLIFIER, details, envelope, details.recordTag);
        envelope[8] = 0xff;
        vm.expectRevert(IDisputes.EnvelopeInvalid.selector);
        _disputes.proveCapsule(_studyId, NULLIFIER, details, envelope, details.recordTag ^ 1);
        _expectFault(NULLIFIER, IDisputes.Fault.Capsule);
        vm.prank(STRANGER);
        _disputes.proveCapsule(_studyId, NULLIFIER, details, envelope, details.recordTag);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Faulted);
    }

    function test_proveEqualIds() public {
        IEnrolments.Details memory details = _enrol(_studyId, BAD, 0);
        IEvidenceVerifier.Grant memory grant = _grantOf(BAD, 0);
        uint256[2][5] memory bad =
            [[uint256(1), 1], [uint256(0), 1], [uint256(1), 5], [uint256(5), 1], [uint256(9), 4]];
        for (uint256 i = 0; i < bad.length; ++i) {
            vm.expectRevert(IDisputes.NoFault.selector);
            _disputes.proveEqualIds(_studyId, BAD, details, grant, bad[i][0], bad[i][1]);
        }
        IEvidenceVerifier.Grant memory other = _grantOf(BAD, 0);
        other.slots[0].fragmentId = other.slots[1].fragmentId;
        vm.expectRevert(IDisputes.GrantMismatch.selector);
        _disputes.proveEqualIds(_studyId, BAD, details, other, 0, 1);
        _expectFault(BAD, IDisputes.Fault.EqualIds);
        vm.prank(STRANGER);
        _disputes.proveEqualIds(_studyId, BAD, details, grant, 4, 1);
        _assertState(_studyId, BAD, IEnrolments.State.Faulted);
    }

    function test_proveEqualIds_ofASecondAttempt() public {
        IEnrolments.Details memory details = _enrol(_studyId, BAD, 0);
        _passDelivery();
        _enrolments.refund(_studyId, BAD, details);
        details = _enrol(_studyId, BAD, 1);
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.Faulted(_studyId, BAD, 1);
        vm.expectEmit(address(_disputes));
        emit IDisputes.FaultProved(_studyId, BAD, 1, IDisputes.Fault.EqualIds, STRANGER);
        vm.prank(STRANGER);
        _disputes.proveEqualIds(_studyId, BAD, details, _grantOf(BAD, 1), 4, 1);
    }

    function test_provePrecursor() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        IEvidenceVerifier.Grant memory grant = _grantOf(NULLIFIER, 0);
        vm.expectRevert(IDisputes.NoFault.selector);
        _disputes.provePrecursor(_studyId, NULLIFIER, details, grant);
        vm.expectRevert(IDisputes.GrantMismatch.selector);
        _disputes.provePrecursor(_studyId, NULLIFIER, details, _grantOf(BAD, 0));
        details = _enrol(_studyId, BAD, 0);
        _expectFault(BAD, IDisputes.Fault.Precursor);
        vm.prank(STRANGER);
        _disputes.provePrecursor(_studyId, BAD, details, _grantOf(BAD, 0));
        _assertState(_studyId, BAD, IEnrolments.State.Faulted);
    }

    function test_provePrecursor_bindsTheProofToThisAttempt() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        _passDelivery();
        _enrolments.refund(_studyId, NULLIFIER, details);
        details = _enrol(_studyId, NULLIFIER, 1);
        IEvidenceVerifier.Grant memory grant = _grantOf(NULLIFIER, 1);
        IEvidenceVerifier.Binding memory binding = IEvidenceVerifier.Binding({
            enrolments: address(_enrolments), studyId: _studyId, nullifier: NULLIFIER, attempt: 1
        });
        bytes memory key = _studies.termsOf(_studyId).receivingKey;
        bytes memory call = abi.encodeCall(IEvidenceVerifier.precursorHolds, (grant, key, binding));
        vm.expectCall(EVIDENCE, call);
        vm.expectRevert(IDisputes.NoFault.selector);
        _disputes.provePrecursor(_studyId, NULLIFIER, details, grant);
    }

    function test_proveUnopenable() public {
        IEnrolments.Details memory details = _deliver(NULLIFIER);
        IDisputes.Opening memory opening = _opening(NULLIFIER, details);
        opening.shared.response = 1;
        vm.expectRevert(IDisputes.NoFault.selector);
        _disputes.proveUnopenable(_studyId, NULLIFIER, details, opening);
        opening.shared.response = 0;
        _expectFault(NULLIFIER, IDisputes.Fault.Unopenable);
        vm.prank(STRANGER);
        _disputes.proveUnopenable(_studyId, NULLIFIER, details, opening);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Faulted);
    }

    function test_proveUnopenable_needsFragmentsOfExactlyMSlots() public {
        IEnrolments.Details memory details = _deliver(NULLIFIER);
        for (uint256 i = 0; i < 4; ++i) {
            IDisputes.Opening memory opening = _opening(NULLIFIER, details);
            if (i == 0) opening.fragments = _fragments(0, M - 1);
            if (i == 1) opening.fragments = _fragments(0, M + 1);
            if (i == 2) opening.combination = new bytes[](M + 1);
            // One that does not verify: it could be anything
            if (i == 3) opening.fragments[2].fragment = hex"02";
            vm.expectRevert(IDisputes.FragmentsInvalid.selector);
            _disputes.proveUnopenable(_studyId, NULLIFIER, details, opening);
        }
        IDisputes.Opening memory twice = _opening(NULLIFIER, details);
        twice.fragments[2].slot = 1;
        vm.expectRevert(abi.encodeWithSelector(IEnrolments.SlotInvalid.selector, 1));
        _disputes.proveUnopenable(_studyId, NULLIFIER, details, twice);
        twice.fragments[2].slot = 5;
        vm.expectRevert(abi.encodeWithSelector(IEnrolments.SlotInvalid.selector, 5));
        _disputes.proveUnopenable(_studyId, NULLIFIER, details, twice);
    }

    function test_proveUnopenable_needsEnvelopeAndGrant() public {
        IEnrolments.Details memory details = _deliver(NULLIFIER);
        IDisputes.Opening memory opening = _opening(NULLIFIER, details);
        opening.tagBlinding ^= 1;
        vm.expectRevert(IDisputes.EnvelopeInvalid.selector);
        _disputes.proveUnopenable(_studyId, NULLIFIER, details, opening);
        opening = _opening(NULLIFIER, details);
        opening.envelope[8] = 0xff;
        vm.expectRevert(IDisputes.CapsuleInvalid.selector);
        _disputes.proveUnopenable(_studyId, NULLIFIER, details, opening);
        opening = _opening(NULLIFIER, details);
        opening.grant = _grantOf(BAD, 0);
        vm.expectRevert(IDisputes.GrantMismatch.selector);
        _disputes.proveUnopenable(_studyId, NULLIFIER, details, opening);
    }

    function test_proveUnopenable_notBeforeItIsDelivered() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        IDisputes.Opening memory opening = _opening(NULLIFIER, details);
        vm.expectRevert(abi.encodeWithSelector(IEnrolments.StateInvalid.selector, IEnrolments.State.Enrolled));
        _disputes.proveUnopenable(_studyId, NULLIFIER, details, opening);
    }

    /// @dev In any open state, its window not passed.
    function test_faults_endEveryOpenState() public {
        for (uint256 i = 0; i < 5; ++i) {
            IEnrolments.Details memory details = i == 0 ? _enrol(_studyId, i + 1, 0) : _deliver(i + 1);
            if (i == 2 || i == 4) _challenge(_studyId, i + 1, details);
            if (i == 3) _demand(_studyId, i + 1, details, _list(0, 1));
            if (i == 4) _answer(_studyId, i + 1, details, 0, M);
            _proveCapsule(i + 1, details);
            _assertState(_studyId, i + 1, IEnrolments.State.Faulted);
            assertEq(_treasury.stakeOf(_studyId, i + 1), 0);
            assertEq(uint8(_disputes.disputeOf(_studyId, i + 1).pending), 0);
        }
    }

    function test_faults_notOnceAWindowHasPassed() public {
        IEnrolments.Details memory one = _enrol(_studyId, 1, 0);
        IEnrolments.Details memory two = _deliver(2);
        IEnrolments.Details memory three = _deliver(3);
        _challenge(_studyId, 3, three);
        _passChallenge();
        _expectPassed(1, one);
        _expectPassed(2, two);
        _expectPassed(3, three);
    }

    function test_faults_notAfterAnEnding() public {
        IEnrolments.Details memory details = _deliver(NULLIFIER);
        _accept(_studyId, NULLIFIER, details);
        bytes memory envelope = _mockEnvelope();
        envelope[8] = 0xff;
        vm.expectRevert(abi.encodeWithSelector(IEnrolments.StateInvalid.selector, IEnrolments.State.Settled));
        _disputes.proveCapsule(_studyId, NULLIFIER, details, envelope, details.recordTag);
    }

    function test_faults_ofTheseDetailsOnly() public {
        IEnrolments.Details memory details = _deliver(NULLIFIER);
        bytes memory envelope = _mockEnvelope();
        envelope[8] = 0xff;
        details.recordTag = 5;
        vm.expectRevert(IEnrolments.DetailsMismatch.selector);
        _disputes.proveCapsule(_studyId, NULLIFIER, details, envelope, 5);
    }

    /// @dev The nullifier is burnt: no other attempt, and nothing else either.
    function test_faults_areFinal() public {
        IEnrolments.Details memory details = _deliver(NULLIFIER);
        _proveCapsule(NULLIFIER, details);
        IEnrolments.Request memory again = _request(_studyId, NULLIFIER, 1, ALL);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEnrolments.AlreadyEnrolled.selector, _studyId, NULLIFIER, IEnrolments.State.Faulted
            )
        );
        _enrolments.enrol(again);
        (bytes32 r, bytes32 vs) = _acceptance(_studyId, NULLIFIER);
        vm.expectRevert(abi.encodeWithSelector(IEnrolments.StateInvalid.selector, IEnrolments.State.Faulted));
        _enrolments.accept(_studyId, NULLIFIER, details, r, vs);
    }

    function _deliver(uint256 nullifier) private returns (IEnrolments.Details memory details) {
        details = _enrol(_studyId, nullifier, 0);
        _attest(_studyId, nullifier, details, M);
    }

    function _proveCapsule(uint256 nullifier, IEnrolments.Details memory details) private {
        bytes memory envelope = _mockEnvelope();
        envelope[8] = 0xff;
        _disputes.proveCapsule(_studyId, nullifier, details, envelope, details.recordTag);
    }

    function _expectPassed(uint256 nullifier, IEnrolments.Details memory details) private {
        bytes memory envelope = _mockEnvelope();
        envelope[8] = 0xff;
        vm.expectRevert(IEnrolments.WindowPassed.selector);
        _disputes.proveCapsule(_studyId, nullifier, details, envelope, details.recordTag);
    }

    function _expectFault(uint256 nullifier, IDisputes.Fault fault) private {
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.Faulted(_studyId, nullifier, 0);
        vm.expectEmit(address(_disputes));
        emit IDisputes.FaultProved(_studyId, nullifier, 0, fault, STRANGER);
    }
}
