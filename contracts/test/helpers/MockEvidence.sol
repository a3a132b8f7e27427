// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEvidenceVerifier} from "../../src/interfaces/IEvidenceVerifier.sol";

/// @notice Takes as evidence what is marked as such. An envelope holds under the tag that its blinding is, a capsule that begins with 2, a fragment of
/// one byte 1, a precursor proof whose scalar is not 0, a combination whose shared response is 1.
contract MockEvidence is IEvidenceVerifier {
    function envelopeHolds(bytes calldata, uint256 tagBlinding, uint256 recordTag)
        external
        pure
        returns (bool)
    {
        return tagBlinding == recordTag;
    }

    function capsuleHolds(bytes calldata envelope) external pure returns (bool) {
        return envelope[8] == 0x02;
    }

    function precursorHolds(Grant calldata grant, bytes calldata, Binding calldata)
        external
        pure
        returns (bool)
    {
        return grant.proofScalar != 0;
    }

    function basisOf(bytes calldata envelope, bytes calldata receivingKey, Grant calldata grant)
        external
        pure
        returns (bytes memory)
    {
        return bytes.concat(envelope, receivingKey, keccak256(abi.encode(grant)));
    }

    function verifyFragments(bytes calldata, Fragment[] calldata fragments)
        external
        pure
        returns (uint16 verified)
    {
        for (uint256 i = 0; i < fragments.length; ++i) {
            if (keccak256(fragments[i].fragment) == keccak256(hex"01")) {
                verified |= uint16(1 << fragments[i].slot);
            }
        }
    }

    function combines(
        bytes calldata,
        bytes calldata,
        Grant calldata,
        Fragment[] calldata,
        SharedPoint calldata shared,
        bytes[] calldata
    ) external pure returns (bool) {
        return shared.response == 1;
    }
}
