// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {Field} from "./Field.sol";

/// @title Parts of an envelope, by its layout (docs/PROTOCOL.md section 10)
/// @dev `header 8 · capsule 98 · length 2 and bytes of the wrapped file key · delegating key 33 · verifying key 33 · nonce 19 · length 8 · root 32`.
library Envelopes {
    /// @dev Brand `MSEV`, version 1.0.
    bytes8 private constant HEADER = 0x4d53455600010000;
    uint256 private constant CAPSULE = 8;
    uint256 private constant WRAPPED = 108;
    uint256 private constant MOST_WRAPPED = 256;
    /// @dev Bytes after the wrapped file key.
    uint256 private constant TAIL = 125;
    /// @dev Bytes of a sealed segment; the last one of a ciphertext may have fewer.
    uint256 private constant SEALED_SEGMENT = 32_784;

    /// @dev Whether the bytes have the header and the length that the layout asks for. Points in it are not looked at.
    function isWellFormed(bytes calldata envelope) internal pure returns (bool) {
        if (envelope.length < WRAPPED + TAIL || bytes8(envelope[:8]) != HEADER) return false;
        uint256 wrapped = uint16(bytes2(envelope[106:WRAPPED]));
        return wrapped != 0 && wrapped <= MOST_WRAPPED && envelope.length == WRAPPED + wrapped + TAIL;
    }

    /// @dev SHA-256 of the bytes, reduced to the field.
    function hash(bytes calldata envelope) internal pure returns (uint256) {
        return Field.fromDigest(sha256(envelope));
    }

    /// @dev `E 33 · V 33 · s 32`.
    function capsule(bytes calldata envelope) internal pure returns (bytes calldata) {
        return envelope[CAPSULE:106];
    }

    /// @dev What the record is encrypted to.
    function delegatingKey(bytes calldata envelope) internal pure returns (bytes calldata) {
        uint256 at = envelope.length - TAIL;
        return envelope[at:at + 33];
    }

    /// @dev What its key fragments are signed by.
    function verifyingKey(bytes calldata envelope) internal pure returns (bytes calldata) {
        uint256 at = envelope.length - TAIL + 33;
        return envelope[at:at + 33];
    }

    /// @dev How many sealed segments the ciphertext has.
    function segments(bytes calldata envelope) internal pure returns (uint256) {
        uint256 at = envelope.length - 40;
        uint256 length = uint64(bytes8(envelope[at:at + 8]));
        return (length + SEALED_SEGMENT - 1) / SEALED_SEGMENT;
    }

    /// @dev The root over the sealed segments.
    function root(bytes calldata envelope) internal pure returns (bytes32) {
        return bytes32(envelope[envelope.length - 32:]);
    }
}
