// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

// JSON is full of double quotes
// solhint-disable quotes

import {Test} from "forge-std/Test.sol";

/// @notice Writes down a chain and transactions on it, for `node tools/gas.mjs` to send to Anvil.
abstract contract Steps is Test {
    string private constant FOLDER = "target/gas/";

    /// @dev Who sends, how much with it, and how many seconds and blocks after the step before.
    struct Sending {
        address from;
        uint256 value;
        uint256 secondsGone;
        uint256 blocksGone;
    }

    string private _scenarios;
    string private _steps;

    function _write(address to, bytes memory data, Sending memory sending) internal {
        string memory step = string.concat(
            '{"from":"',
            vm.toString(sending.from),
            '","value":"',
            vm.toString(sending.value),
            '","to":"',
            vm.toString(to),
            '","data":"',
            vm.toString(data),
            '","seconds":',
            vm.toString(sending.secondsGone),
            ',"blocks":',
            vm.toString(sending.blocksGone),
            "}"
        );
        _steps = bytes(_steps).length == 0 ? step : string.concat(_steps, ",", step);
    }

    /// @dev The last of the steps is what is measured, for so many enrolments.
    function _measured(string memory name, uint256 count) internal {
        string memory scenario = string.concat(
            '{"name":"', name, '","enrolments":', vm.toString(count), ',"steps":[', _steps, "]}"
        );
        _scenarios = bytes(_scenarios).length == 0 ? scenario : string.concat(_scenarios, ",", scenario);
        _steps = "";
    }

    /// @dev All scenarios under a name, and the chain as the test left it.
    function _writePlan(string memory name) internal {
        vm.createDir(FOLDER, true);
        vm.writeFile(
            string.concat(FOLDER, name, ".json"),
            string.concat(
                '{"time":',
                vm.toString(block.timestamp),
                ',"block":',
                vm.toString(block.number),
                ',"chainId":',
                vm.toString(block.chainid),
                ',"scenarios":[',
                _scenarios,
                "]}"
            )
        );
        vm.dumpState(string.concat(FOLDER, name, ".state.json"));
    }
}
