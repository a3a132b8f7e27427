// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {DisputeHandler} from "./DisputeHandler.sol";
import {Handler} from "./Handler.sol";
import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice What holds whoever does what, in any order.
contract MoneyInvariantTest is Test {
    DisputeHandler private _handler;

    function setUp() public {
        _handler = new DisputeHandler();
        targetContract(address(_handler));
        targetSelector(FuzzSelector({addr: address(_handler), selectors: _actions()}));
    }

    /// @dev Handlers that never get anywhere would keep every property.
    function test_theHandlerReachesEndsOfDisputes() public {
        bytes32[2] memory wanted = [IDisputes.ChallengeAnswered.selector, IDisputes.FaultProved.selector];
        bytes4[] memory actions = _actions();
        vm.recordLogs();
        for (uint256 i = 0; i < 1_500; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            bytes memory call = abi.encodeWithSelector(actions[seed % actions.length], seed);
            // solhint-disable-next-line avoid-low-level-calls
            (bool done,) = address(_handler).call(call);
            assertTrue(done);
        }
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < wanted.length; ++i) {
            uint256 count;
            for (uint256 j = 0; j < logs.length; ++j) {
                if (logs[j].topics[0] == wanted[i]) ++count;
            }
            assertGt(count, 0, vm.toString(i));
        }
    }

    /// @dev Likewise; at random an enrolment is seldom left alone for so long.
    function test_theHandlerLetsAChallengeExpire() public {
        _handler.enrol(0);
        _handler.attest(uint256(4) << 128);
        _handler.challenge(0);
        for (uint256 i = 0; i < 10; ++i) {
            _handler.pass((uint256(199) << 64) + 2 days - 1);
        }
        vm.recordLogs();
        _handler.end(0);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs[0].topics[0], IDisputes.Unanswered.selector);
    }

    /// @dev Likewise: every segment must be posted.
    function test_theHandlerLetsADemandBeAnswered() public {
        _handler.enrol(0);
        _handler.attest(uint256(4) << 128);
        _handler.demand(0);
        vm.recordLogs();
        for (uint256 i = 0; i < 16; ++i) {
            _handler.post(0);
        }
        Vm.Log[] memory logs = vm.getRecordedLogs();
        bool answered;
        for (uint256 i = 0; i < logs.length; ++i) {
            answered = answered || logs[i].topics[0] == IDisputes.DemandAnswered.selector;
        }
        assertTrue(answered);
    }

    /// @dev Property 1.
    function invariant_theTreasuryHoldsWhatItOwes() public view {
        _handler.checkSums();
    }

    /// @dev Properties 2 and 3.
    function invariant_everyPromiseIsCovered() public view {
        _handler.checkPromises();
    }

    /// @dev Property 5.
    function invariant_stakesAreThoseOfOpenDisputes() public view {
        _handler.checkStakes();
    }

    /// @dev Property 4, once a run is over.
    function afterInvariant() public {
        _handler.checkNothingIsStuck();
    }

    function _actions() private pure returns (bytes4[] memory actions) {
        actions = new bytes4[](22);
        actions[0] = Handler.openStudy.selector;
        actions[1] = Handler.topUp.selector;
        actions[2] = Handler.enrol.selector;
        actions[3] = Handler.enrolAgain.selector;
        actions[4] = Handler.attest.selector;
        actions[5] = Handler.accept.selector;
        actions[6] = Handler.end.selector;
        actions[7] = Handler.revoke.selector;
        actions[8] = Handler.close.selector;
        actions[9] = Handler.withdraw.selector;
        actions[10] = Handler.leave.selector;
        actions[11] = Handler.completeExit.selector;
        actions[12] = Handler.bond.selector;
        actions[13] = Handler.push.selector;
        actions[14] = Handler.pass.selector;
        actions[15] = DisputeHandler.challenge.selector;
        actions[16] = DisputeHandler.answer.selector;
        actions[17] = DisputeHandler.demand.selector;
        actions[18] = DisputeHandler.post.selector;
        actions[19] = DisputeHandler.fault.selector;
        actions[20] = DisputeHandler.unopenable.selector;
        actions[21] = Handler.enrolMany.selector;
    }
}
