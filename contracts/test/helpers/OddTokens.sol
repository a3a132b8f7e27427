// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {TestToken} from "./TestToken.sol";

/// @notice A token whose transfers answer nothing, as the oldest do, and revert on failure.
contract SilentToken {
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    function mint(address account, uint256 amount) external {
        balanceOf[account] += amount;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice A token that answers false, and moves nothing, once it was told to.
contract RefusingToken is TestToken {
    bool private _refuses;

    function refuse(bool refuses) external {
        _refuses = refuses;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return !_refuses && super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return !_refuses && super.transferFrom(from, to, amount);
    }
}

/// @notice A token that claims to have moved what it has not.
contract LyingToken is TestToken {
    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return true;
    }
}

/// @notice A token whose issuer can bar accounts: their transfers revert.
contract BarringToken is TestToken {
    mapping(address account => bool) private _barred;

    function bar(address account, bool barred) external {
        _barred[account] = barred;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!_barred[from] && !_barred[to], "barred");
        super._update(from, to, value);
    }
}
