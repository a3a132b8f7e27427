// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {Handler} from "./Handler.sol";
import {Test} from "forge-std/Test.sol";

/// @notice What holds whoever does what, in any order.
contract MoneyInvariantTest is Test {
    Handler private _handler;

    function setUp() public {
        _handler = new Handler();
        bytes4[] memory actions = new bytes4[](16);
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
        actions[15] = Handler.enrolMany.selector;
        targetContract(address(_handler));
        targetSelector(FuzzSelector({addr: address(_handler), selectors: actions}));
    }

    /// @dev Property 1.
    function invariant_theTreasuryHoldsWhatItOwes() public view {
        _handler.checkSums();
    }

    /// @dev Properties 2 and 3.
    function invariant_everyPromiseIsCovered() public view {
        _handler.checkPromises();
    }

    /// @dev Property 4, once a run is over.
    function afterInvariant() public {
        _handler.checkNothingIsStuck();
    }
}
