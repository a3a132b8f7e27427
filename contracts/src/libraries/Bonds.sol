// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {ITreasury} from "../interfaces/ITreasury.sol";

/// @title A proxy's bond in one token, as one word: free 96 bits, locked 96, receipts 32, slashed 32, from the lowest
/// @notice Free and locked together never exceed 96 bits, because a deposit that would make them is refused: neither can run into its neighbour.
library Bonds {
    type Bond is uint256;

    uint256 private constant _LOCKED = 96;
    uint256 private constant _RECEIPT = 1 << 192;
    uint256 private constant _SLASHED = 1 << 224;

    /// @dev What can be locked or asked back.
    function free(Bond bond) internal pure returns (uint96) {
        // The cut is what is meant
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint96(Bond.unwrap(bond));
    }

    /// @dev Adds a deposit that fits.
    function deposit(Bond bond, uint256 amount) internal pure returns (Bond) {
        ITreasury.Bond memory read = unpack(bond);
        if (amount > type(uint96).max - uint256(read.free) - read.locked) {
            revert ITreasury.AmountInvalid(amount);
        }
        return Bond.wrap(Bond.unwrap(bond) + amount);
    }

    /// @dev Takes from what is free: the caller checked that there is as much.
    function withdraw(Bond bond, uint256 amount) internal pure returns (Bond) {
        return Bond.wrap(Bond.unwrap(bond) - amount);
    }

    /// @dev What changes when so many slices are locked, and their receipts counted: the same for every bond that has as much free.
    function locking(uint96 slice, uint256 count) internal pure returns (uint256 change) {
        uint256 sum = slice * count;
        // To be added without a check: what is free becomes less
        unchecked {
            return (sum << _LOCKED) + count * _RECEIPT - sum;
        }
    }

    /// @dev Applies `locking`: the caller checked that there is as much free.
    function add(Bond bond, uint256 change) internal pure returns (Bond) {
        unchecked {
            return Bond.wrap(Bond.unwrap(bond) + change);
        }
    }

    /// @dev Takes `locking` back.
    function subtract(Bond bond, uint256 change) internal pure returns (Bond) {
        unchecked {
            return Bond.wrap(Bond.unwrap(bond) - change);
        }
    }

    /// @dev Frees a slice that is locked.
    function unlock(Bond bond, uint96 slice) internal pure returns (Bond) {
        return Bond.wrap(Bond.unwrap(bond) + slice - (uint256(slice) << _LOCKED));
    }

    /// @dev Takes a slice that is locked, and counts it.
    function slash(Bond bond, uint96 slice) internal pure returns (Bond) {
        return Bond.wrap(Bond.unwrap(bond) - (uint256(slice) << _LOCKED) + _SLASHED);
    }

    /// @dev The word's parts.
    function unpack(Bond bond) internal pure returns (ITreasury.Bond memory) {
        uint256 word = Bond.unwrap(bond);
        // The cuts are what is meant
        // forge-lint: disable-start(unsafe-typecast)
        return ITreasury.Bond({
            free: uint96(word),
            locked: uint96(word >> _LOCKED),
            receipts: uint32(word >> 192),
            slashed: uint32(word >> 224)
        });
        // forge-lint: disable-end(unsafe-typecast)
    }
}
