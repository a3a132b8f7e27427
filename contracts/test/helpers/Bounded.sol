// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IMembers} from "../../src/interfaces/IMembers.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Test} from "forge-std/Test.sol";

/// @notice A consortium with its members contract: what every test stands on.
abstract contract Bounded is Test {
    address internal immutable CONSORTIUM = makeAddr("consortium");
    address internal immutable TREASURER = makeAddr("consortium account");

    AccessManager internal _manager;
    IMembers internal _members;

    /// @dev Bounds that the fewest tests need to change.
    function _bounds() internal pure returns (IMembers.Bounds memory) {
        return IMembers.Bounds({
            minWindowSeconds: 1 hours,
            maxWindowSeconds: 30 days,
            minWindowBlocks: 10,
            maxWindowBlocks: 100_000,
            rootLifetime: 2 days,
            exitDelay: 40 days,
            maxStudySeconds: 3650 days,
            maxReceiptSeconds: 7 days,
            maxQuota: 1_000_000,
            maxAttempts: 3
        });
    }

    function _deployMembers() internal {
        _manager = new AccessManager(CONSORTIUM);
        _members = _newMembers(_bounds());
    }

    function _newMembers(IMembers.Bounds memory bounds) internal returns (IMembers) {
        return IMembers(deployCode("Members.sol:Members", abi.encode(address(_manager), TREASURER, bounds)));
    }

    function _admit(address account, IMembers.Role role) internal {
        vm.prank(CONSORTIUM);
        _members.admit(account, role);
    }

    function _admitProxy(address account, address operator) internal {
        vm.prank(CONSORTIUM);
        _members.admitProxy(account, operator);
    }

    function _expel(address account) internal {
        vm.prank(CONSORTIUM);
        _members.expel(account);
    }
}
