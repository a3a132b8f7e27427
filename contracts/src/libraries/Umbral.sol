// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {Secp256k1} from "./Secp256k1.sol";

/// @title Umbral's checks of capsules and fragments, as `umbral-pre` 0.11 makes them
/// @notice D. Nuñez, "Umbral: a threshold proxy re-encryption scheme" (2018). Byte layouts are in docs/PROTOCOL.md section 10; a point is 33 bytes,
/// compressed, and a capsule `E 33 · V 33 · s 32`.
library Umbral {
    using Secp256k1 for Secp256k1.Point;
    using Secp256k1 for Secp256k1.Sum;

    /// @dev Bytes of a capsule fragment:
    /// `E1 33 · V1 33 · id 32 · precursor 33 · E2 33 · V2 33 · U1 33 · U2 33 · z 32 · r 32 · s 32`.
    uint256 internal constant FRAGMENT_BYTES = 359;
    /// @dev Bytes of the products handed in with a fragment: z·E, z·V and z·U, each x and y.
    uint256 internal constant PRODUCTS_BYTES = 192;

    uint256 private constant N = Secp256k1.N;
    /// @dev The parameter point U of `umbral-pre` 0.11.
    uint8 private constant U_PREFIX = 3;
    uint256 private constant U_X = 0x079390d0fbe220fc34aab8ecbf49098098036820fadb98c03143e55db8ec73cd;

    /// @dev The keys that a fragment is bound to: delegating and receiving key compressed, the verifying key by its address.
    struct Keys {
        bytes delegating;
        bytes receiving;
        address signer;
    }

    /// @dev SHA-256 to a scalar that is never 0: mod (N − 1), plus 1.
    function toScalar(bytes32 digest) internal pure returns (uint256) {
        return uint256(digest) % (N - 1) + 1;
    }

    /// @dev The word that begins at a place; the caller has checked that there is one.
    function wordAt(bytes calldata data, uint256 place) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(data.offset, place))
        }
    }

    /// @dev Prefix and x of the compressed point that begins at a place, likewise.
    function pointAt(bytes calldata data, uint256 place) internal pure returns (uint8 prefix, uint256 x) {
        // The first byte of the word
        // forge-lint: disable-next-line(unsafe-typecast)
        return (uint8(wordAt(data, place) >> 248), wordAt(data, place + 1));
    }

    /// @dev The point that begins at a place; none if it is not on the curve.
    function decompressAt(bytes calldata data, uint256 place) internal view returns (Secp256k1.Point memory) {
        (uint8 prefix, uint256 x) = pointAt(data, place);
        return Secp256k1.decompress(prefix, x);
    }

    /// @dev h of a capsule's own equation, and of the combination of its fragments.
    function capsuleHash(bytes calldata capsule) internal pure returns (uint256) {
        return toScalar(sha256(abi.encodePacked(hex"0000000e", "CAPSULE_POINTS", capsule[:66])));
    }

    /// @dev Whether a capsule verifies: s·G = V + h·E.
    function capsuleHolds(bytes calldata capsule) internal view returns (bool) {
        uint256 s = wordAt(capsule, 66);
        (uint8 prefix, uint256 x) = pointAt(capsule, 0);
        Secp256k1.Point memory v = decompressAt(capsule, 33);
        if (s >= N || v.y == 0) return false;
        return Secp256k1.combine(s, prefix, x, N - capsuleHash(capsule)) == v.addressOf();
    }

    /// @dev Whether a capsule fragment is a capsule re-encrypted with a key fragment that was signed for these keys. With wrong products it is not
    /// shown to be one. The precursor must be known to be on the curve.
    function fragmentHolds(
        bytes calldata capsule,
        Keys memory keys,
        bytes calldata fragment,
        bytes calldata products
    ) internal view returns (bool) {
        if (fragment.length != FRAGMENT_BYTES || products.length != PRODUCTS_BYTES) {
            return false;
        }
        uint256 z = wordAt(fragment, 263);
        if (z >= N || !_isSigned(keys, fragment)) return false;
        uint256 h = _reencryptionHash(capsule, fragment);
        // z·E = E2 + h·E1
        (uint8 prefix, uint256 x) = pointAt(capsule, 0);
        if (!_isProduct(products, 0, prefix, x, z) || !_isSum(products, 0, fragment, 131, 0, h)) {
            return false;
        }
        // z·V = V2 + h·V1
        (prefix, x) = pointAt(capsule, 33);
        if (!_isProduct(products, 64, prefix, x, z) || !_isSum(products, 64, fragment, 164, 33, h)) {
            return false;
        }
        // z·U = U2 + h·U1
        return _isProduct(products, 128, U_PREFIX, U_X, z) && _isSum(products, 128, fragment, 230, 197, h);
    }

    /// @dev Whether the product at a place is `scalar` times the point of a prefix and an x.
    function _isProduct(bytes calldata products, uint256 place, uint8 prefix, uint256 x, uint256 scalar)
        private
        pure
        returns (bool)
    {
        return Secp256k1.multiply(prefix, x, scalar) == _productAt(products, place).addressOf();
    }

    /// @dev Whether the product at a place is the fragment's point at `second` plus h times that at `first`.
    function _isSum(
        bytes calldata products,
        uint256 place,
        bytes calldata fragment,
        uint256 second,
        uint256 first,
        uint256 h
    ) private view returns (bool) {
        Secp256k1.Point memory q2 = decompressAt(fragment, second);
        if (q2.y == 0) return false;
        Secp256k1.Sum memory rest = _productAt(products, place).toSum().add(q2.negate());
        (uint8 prefix, uint256 x) = pointAt(fragment, first);
        return Secp256k1.multiply(prefix, x, h) == rest.toPoint().addressOf();
    }

    function _productAt(bytes calldata products, uint256 place)
        private
        pure
        returns (Secp256k1.Point memory)
    {
        return Secp256k1.Point(wordAt(products, place), wordAt(products, place + 32));
    }

    /// @dev Whether the key fragment's signature for the receiver is the signer's, over a message worked out here.
    function _isSigned(Keys memory keys, bytes calldata fragment) private pure returns (bool) {
        bytes32 digest = sha256(
            abi.encodePacked(
                fragment[66:98],
                fragment[197:230],
                fragment[98:131],
                hex"01",
                keys.delegating,
                hex"01",
                keys.receiving
            )
        );
        bytes32 r = bytes32(wordAt(fragment, 295));
        uint256 s = wordAt(fragment, 327);
        if (s > N / 2 || keys.signer == address(0)) return false;
        return ecrecover(digest, 27, r, bytes32(s)) == keys.signer
            || ecrecover(digest, 28, r, bytes32(s)) == keys.signer;
    }

    /// @dev h of a re-encryption: over all points of capsule and fragment.
    function _reencryptionHash(bytes calldata capsule, bytes calldata fragment)
        private
        pure
        returns (uint256)
    {
        return toScalar(
            sha256(
                abi.encodePacked(
                    hex"00000012",
                    "CFRAG_VERIFICATION",
                    capsule[:33],
                    fragment[:33],
                    fragment[131:164],
                    capsule[33:66],
                    fragment[33:66],
                    fragment[164:197],
                    U_PREFIX,
                    U_X,
                    fragment[197:263]
                )
            )
        );
    }
}
