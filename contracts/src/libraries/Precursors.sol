// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEvidenceVerifier} from "../interfaces/IEvidenceVerifier.sol";
import {Secp256k1} from "./Secp256k1.sol";

/// @title Proofs about a grant's precursor P and the receiving key B
/// @notice That the patient knows the logarithm of P (Schnorr), and that D is to P what B is to G (Chaum and Pedersen): docs/PROTOCOL.md sections 9
/// and 17.
library Precursors {
    using Secp256k1 for Secp256k1.Point;
    using Secp256k1 for Secp256k1.Sum;

    uint256 private constant N = Secp256k1.N;

    /// @dev A grant's precursor, compressed.
    function compressed(IEvidenceVerifier.Grant calldata grant) internal pure returns (bytes memory) {
        return abi.encodePacked(grant.precursorPrefix, grant.precursorX);
    }

    /// @dev A grant's precursor; none if it is not on the curve.
    function pointOf(IEvidenceVerifier.Grant calldata grant) internal view returns (Secp256k1.Point memory) {
        return Secp256k1.decompress(grant.precursorPrefix, uint256(grant.precursorX));
    }

    /// @dev Whether s·G = R + e·P.
    function isKnown(
        IEvidenceVerifier.Grant calldata grant,
        bytes calldata receivingKey,
        IEvidenceVerifier.Binding calldata binding
    ) internal view returns (bool) {
        uint256 s = uint256(grant.proofScalar);
        Secp256k1.Point memory commitment = Secp256k1.decompress(grant.proofPrefix, uint256(grant.proofX));
        if (s >= N || commitment.y == 0) return false;
        uint256 e = uint256(
            sha256(
                abi.encodePacked(
                    "medshare.precursor",
                    grant.proofPrefix,
                    grant.proofX,
                    compressed(grant),
                    receivingKey,
                    block.chainid,
                    binding.enrolments,
                    binding.studyId,
                    binding.nullifier,
                    binding.attempt
                )
            )
        ) % N;
        address expected = Secp256k1.combine(s, grant.precursorPrefix, uint256(grant.precursorX), N - e);
        return expected == commitment.addressOf();
    }

    /// @dev Whether D = b·P for the b of B = b·G: s·G = k·G + c·B and s·P = k·P + c·D.
    function isShared(
        IEvidenceVerifier.Grant calldata grant,
        bytes calldata receivingKey,
        IEvidenceVerifier.SharedPoint calldata shared
    ) internal view returns (bool) {
        Secp256k1.Point memory d = toPoint(shared.point);
        Secp256k1.Point memory kG = toPoint(shared.commitmentG);
        Secp256k1.Point memory kP = toPoint(shared.commitmentP);
        uint256 s = shared.response;
        if (s >= N || !d.isOnCurve() || !kG.isOnCurve() || !kP.isOnCurve()) return false;
        uint256 c = _challenge(grant, receivingKey, d, kG, kP);
        uint256 receivingX = uint256(bytes32(receivingKey[1:33]));
        if (Secp256k1.combine(s, uint8(receivingKey[0]), receivingX, N - c) != kG.addressOf()) return false;
        Secp256k1.Point memory product = toPoint(shared.product);
        if (Secp256k1.multiply(grant.precursorPrefix, uint256(grant.precursorX), s) != product.addressOf()) {
            return false;
        }
        Secp256k1.Point memory rest = product.toSum().add(kP.negate()).toPoint();
        return Secp256k1.multiply(d.prefixOf(), d.x, c) == rest.addressOf();
    }

    /// @dev A point from calldata.
    function toPoint(IEvidenceVerifier.Point calldata point) internal pure returns (Secp256k1.Point memory) {
        return Secp256k1.Point(point.x, point.y);
    }

    function _challenge(
        IEvidenceVerifier.Grant calldata grant,
        bytes calldata receivingKey,
        Secp256k1.Point memory d,
        Secp256k1.Point memory kG,
        Secp256k1.Point memory kP
    ) private pure returns (uint256) {
        bytes memory statement = abi.encodePacked(compressed(grant), receivingKey, d.compress());
        bytes memory commitments = abi.encodePacked(kG.compress(), kP.compress());
        return uint256(sha256(abi.encodePacked("medshare.shared-point", statement, commitments))) % N;
    }
}
