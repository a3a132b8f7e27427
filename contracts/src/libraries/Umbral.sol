// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {Secp256k1} from "./Secp256k1.sol";

/// @title Umbral's checks of capsules and fragments, as `umbral-pre` 0.11 makes them
/// @notice D. Nuñez, "Umbral: a threshold proxy re-encryption scheme" (2018). Byte layouts are in docs/PROTOCOL.md section 10; a point is 33 bytes,
/// compressed.
library Umbral {
    using Secp256k1 for Secp256k1.Point;
    using Secp256k1 for Secp256k1.Sum;

    /// @dev Bytes of a capsule: `E 33 · V 33 · s 32`.
    uint256 internal constant CAPSULE_BYTES = 98;
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

    /// @dev One of the equations z·Q = Q2 + h·Q1.
    struct Equation {
        uint8 prefix;
        uint256 x;
        uint256 z;
        uint256 h;
    }

    /// @dev SHA-256 to a scalar that is never 0: mod (N − 1), plus 1.
    function toScalar(bytes32 digest) internal pure returns (uint256) {
        return uint256(digest) % (N - 1) + 1;
    }

    /// @dev Prefix and x of a compressed point.
    function split(bytes calldata point) internal pure returns (uint8 prefix, uint256 x) {
        return (uint8(point[0]), uint256(bytes32(point[1:33])));
    }

    /// @dev A compressed point; none if it is not on the curve.
    function decompress(bytes calldata point) internal view returns (Secp256k1.Point memory) {
        (uint8 prefix, uint256 x) = split(point);
        return Secp256k1.decompress(prefix, x);
    }

    /// @dev h of a capsule's own equation, and of the combination of its fragments.
    function capsuleHash(bytes calldata capsule) internal pure returns (uint256) {
        return toScalar(sha256(abi.encodePacked(hex"0000000e", "CAPSULE_POINTS", capsule[:66])));
    }

    /// @dev Whether a capsule verifies: s·G = V + h·E.
    function capsuleHolds(bytes calldata capsule) internal view returns (bool) {
        uint256 s = uint256(bytes32(capsule[66:98]));
        (uint8 prefix, uint256 x) = split(capsule[:33]);
        Secp256k1.Point memory v = decompress(capsule[33:66]);
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
        Equation memory equation;
        equation.z = uint256(bytes32(fragment[263:295]));
        if (equation.z >= N || !_isSigned(keys, fragment)) return false;
        equation.h = _reencryptionHash(capsule, fragment);
        (equation.prefix, equation.x) = split(capsule[:33]);
        if (!_holds(equation, fragment[:33], fragment[131:164], products[:64])) return false;
        (equation.prefix, equation.x) = split(capsule[33:66]);
        if (!_holds(equation, fragment[33:66], fragment[164:197], products[64:128])) return false;
        (equation.prefix, equation.x) = (U_PREFIX, U_X);
        return _holds(equation, fragment[197:230], fragment[230:263], products[128:]);
    }

    /// @dev Whether z·Q = Q2 + h·Q1, the product z·Q being handed in.
    function _holds(
        Equation memory equation,
        bytes calldata one,
        bytes calldata two,
        bytes calldata productBytes
    ) private view returns (bool) {
        Secp256k1.Point memory product = Secp256k1.Point(
            uint256(bytes32(productBytes[:32])), uint256(bytes32(productBytes[32:]))
        );
        if (Secp256k1.multiply(equation.prefix, equation.x, equation.z) != product.addressOf()) return false;
        Secp256k1.Point memory q2 = decompress(two);
        if (q2.y == 0) return false;
        (uint8 prefix, uint256 x) = split(one);
        Secp256k1.Point memory rest = product.toSum().add(q2.negate()).toPoint();
        return Secp256k1.multiply(prefix, x, equation.h) == rest.addressOf();
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
        bytes32 r = bytes32(fragment[295:327]);
        bytes32 s = bytes32(fragment[327:359]);
        if (uint256(s) > N / 2 || keys.signer == address(0)) return false;
        return ecrecover(digest, 27, r, s) == keys.signer || ecrecover(digest, 28, r, s) == keys.signer;
    }

    /// @dev h of a re-encryption: over all points of capsule and fragment.
    function _reencryptionHash(bytes calldata capsule, bytes calldata fragment)
        private
        pure
        returns (uint256)
    {
        bytes memory forE = abi.encodePacked(capsule[:33], fragment[:33], fragment[131:164]);
        bytes memory forV = abi.encodePacked(capsule[33:66], fragment[33:66], fragment[164:197]);
        return toScalar(
            sha256(
                abi.encodePacked(
                    hex"00000012", "CFRAG_VERIFICATION", forE, forV, U_PREFIX, U_X, fragment[197:263]
                )
            )
        );
    }
}
