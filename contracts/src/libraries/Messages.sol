// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {Field} from "./Field.sol";

/// @title Hashes that proofs and signatures are bound to (docs/PROTOCOL.md section 9)
library Messages {
    bytes32 internal constant CONTEXT = keccak256("medshare.context");

    bytes32 internal constant RECEIPT = keccak256(
        "Receipt(uint256 studyId,uint256 nullifier,uint32 attempt,uint256 recordTag,bytes32 grantDigest,uint64 validUntil)"
    );
    bytes32 internal constant ATTESTATION =
        keccak256("Attestation(uint256 studyId,uint256 nullifier,uint32 attempt)");
    bytes32 internal constant ACCEPTANCE =
        keccak256("Acceptance(uint256 studyId,uint256 nullifier,uint32 attempt)");

    /// @dev The `context` signal: what a proof can't be replayed or redirected from.
    function context(
        address enrolments,
        uint256 studyId,
        uint32 attempt,
        address payout,
        bytes32 revocationHash,
        bytes32 grantDigest
    ) internal view returns (uint256) {
        return Field.fromDigest(
            keccak256(
                abi.encode(
                    CONTEXT, block.chainid, enrolments, studyId, attempt, payout, revocationHash, grantDigest
                )
            )
        );
    }

    /// @dev The hash that a revocation secret stands behind.
    function hashOfSecret(bytes32 secret) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked("medshare.revocation", secret));
    }

    /// @dev A receipt's message for any `validUntil`: encoded, with 0 in its place.
    function receiptWithoutTime(
        uint256 studyId,
        uint256 nullifier,
        uint32 attempt,
        uint256 recordTag,
        bytes32 grantDigest
    ) internal pure returns (bytes memory) {
        return abi.encode(RECEIPT, studyId, nullifier, attempt, recordTag, grantDigest, uint64(0));
    }

    /// @dev The hash of a receipt's message, once its time is filled in.
    function hashReceipt(bytes memory message, uint256 validUntil) internal pure returns (bytes32) {
        assembly ("memory-safe") {
            mstore(add(message, 0xe0), validUntil)
        }
        return keccak256(message);
    }

    function attestation(uint256 studyId, uint256 nullifier, uint32 attempt) internal pure returns (bytes32) {
        return keccak256(abi.encode(ATTESTATION, studyId, nullifier, attempt));
    }

    function acceptance(uint256 studyId, uint256 nullifier, uint32 attempt) internal pure returns (bytes32) {
        return keccak256(abi.encode(ACCEPTANCE, studyId, nullifier, attempt));
    }
}
