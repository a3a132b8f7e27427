// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";

/// @notice Digests of docs/PROTOCOL.md section 9, worked out from its text and without the contracts' libraries.
library Typed {
    uint256 internal constant R =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;

    function studyId(address studies, address institution, uint256 counter) internal view returns (uint256) {
        return uint256(keccak256(abi.encode(block.chainid, studies, institution, counter))) % R;
    }

    function revocationHash(bytes32 secret) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked("medshare.revocation", secret));
    }

    function context(address enrolments, IEnrolments.Request memory request) internal view returns (uint256) {
        return uint256(
            keccak256(
            abi.encode(
            keccak256("medshare.context"),
            block.chainid,
            enrolments,
            request.studyId,
            request.attempt,
            request.payout,
            request.revocationHash,
            request.grantDigest
        )
        )
        ) % R;
    }

    function receipt(address enrolments, IEnrolments.Request memory request, uint64 validUntil)
        internal
        view
        returns (bytes32)
    {
        bytes32 typeHash = keccak256(
            "Receipt(uint256 studyId,uint256 nullifier,uint32 attempt,uint256 recordTag,bytes32 grantDigest,uint64 validUntil)"
        );
        return _digest(
            enrolments,
            keccak256(
                abi.encode(
                    typeHash,
                    request.studyId,
                    request.nullifier,
                    request.attempt,
                    request.recordTag,
                    request.grantDigest,
                    validUntil
                )
            )
        );
    }

    function attestation(address enrolments, uint256 study, uint256 nullifier, uint32 attempt)
        internal
        view
        returns (bytes32)
    {
        bytes32 typeHash = keccak256("Attestation(uint256 studyId,uint256 nullifier,uint32 attempt)");
        return _digest(enrolments, keccak256(abi.encode(typeHash, study, nullifier, attempt)));
    }

    function acceptance(address enrolments, uint256 study, uint256 nullifier, uint32 attempt)
        internal
        view
        returns (bytes32)
    {
        bytes32 typeHash = keccak256("Acceptance(uint256 studyId,uint256 nullifier,uint32 attempt)");
        return _digest(enrolments, keccak256(abi.encode(typeHash, study, nullifier, attempt)));
    }

    function _digest(address enrolments, bytes32 structHash) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Medshare"),
                keccak256("1"),
                block.chainid,
                enrolments
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }
}
