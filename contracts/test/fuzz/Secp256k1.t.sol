// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {Secp256k1} from "../../src/libraries/Secp256k1.sol";
import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice The arithmetic against points that Foundry's wallets compute.
contract Secp256k1Test is Test {
    using Secp256k1 for Secp256k1.Point;
    using Secp256k1 for Secp256k1.Sum;

    uint256 private constant P = Secp256k1.P;
    uint256 private constant N = Secp256k1.N;

    function testFuzz_add_isThatOfTheScalars(uint256 a, uint256 b) public {
        (a, b) = (_scalar(a), _scalar(b));
        uint256 sum = addmod(a, b, N);
        if (sum == 0) return;
        _assertEq(_times(a).toSum().add(_times(b)).toPoint(), _times(sum));
    }

    function testFuzz_add_hasNoExceptions(uint256 a) public {
        a = _scalar(a);
        Secp256k1.Point memory point = _times(a);
        // Doubling
        _assertEq(point.toSum().add(point).toPoint(), _times(mulmod(2, a, N)));
        // To infinity, and from there
        Secp256k1.Sum memory infinity = point.toSum().add(point.negate());
        assertEq(infinity.z, 0);
        _assertEq(infinity.toPoint(), Secp256k1.Point(0, 0));
        _assertEq(infinity.add(point).toPoint(), point);
        _assertEq(Secp256k1.Sum(0, 1, 0).add(point).toPoint(), point);
    }

    function testFuzz_add_ofManyIsTheSameInAnyOrder(uint256 a, uint256 b, uint256 c) public {
        (a, b, c) = (_scalar(a), _scalar(b), _scalar(c));
        Secp256k1.Point memory one = _times(a).toSum().add(_times(b)).add(_times(c)).toPoint();
        Secp256k1.Point memory other = _times(c).toSum().add(_times(b)).add(_times(a)).toPoint();
        _assertEq(one, other);
        assertTrue(one.isOnCurve());
    }

    function testFuzz_combine_isTheAddressOfTheSum(uint256 a, uint256 b, uint256 q) public {
        (a, b, q) = (_scalar(a), _scalar(b), _scalar(q));
        Secp256k1.Point memory point = _times(q);
        uint256 sum = addmod(a, mulmod(b, q, N), N);
        if (sum == 0) return;
        assertEq(Secp256k1.combine(a, point.prefixOf(), point.x, b), _times(sum).addressOf());
        assertEq(Secp256k1.multiply(point.prefixOf(), point.x, b), _times(mulmod(b, q, N)).addressOf());
    }

    function testFuzz_decompress_isTheInverse(uint256 a) public {
        Secp256k1.Point memory point = _times(_scalar(a));
        _assertEq(Secp256k1.decompress(point.prefixOf(), uint256(point.x)), point);
        _assertEq(Secp256k1.decompress(5 - point.prefixOf(), point.x), point.negate());
        assertTrue(Secp256k1.isCompressedPoint(point.compress()));
    }

    function testFuzz_decompress_isOnTheCurveOrNothing(uint8 prefix, uint256 x) public view {
        Secp256k1.Point memory point = Secp256k1.decompress(prefix, x);
        if (point.y == 0) return;
        assertTrue(point.isOnCurve());
        assertEq(point.x, x);
        assertEq(point.prefixOf(), prefix);
    }

    function testFuzz_invert_isTheInverse(uint256 a) public view {
        a = _scalar(a);
        assertEq(mulmod(a, Secp256k1.invert(a), N), 1);
    }

    function test_edges() public {
        assertEq(Secp256k1.invert(0), 0);
        Secp256k1.Point memory g = _times(1);
        assertEq(Secp256k1.multiply(g.prefixOf(), g.x, 0), address(0));
        assertEq(Secp256k1.combine(1, g.prefixOf(), g.x, N - 1), address(0));
        assertEq(Secp256k1.multiply(4, g.x, 1), address(0));
        assertEq(Secp256k1.multiply(255, g.x, 1), address(0));
        assertEq(Secp256k1.multiply(2, N, 1), address(0));
        // 5³ + 7 is no square
        assertEq(Secp256k1.multiply(2, 5, 1), address(0));
        assertFalse(Secp256k1.Point(0, 0).isOnCurve());
        assertFalse(Secp256k1.Point(g.x, g.y ^ 1).isOnCurve());
        // x = 1 is on the curve, so that its other spelling is out of range only
        Secp256k1.Point memory one = Secp256k1.decompress(2, 1);
        assertTrue(one.isOnCurve());
        assertFalse(Secp256k1.Point(P + 1, one.y).isOnCurve());
        assertEq(Secp256k1.decompress(2, P + 1).y, 0);
    }

    function _times(uint256 scalar) private returns (Secp256k1.Point memory) {
        Vm.Wallet memory wallet = vm.createWallet(scalar);
        return Secp256k1.Point(wallet.publicKeyX, wallet.publicKeyY);
    }

    function _scalar(uint256 seed) private pure returns (uint256) {
        return bound(seed, 1, N - 1);
    }

    function _assertEq(Secp256k1.Point memory one, Secp256k1.Point memory other) private pure {
        assertEq(one.x, other.x);
        assertEq(one.y, other.y);
    }
}
