// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

/// @title Points and scalars of secp256k1
/// @notice What the EVM can't do, multiplying a point, `ecrecover` does by the way: the address of a point is a hash of it, so a product that is
/// handed in is checked by its address (V. Buterin, "You can kinda abuse ECRECOVER to do ECMUL in secp256k1 today", 2018). Sums use complete
/// formulas, which have no exceptions that somebody could steer into.
/// @dev `ecrecover` takes an x below the order N only. No point whose logarithm is known has another one: finding it takes 2^128 work.
library Secp256k1 {
    /// @dev The field that coordinates are in.
    uint256 internal constant P = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F;
    /// @dev The order of the curve, which scalars are taken modulo.
    uint256 internal constant N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    /// @dev Three times the constant of the curve y² = x³ + 7.
    uint256 private constant B3 = 21;

    /// @dev A point by its affine coordinates; (0, 0), which is not on the curve, stands for none.
    struct Point {
        uint256 x;
        uint256 y;
    }

    /// @dev A point by homogeneous coordinates, (x / z, y / z); z is 0 at infinity.
    struct Sum {
        uint256 x;
        uint256 y;
        uint256 z;
    }

    /// @dev The modular exponentiation precompile failed: the call ran out of gas.
    error ExponentiationFailed();

    /// @dev Whether the bytes are a compressed point of the curve (SEC 1, 2.3.3): prefix 2 or 3, and an x for which x³ + 7 is a square.
    function isCompressedPoint(bytes memory point) internal view returns (bool) {
        if (point.length != 33) return false;
        uint256 x;
        assembly ("memory-safe") {
            x := mload(add(point, 33))
        }
        return decompress(uint8(point[0]), x).y != 0;
    }

    /// @dev The point of a prefix, 2 or 3, and an x; none if there is no such point.
    function decompress(uint8 prefix, uint256 x) internal view returns (Point memory point) {
        if ((prefix != 2 && prefix != 3) || x >= P) return point;
        uint256 square = addmod(mulmod(mulmod(x, x, P), x, P), 7, P);
        // P ≡ 3 mod 4, so that a square's root is its power (P + 1) / 4. No point of the curve has y = 0.
        uint256 root = _power(square, (P + 1) / 4, P);
        if (mulmod(root, root, P) != square) return point;
        return Point(x, root & 1 == prefix & 1 ? root : P - root);
    }

    /// @dev Whether a point is on the curve, its coordinates below P.
    function isOnCurve(Point memory point) internal pure returns (bool) {
        (uint256 x, uint256 y) = (point.x, point.y);
        return x < P && y < P && mulmod(y, y, P) == addmod(mulmod(mulmod(x, x, P), x, P), 7, P);
    }

    /// @dev The prefix of a point's compressed form.
    function prefixOf(Point memory point) internal pure returns (uint8) {
        // 2 or 3
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint8(2 + (point.y & 1));
    }

    /// @dev A point's compressed form.
    function compress(Point memory point) internal pure returns (bytes memory) {
        return abi.encodePacked(prefixOf(point), point.x);
    }

    /// @dev The Ethereum address of a point.
    function addressOf(Point memory point) internal pure returns (address) {
        uint256 digest;
        assembly ("memory-safe") {
            digest := keccak256(point, 0x40)
        }
        return address(uint160(digest));
    }

    /// @dev The address of `scalar` times the point of a prefix and an x; zero if there is none.
    function multiply(uint8 prefix, uint256 x, uint256 scalar) internal pure returns (address) {
        return combine(0, prefix, x, scalar);
    }

    /// @dev The address of a·G + b·Q, where Q is the point of a prefix and an x; zero if there is no such point or the sum is infinity.
    /// `ecrecover` gives the address of r⁻¹·(s·R − e·G), where R is the point of x = r.
    function combine(uint256 a, uint8 prefix, uint256 x, uint256 b) internal pure returns (address) {
        if ((prefix != 2 && prefix != 3) || x >= N) return address(0);
        uint256 e = mulmod(N - a % N, x, N);
        return ecrecover(bytes32(e), 25 + prefix, bytes32(x), bytes32(mulmod(b, x, N)));
    }

    /// @dev A sum of one point.
    function toSum(Point memory point) internal pure returns (Sum memory) {
        return Sum(point.x, point.y, 1);
    }

    /// @dev −Q.
    function negate(Point memory q) internal pure returns (Point memory) {
        return Point(q.x, P - q.y);
    }

    /// @dev Adds a point of the curve to a sum: J. Renes, C. Costello, L. Batina, "Complete addition formulas for prime order elliptic curves"
    /// (2016), algorithm 8 for a = 0.
    function add(Sum memory p, Point memory q) internal pure returns (Sum memory) {
        uint256 xx = mulmod(p.x, q.x, P);
        uint256 yy = mulmod(p.y, q.y, P);
        uint256 xy = addmod(mulmod(p.x, q.y, P), mulmod(q.x, p.y, P), P);
        uint256 yz = addmod(mulmod(q.y, p.z, P), p.y, P);
        uint256 xz = mulmod(B3, addmod(mulmod(q.x, p.z, P), p.x, P), P);
        uint256 zz = mulmod(B3, p.z, P);
        uint256 less = addmod(yy, P - zz, P);
        uint256 more = addmod(yy, zz, P);
        uint256 xx3 = mulmod(3, xx, P);
        return Sum({
            x: addmod(mulmod(xy, less, P), P - mulmod(yz, xz, P), P),
            y: addmod(mulmod(less, more, P), mulmod(xx3, xz, P), P),
            z: addmod(mulmod(yz, more, P), mulmod(xx3, xy, P), P)
        });
    }

    /// @dev A sum's affine point; none at infinity.
    function toPoint(Sum memory p) internal view returns (Point memory) {
        uint256 inverse = _power(p.z, P - 2, P);
        return Point(mulmod(p.x, inverse, P), mulmod(p.y, inverse, P));
    }

    /// @dev A scalar's inverse modulo N; 0 for 0.
    function invert(uint256 scalar) internal view returns (uint256) {
        return _power(scalar, N - 2, N);
    }

    /// @dev base^exponent mod modulus, by the precompile of EIP-198. That it ran out of gas must not look like a result.
    function _power(uint256 base, uint256 exponent, uint256 modulus) private view returns (uint256 power) {
        bool done;
        assembly ("memory-safe") {
            let input := mload(0x40)
            mstore(input, 0x20)
            mstore(add(input, 0x20), 0x20)
            mstore(add(input, 0x40), 0x20)
            mstore(add(input, 0x60), base)
            mstore(add(input, 0x80), exponent)
            mstore(add(input, 0xa0), modulus)
            done := staticcall(gas(), 5, input, 0xc0, 0, 0x20)
            done := and(done, eq(returndatasize(), 0x20))
            power := mload(0)
        }
        if (!done) revert ExponentiationFailed();
    }
}
