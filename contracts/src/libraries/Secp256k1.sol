// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

/// @title Points of secp256k1
library Secp256k1 {
    uint256 internal constant P = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F;

    /// @dev Whether the bytes are a compressed point of the curve (SEC 1, 2.3.3): prefix 2 or 3, and an x for which x³ + 7 is a square.
    function isCompressedPoint(bytes memory point) internal view returns (bool) {
        if (point.length != 33 || (point[0] != 0x02 && point[0] != 0x03)) return false;
        uint256 x;
        assembly ("memory-safe") {
            x := mload(add(point, 33))
        }
        if (x >= P) return false;
        uint256 square = addmod(mulmod(mulmod(x, x, P), x, P), 7, P);
        // P ≡ 3 mod 4, so that a square's root is its power (P + 1) / 4
        uint256 root = _power(square, (P + 1) / 4);
        return mulmod(root, root, P) == square;
    }

    /// @dev base^exponent mod P, by the modexp precompile (EIP-198); 0, which is no root of anything here, on a chain without it.
    function _power(uint256 base, uint256 exponent) private view returns (uint256) {
        (bool done, bytes memory output) =
            address(5).staticcall(abi.encode(uint256(32), uint256(32), uint256(32), base, exponent, P));
        return done ? abi.decode(output, (uint256)) : 0;
    }
}
