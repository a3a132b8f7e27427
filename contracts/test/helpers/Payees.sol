// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {TestToken} from "./TestToken.sol";

/// @notice Refuses native coin until it is told otherwise.
contract Refusing {
    bool private _open;

    function relent() external {
        _open = true;
    }

    receive() external payable {
        require(_open, "no thanks");
    }
}

/// @notice A proxy that, when it is paid, asks to be paid again.
contract Greedy {
    ITreasury private immutable TREASURY;

    constructor(ITreasury treasury) {
        TREASURY = treasury;
    }

    function bond() external payable {
        TREASURY.depositBond{value: msg.value}(address(0), msg.value);
        TREASURY.requestExit(address(0), msg.value);
    }

    receive() external payable {
        TREASURY.push(address(this), address(0));
    }
}

/// @notice A token that keeps a hundredth of every transfer.
contract FeeToken is TestToken {
    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0) && to != address(0)) super._update(to, address(0xfee), value / 100);
    }
}

/// @notice A token that, when it is moved, deposits once more for the same proxy, hoping to be counted twice.
contract ReenteringToken is TestToken {
    ITreasury private immutable TREASURY;

    constructor(ITreasury treasury) {
        TREASURY = treasury;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (to == address(TREASURY)) TREASURY.push(from, address(this));
    }
}
