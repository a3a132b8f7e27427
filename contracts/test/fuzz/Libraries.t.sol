// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {ReferenceTime} from "../../src/libraries/ReferenceTime.sol";
import {Secp256k1} from "../../src/libraries/Secp256k1.sol";
import {Slots} from "../../src/libraries/Slots.sol";
import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

contract LibrariesFuzzTest is Test {
    /// @dev All days of two centuries: what follows a date by the calendar's rules is what the next day gives.
    function test_calendarOf_countsOn() public pure {
        uint256 expected = 19_000_101;
        for (uint256 day = 0; day <= 73_050; ++day) {
            uint256 date = ReferenceTime.calendarOf(day);
            // To assert each would take most of the time
            if (date != expected) assertEq(date, expected, vm.toString(day));
            expected = _dayAfter(date);
        }
    }

    function testFuzz_dayOf_isMonotonicInSeconds(uint32 timestamp, uint32 later) public pure {
        uint256 day = ReferenceTime.dayOf(timestamp);
        uint256 other = ReferenceTime.dayOf(uint256(timestamp) + later);
        assertLe(other - day, uint256(later) / 1 days + 1);
        assertGe(other, day);
    }

    function testFuzz_isCompressedPoint_everyPublicKey(uint256 privateKey, bool flip) public {
        privateKey = bound(privateKey, 1, 2 ** 255);
        Vm.Wallet memory wallet = vm.createWallet(privateKey);
        // Both points with this x lie on the curve
        bytes1 prefix = (wallet.publicKeyY % 2 == 0) != flip ? bytes1(0x02) : bytes1(0x03);
        assertTrue(Secp256k1.isCompressedPoint(abi.encodePacked(prefix, wallet.publicKeyX)));
    }

    /// @dev By Euler's criterion, with a power worked out step by step.
    function testFuzz_isCompressedPoint_onlySquares(uint256 x) public view {
        x = bound(x, 0, Secp256k1.P - 1);
        uint256 p = Secp256k1.P;
        uint256 square = addmod(mulmod(mulmod(x, x, p), x, p), 7, p);
        uint256 character = 1;
        uint256 base = square;
        for (uint256 exponent = (p - 1) / 2; exponent != 0; exponent >>= 1) {
            if (exponent & 1 == 1) character = mulmod(character, base, p);
            base = mulmod(base, base, p);
        }
        assertEq(Secp256k1.isCompressedPoint(abi.encodePacked(bytes1(0x02), x)), character == 1);
    }

    function testFuzz_slots_sizeIsTheNumberOfMembers(uint16 set) public pure {
        uint256 count;
        for (uint256 slot = 0; slot < 16; ++slot) {
            if (Slots.contains(set, slot)) ++count;
        }
        assertEq(Slots.size(set), count);
        assertEq(Slots.proxiesOf(set, new address[](16)).length, count);
    }

    function _dayAfter(uint256 date) private pure returns (uint256) {
        uint256 year = date / 10_000;
        uint256 month = (date / 100) % 100;
        bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        uint256 length = 31;
        if (month == 4 || month == 6 || month == 9 || month == 11) length = 30;
        if (month == 2) length = leap ? 29 : 28;
        if (date % 100 < length) return date + 1;
        return month == 12 ? (year + 1) * 10_000 + 101 : year * 10_000 + (month + 1) * 100 + 1;
    }
}
