// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A token for tests and development networks: anyone may mint
contract TestToken is ERC20 {
    constructor() ERC20("Medshare test token", "TEST") {}

    /// @notice Creates tokens out of nothing.
    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }
}
