// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {ReferenceTime} from "../../src/libraries/ReferenceTime.sol";
import {Secp256k1} from "../../src/libraries/Secp256k1.sol";
import {Slots} from "../../src/libraries/Slots.sol";
import {Umbral} from "../../src/libraries/Umbral.sol";
import {Test} from "forge-std/Test.sol";

contract LibrariesTest is Test {
    using Slots for uint16;

    /// @dev x of the curve's generator.
    bytes32 private constant G_X = 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798;

    function test_calendarOf_knownDays() public pure {
        assertEq(ReferenceTime.calendarOf(0), 19_000_101);
        // 1900 was no leap year
        assertEq(ReferenceTime.calendarOf(58), 19_000_228);
        assertEq(ReferenceTime.calendarOf(59), 19_000_301);
        assertEq(ReferenceTime.calendarOf(25_567), 19_700_101);
        // 2000 was one
        assertEq(ReferenceTime.calendarOf(36_582), 20_000_228);
        assertEq(ReferenceTime.calendarOf(36_583), 20_000_229);
        assertEq(ReferenceTime.calendarOf(36_584), 20_000_301);
        assertEq(ReferenceTime.calendarOf(46_053), 20_260_202);
        assertEq(ReferenceTime.calendarOf(73_048), 20_991_231);
        assertEq(ReferenceTime.calendarOf(73_049), 21_000_101);
        // nor will 2100 be
        assertEq(ReferenceTime.calendarOf(73_107), 21_000_228);
        assertEq(ReferenceTime.calendarOf(73_108), 21_000_301);
    }

    function test_dayOf_turnsAtMidnightUtc() public pure {
        assertEq(ReferenceTime.dayOf(0), 25_567);
        assertEq(ReferenceTime.dayOf(1 days - 1), 25_567);
        assertEq(ReferenceTime.dayOf(1 days), 25_568);
        // 2026-02-02T02:40:00Z
        assertEq(ReferenceTime.dayOf(1_770_000_000), 46_053);
    }

    function test_signal_packsThreeParts() public pure {
        assertEq(
            ReferenceTime.signal(46_053, 365), 46_053 + (uint256(20_260_202) << 32) + (uint256(45_688) << 64)
        );
        // As old as records can be
        assertEq(ReferenceTime.signal(46_053, type(uint32).max) >> 64, 0);
    }

    function test_isCompressedPoint_ofTheGenerator() public view {
        assertTrue(Secp256k1.isCompressedPoint(abi.encodePacked(bytes1(0x02), G_X)));
        assertTrue(Secp256k1.isCompressedPoint(abi.encodePacked(bytes1(0x03), G_X)));
    }

    function test_isCompressedPoint_refusesOtherBytes() public view {
        assertFalse(Secp256k1.isCompressedPoint(""));
        assertFalse(Secp256k1.isCompressedPoint(hex"00"));
        assertFalse(Secp256k1.isCompressedPoint(abi.encodePacked(G_X)));
        assertFalse(Secp256k1.isCompressedPoint(abi.encodePacked(bytes1(0x04), G_X)));
        assertFalse(Secp256k1.isCompressedPoint(abi.encodePacked(bytes1(0x02), G_X, bytes1(0))));
        // 5³ + 7 is no square
        assertFalse(Secp256k1.isCompressedPoint(abi.encodePacked(bytes1(0x02), uint256(5))));
        // 0³ + 7 isn't either, and x must be reduced
        assertFalse(Secp256k1.isCompressedPoint(abi.encodePacked(bytes1(0x02), uint256(0))));
        assertTrue(Secp256k1.isCompressedPoint(abi.encodePacked(bytes1(0x02), uint256(1))));
        assertFalse(Secp256k1.isCompressedPoint(abi.encodePacked(bytes1(0x02), Secp256k1.P + 1)));
        assertFalse(Secp256k1.isCompressedPoint(abi.encodePacked(bytes1(0x02), type(uint256).max)));
    }

    /// @dev Digests that big are found by nobody.
    function test_toScalar_isNeverZero() public pure {
        assertEq(Umbral.toScalar(0), 1);
        assertEq(Umbral.toScalar(bytes32(Secp256k1.N - 2)), Secp256k1.N - 1);
        assertEq(Umbral.toScalar(bytes32(Secp256k1.N - 1)), 1);
        assertEq(Umbral.toScalar(bytes32(Secp256k1.N)), 2);
    }

    function test_slots_areSetsOfBits() public pure {
        uint16 set = Slots.bit(0) | Slots.bit(3) | Slots.bit(15);
        assertEq(set, 0x8009);
        assertEq(set.size(), 3);
        assertTrue(set.contains(15));
        assertFalse(set.contains(1));
        assertFalse(set.contains(16));
        assertFalse(set.contains(255));
        address[] memory all = new address[](16);
        for (uint160 i = 0; i < 16; ++i) {
            all[i] = address(i + 1);
        }
        address[] memory chosen = set.proxiesOf(all);
        assertEq(chosen.length, 3);
        assertEq(chosen[0], address(1));
        assertEq(chosen[1], address(4));
        assertEq(chosen[2], address(16));
    }
}
