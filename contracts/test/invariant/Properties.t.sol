// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {ConsortiumHandler} from "./ConsortiumHandler.sol";
import {DisputeHandler} from "./DisputeHandler.sol";
import {EndingHandler} from "./EndingHandler.sol";
import {EnrolHandler} from "./EnrolHandler.sol";
import {Everybody} from "./Everybody.sol";
import {Intruder} from "./Intruder.sol";
import {MoneyHandler} from "./MoneyHandler.sol";
import {RegistryHandler} from "./RegistryHandler.sol";
import {Test} from "forge-std/Test.sol";

/// @notice What holds whoever does what, in any order (contracts/PROPERTIES.md). All properties are looked at after each step of one campaign; PROPERTY=n
/// looks at one alone. TALLY names a file to which each run adds how often it called what.
contract PropertiesTest is Test {
    uint256 private constant EMPTIED = 24;
    /// @dev All functions that anybody may call, entries of both batches, and time.
    uint256 private constant REACHED = 42;
    uint256 private constant DOORS = 21;

    Everybody private _everybody;
    uint256 private _only;

    function setUp() public {
        _only = vm.envOr("PROPERTY", uint256(0));
        _everybody = new Everybody();
        targetContract(address(_everybody));
        targetSelector(FuzzSelector({addr: address(_everybody), selectors: _actions()}));
    }

    /// @dev Handlers that never get anywhere would keep every property.
    function test_everyFunctionIsReached() public {
        bytes4[] memory actions = _actions();
        for (uint256 i = 0; i < 4_000; ++i) {
            // solhint-disable-next-line avoid-low-level-calls
            (bool done,) = address(_everybody).call(abi.encodeWithSelector(actions[i % actions.length], i));
            assertTrue(done);
        }
        (uint256 functions, uint256 doors) = _everybody.reached();
        assertEq(functions, REACHED, "functions, entries of batches, time");
        assertEq(doors, DOORS, "doors");
    }

    function invariant_everyProperty() public view {
        _everybody.check(_only, false);
    }

    function afterInvariant() public {
        _everybody.check(_only, true);
        string memory file = vm.envOr("TALLY", string(""));
        // forge-lint: disable-next-line(unsafe-cheatcode)
        if (bytes(file).length != 0) vm.writeLine(file, _everybody.report());
        if (_only == 0 || _only == EMPTIED) _everybody.checkNothingIsStuck();
    }

    function _actions() private pure returns (bytes4[] memory actions) {
        actions = new bytes4[](42);
        actions[0] = MoneyHandler.open.selector;
        actions[1] = MoneyHandler.topUp.selector;
        actions[2] = MoneyHandler.closeStudy.selector;
        actions[3] = MoneyHandler.withdrawStudy.selector;
        actions[4] = MoneyHandler.depositBond.selector;
        actions[5] = MoneyHandler.requestExit.selector;
        actions[6] = MoneyHandler.completeExit.selector;
        actions[7] = MoneyHandler.push.selector;
        actions[8] = MoneyHandler.pass.selector;
        actions[9] = EnrolHandler.enrol.selector;
        actions[10] = EnrolHandler.enrolBatch.selector;
        actions[11] = EndingHandler.attest.selector;
        actions[12] = EndingHandler.accept.selector;
        actions[13] = EndingHandler.settle.selector;
        actions[14] = EndingHandler.refund.selector;
        actions[15] = EndingHandler.revoke.selector;
        actions[16] = EndingHandler.reveal.selector;
        actions[17] = EndingHandler.batch.selector;
        actions[18] = DisputeHandler.challenge.selector;
        actions[19] = DisputeHandler.answer.selector;
        actions[20] = DisputeHandler.demand.selector;
        actions[21] = DisputeHandler.post.selector;
        actions[22] = DisputeHandler.expire.selector;
        actions[23] = DisputeHandler.proveCapsule.selector;
        actions[24] = DisputeHandler.proveEqualIds.selector;
        actions[25] = DisputeHandler.provePrecursor.selector;
        actions[26] = DisputeHandler.proveUnopenable.selector;
        actions[27] = ConsortiumHandler.admit.selector;
        actions[28] = ConsortiumHandler.expel.selector;
        actions[29] = ConsortiumHandler.describe.selector;
        actions[30] = ConsortiumHandler.setBounds.selector;
        actions[31] = ConsortiumHandler.setTokenBounds.selector;
        actions[32] = ConsortiumHandler.setConsortiumAccount.selector;
        actions[33] = ConsortiumHandler.publishValueSet.selector;
        actions[34] = ConsortiumHandler.setVerifier.selector;
        actions[35] = RegistryHandler.insert.selector;
        actions[36] = RegistryHandler.supersede.selector;
        actions[37] = RegistryHandler.withdraw.selector;
        actions[38] = Intruder.intrude.selector;
        actions[39] = EndingHandler.deliver.selector;
        actions[40] = DisputeHandler.answerFurther.selector;
        actions[41] = Everybody.passToTheEdge.selector;
    }
}
