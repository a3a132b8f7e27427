// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEvidenceVerifier} from "../interfaces/IEvidenceVerifier.sol";
import {Envelopes} from "./Envelopes.sol";
import {Precursors} from "./Precursors.sol";
import {Secp256k1} from "./Secp256k1.sol";
import {Umbral} from "./Umbral.sol";

/// @title Whether fragments open what they were made for
/// @notice Umbral's check on opening: (s / d)·A = Σ λᵢ·(h·E1ᵢ + V1ᵢ), where A is the delegating key and λᵢ are the Lagrange coefficients at 0.
library Combination {
    using Envelopes for bytes;
    using Precursors for IEvidenceVerifier.Grant;
    using Secp256k1 for Secp256k1.Point;
    using Secp256k1 for Secp256k1.Sum;

    uint256 private constant N = Secp256k1.N;
    /// @dev Bytes of what is handed in with a fragment: (λ·h)·E1 and λ·V1, each x and y.
    uint256 internal constant BYTES = 128;

    /// @dev Whether the fragments combine. The shared point must be known to be right, and each fragment to verify.
    function holds(
        bytes calldata envelope,
        bytes calldata receivingKey,
        IEvidenceVerifier.Grant calldata grant,
        IEvidenceVerifier.Fragment[] calldata fragments,
        IEvidenceVerifier.SharedPoint calldata shared,
        bytes[] calldata products
    ) internal view returns (bool) {
        bytes calldata capsule = envelope.capsule();
        bytes memory base =
            abi.encodePacked(grant.compressed(), receivingKey, Precursors.toPoint(shared.point).compress());
        uint256[] memory coefficients = _coefficients(base, fragments);
        uint256 h = Umbral.capsuleHash(capsule);
        // Infinity, from which the sum starts
        Secp256k1.Sum memory sum = Secp256k1.Sum(0, 1, 0);
        for (uint256 i = 0; i < fragments.length; ++i) {
            if (products[i].length != BYTES) revert IEvidenceVerifier.CombinationInvalid(i);
            bytes calldata fragment = fragments[i].fragment;
            uint256 ofE = mulmod(coefficients[i], h, N);
            sum = sum.add(_product(fragment, 0, ofE, products[i][:64], i));
            sum = sum.add(_product(fragment, 33, coefficients[i], products[i][64:], i));
        }
        return sum.toPoint().addressOf() == _expected(envelope, capsule, base);
    }

    /// @dev The address of (s / d)·A.
    function _expected(bytes calldata envelope, bytes calldata capsule, bytes memory base)
        private
        view
        returns (address)
    {
        uint256 d = Umbral.toScalar(sha256(abi.encodePacked(hex"0000000d", "SHARED_SECRET", base)));
        uint256 scalar = mulmod(Umbral.wordAt(capsule, 66), Secp256k1.invert(d), N);
        (uint8 prefix, uint256 x) = Umbral.pointAt(envelope.delegatingKey(), 0);
        return Secp256k1.multiply(prefix, x, scalar);
    }

    /// @dev A product that is handed in, checked.
    function _product(
        bytes calldata fragment,
        uint256 place,
        uint256 scalar,
        bytes calldata product,
        uint256 index
    ) private pure returns (Secp256k1.Point memory point) {
        (uint8 prefix, uint256 x) = Umbral.pointAt(fragment, place);
        point = Secp256k1.Point(Umbral.wordAt(product, 0), Umbral.wordAt(product, 32));
        if (Secp256k1.multiply(prefix, x, scalar) != point.addressOf()) {
            revert IEvidenceVerifier.CombinationInvalid(index);
        }
    }

    /// @dev λᵢ = Π xⱼ / (xⱼ − xᵢ) over all j but i, where xᵢ is a hash of the shared point and the fragment's id.
    function _coefficients(bytes memory base, IEvidenceVerifier.Fragment[] calldata fragments)
        private
        view
        returns (uint256[] memory coefficients)
    {
        uint256 count = fragments.length;
        uint256[] memory xs = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            bytes calldata id = fragments[i].fragment[66:98];
            xs[i] = Umbral.toScalar(sha256(abi.encodePacked(hex"0000000e", "POLYNOMIAL_ARG", base, id)));
        }
        coefficients = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            (uint256 above, uint256 below) = (1, 1);
            for (uint256 j = 0; j < count; ++j) {
                if (j == i) continue;
                above = mulmod(above, xs[j], N);
                below = mulmod(below, addmod(xs[j], N - xs[i], N), N);
            }
            if (below == 0) revert IEvidenceVerifier.IdsEqual();
            coefficients[i] = mulmod(above, Secp256k1.invert(below), N);
        }
    }
}
