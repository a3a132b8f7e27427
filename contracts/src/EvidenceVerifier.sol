// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEvidenceVerifier} from "./interfaces/IEvidenceVerifier.sol";
import {IPoseidonT4} from "./interfaces/IPoseidonT4.sol";
import {Combination} from "./libraries/Combination.sol";
import {Envelopes} from "./libraries/Envelopes.sol";
import {Field} from "./libraries/Field.sol";
import {Precursors} from "./libraries/Precursors.sol";
import {Secp256k1} from "./libraries/Secp256k1.sol";
import {Slots} from "./libraries/Slots.sol";
import {Umbral} from "./libraries/Umbral.sol";

/// @title EvidenceVerifier
contract EvidenceVerifier is IEvidenceVerifier {
    using Envelopes for bytes;
    using Precursors for Grant;
    using Secp256k1 for Secp256k1.Point;

    /// @dev `medshare.tag`, read as an integer: the domain tag of record tags.
    uint256 private constant DOM_TAG = 0x6d656473686172652e746167;

    /// @dev Where a basis has its first slot's pin.
    uint256 private constant _PINS = 217;

    IPoseidonT4 public immutable POSEIDON;

    constructor(IPoseidonT4 poseidon) {
        POSEIDON = poseidon;
    }

    /// @inheritdoc IEvidenceVerifier
    function envelopeHolds(bytes calldata envelope, uint256 tagBlinding, uint256 recordTag)
        external
        view
        returns (bool)
    {
        // Poseidon would take a blinding modulo the field
        if (!envelope.isWellFormed() || tagBlinding >= Field.R) return false;
        return POSEIDON.hash([DOM_TAG, envelope.hash(), tagBlinding]) == recordTag;
    }

    /// @inheritdoc IEvidenceVerifier
    function capsuleHolds(bytes calldata envelope) external view returns (bool) {
        return Umbral.capsuleHolds(envelope.capsule());
    }

    /// @inheritdoc IEvidenceVerifier
    function precursorHolds(Grant calldata grant, bytes calldata receivingKey, Binding calldata binding)
        external
        view
        returns (bool)
    {
        return Precursors.isKnown(grant, receivingKey, binding);
    }

    /// @inheritdoc IEvidenceVerifier
    function basisOf(bytes calldata envelope, bytes calldata receivingKey, Grant calldata grant)
        external
        view
        returns (bytes memory basis)
    {
        if (!envelope.isWellFormed() || grant.pointOf().y == 0 || receivingKey.length != 33) {
            return basis;
        }
        address signer = Umbral.decompressAt(envelope.verifyingKey(), 0).addressOf();
        bytes32[] memory pins = new bytes32[](grant.slots.length);
        for (uint256 i = 0; i < pins.length; ++i) {
            GrantSlot calldata slot = grant.slots[i];
            pins[i] = keccak256(
                abi.encodePacked(slot.fragmentId, slot.fragmentCommitmentPrefix, slot.fragmentCommitmentX)
            );
        }
        // All but the last are of one length each
        // slither-disable-next-line encode-packed-collision
        return abi.encodePacked(
            envelope.capsule(),
            envelope.delegatingKey(),
            receivingKey,
            signer,
            grant.precursorPrefix,
            grant.precursorX,
            pins
        );
    }

    /// @inheritdoc IEvidenceVerifier
    function verifyFragments(bytes calldata basis, Fragment[] calldata fragments)
        external
        view
        returns (uint16 verified)
    {
        if (basis.length < _PINS) return 0;
        Umbral.Keys memory keys = Umbral.Keys({
            delegating: basis[98:131], receiving: basis[131:164], signer: address(bytes20(basis[164:184]))
        });
        bytes calldata capsule = basis[:98];
        for (uint256 i = 0; i < fragments.length; ++i) {
            Fragment calldata given = fragments[i];
            uint8 slot = given.slot;
            bytes calldata fragment = given.fragment;
            if (!_isPinned(basis, slot, fragment)) continue;
            if (Umbral.fragmentHolds(capsule, keys, fragment, given.products)) verified |= Slots.bit(slot);
        }
    }

    /// @inheritdoc IEvidenceVerifier
    function combines(
        bytes calldata envelope,
        bytes calldata receivingKey,
        Grant calldata grant,
        Fragment[] calldata fragments,
        SharedPoint calldata shared,
        bytes[] calldata combination
    ) external view returns (bool) {
        if (!Precursors.isShared(grant, receivingKey, shared)) {
            revert SharedPointInvalid();
        }
        return Combination.holds(envelope, receivingKey, grant, fragments, shared, combination);
    }

    /// @dev Whether a fragment is the one that the grant pins for a slot, by id, commitment and precursor.
    function _isPinned(bytes calldata basis, uint8 slot, bytes calldata fragment)
        private
        pure
        returns (bool)
    {
        uint256 pin = _PINS + 32 * uint256(slot);
        if (pin >= basis.length || fragment.length != Umbral.FRAGMENT_BYTES) return false;
        if (keccak256(fragment[98:131]) != keccak256(basis[184:_PINS])) return false;
        // 32 bytes and 33
        // slither-disable-next-line encode-packed-collision
        return keccak256(abi.encodePacked(fragment[66:98], fragment[197:230])) == bytes32(basis[pin:pin + 32]);
    }
}
