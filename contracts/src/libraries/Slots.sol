// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

/// @title Sets of slots
/// @notice A slot is a place in a study's list of proxies; a set of slots has a bit for each.
library Slots {
    /// @dev The proxies of a set, in ascending order of slots, all of which exist.
    function proxiesOf(uint16 set, address[] memory all) internal pure returns (address[] memory chosen) {
        chosen = new address[](size(set));
        uint256 filled;
        for (uint256 slot = 0; set != 0; ++slot) {
            if (set & 1 == 1) chosen[filled++] = all[slot];
            set >>= 1;
        }
    }

    /// @dev The first slot of a set from this one on; 16 or more if there is none.
    function next(uint16 set, uint256 from) internal pure returns (uint256 slot) {
        slot = from;
        while (slot < 16 && !contains(set, slot)) {
            unchecked {
                ++slot;
            }
        }
    }

    /// @dev How many slots a set has.
    function size(uint16 set) internal pure returns (uint256 count) {
        for (; set != 0; set &= set - 1) {
            ++count;
        }
    }

    /// @dev The set of one slot, below 16.
    function bit(uint256 slot) internal pure returns (uint16) {
        // A study has 16 slots at most
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint16(uint256(1) << slot);
    }

    /// @dev Whether a slot is in the set.
    function contains(uint16 set, uint256 slot) internal pure returns (bool) {
        return (uint256(set) >> slot) & 1 == 1;
    }
}
