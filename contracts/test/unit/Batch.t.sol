// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {Enrolling} from "../helpers/Enrolling.sol";

/// @notice Attestations, acceptances and endings of many enrolments in one transaction.
contract BatchTest is Enrolling {
    uint256 private _studyId;
    IEnrolments.Details[] private _details;

    function setUp() public override {
        super.setUp();
        _bondAll(address(0));
        _studyId = _openStudy(_terms(address(0)));
        for (uint256 i = 0; i < 4; ++i) {
            _details.push(_enrol(_studyId, i, 0));
        }
    }

    function test_batch_attests() public {
        assertEq(_enrolments.batch(_attestCalls()), 4);
        _assertAll(IEnrolments.State.Delivered);
        assertEq(_treasury.recordOf(_proxies[0].addr, address(0)).attested, 4);
    }

    function test_batch_accepts() public {
        assertEq(_enrolments.batch(_acceptCalls()), 4);
        _assertAll(IEnrolments.State.Settled);
        assertEq(_credit(PAYOUT, address(0)), 4 * uint256(PRICE));
        assertEq(_credit(_proxies[4].addr, address(0)), 4 * uint256(FEE));
        _assertConserved(address(0));
    }

    function test_batch_settles() public {
        _enrolments.batch(_attestCalls());
        _passChallenge();
        bytes[] memory calls = new bytes[](4);
        for (uint256 i = 0; i < 4; ++i) {
            calls[i] = abi.encodeCall(IEnrolments.settle, (_studyId, i, _details[i]));
        }
        assertEq(_enrolments.batch(calls), 4);
        _assertAll(IEnrolments.State.Settled);
    }

    function test_batch_refunds() public {
        _passDelivery();
        bytes[] memory calls = new bytes[](4);
        for (uint256 i = 0; i < 4; ++i) {
            calls[i] = abi.encodeCall(IEnrolments.refund, (_studyId, i, _details[i]));
        }
        assertEq(_enrolments.batch(calls), 4);
        _assertAll(IEnrolments.State.Refunded);
        _assertConserved(address(0));
    }

    function test_batch_undoesAndSkipsWhatReverts() public {
        bytes[] memory calls = _acceptCalls();
        // revoked in between, a signature of nobody, and an ending that is not due
        _enrolments.revoke(_studyId, 1, _details[1], _secret(1, 0));
        calls[2] = abi.encodeCall(IEnrolments.accept, (_studyId, 2, _details[2], bytes32(0), bytes32(0)));
        bytes[] memory more = new bytes[](5);
        for (uint256 i = 0; i < 4; ++i) {
            more[i] = calls[i];
        }
        more[4] = abi.encodeCall(IEnrolments.settle, (_studyId, 2, _details[2]));
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.CallSkipped(
            1, abi.encodeWithSelector(IEnrolments.StateInvalid.selector, IEnrolments.State.Revoked)
        );
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.CallSkipped(2, abi.encodeWithSelector(IEnrolments.AcceptanceInvalid.selector));
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.CallSkipped(
            4, abi.encodeWithSelector(IEnrolments.StateInvalid.selector, IEnrolments.State.Enrolled)
        );
        assertEq(_enrolments.batch(more), 2);
        _assertState(_studyId, 0, IEnrolments.State.Settled);
        _assertState(_studyId, 2, IEnrolments.State.Enrolled);
        _assertState(_studyId, 3, IEnrolments.State.Settled);
        _assertConserved(address(0));
    }

    function test_batch_revertsWithNoReasonOnCallsOfNothing() public {
        bytes[] memory calls = new bytes[](1);
        calls[0] = hex"12345678";
        vm.expectRevert(IEnrolments.NoReason.selector);
        _enrolments.batch(calls);
    }

    function test_batch_runsOutOfGasAsAWhole() public {
        bytes memory data = abi.encodeCall(IEnrolments.batch, (_acceptCalls()));
        uint256 done;
        for (uint256 gasGiven = 40_000; gasGiven < 800_000; gasGiven += 10_000) {
            uint256 start = vm.snapshotState();
            // solhint-disable-next-line avoid-low-level-calls
            (bool succeeded, bytes memory answer) = address(_enrolments).call{gas: gasGiven}(data);
            if (succeeded) {
                assertEq(abi.decode(answer, (uint256)), 4, "all or none");
                ++done;
            }
            vm.revertToState(start);
        }
        assertGt(done, 0);
    }

    function test_batch_leavesTheOuterCallersNoPower() public {
        // What is restricted by caller stays so: nobody gains by calling through the contract
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodeCall(IEnrolments.batch, (_acceptCalls()));
        vm.prank(STRANGER);
        assertEq(_enrolments.batch(calls), 1);
        _assertAll(IEnrolments.State.Settled);
    }

    function _attestCalls() private view returns (bytes[] memory calls) {
        calls = new bytes[](4);
        for (uint256 i = 0; i < 4; ++i) {
            calls[i] =
                abi.encodeCall(IEnrolments.attest, (_studyId, i, _details[i], _attestations(_studyId, i, M)));
        }
    }

    function _acceptCalls() private view returns (bytes[] memory calls) {
        calls = new bytes[](4);
        for (uint256 i = 0; i < 4; ++i) {
            (bytes32 r, bytes32 vs) = _acceptance(_studyId, i);
            calls[i] = abi.encodeCall(IEnrolments.accept, (_studyId, i, _details[i], r, vs));
        }
    }

    function _assertAll(IEnrolments.State state) private view {
        for (uint256 i = 0; i < 4; ++i) {
            _assertState(_studyId, i, state);
        }
    }
}
