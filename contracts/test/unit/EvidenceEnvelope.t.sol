// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {Evidence} from "../helpers/Evidence.sol";
import {Typed} from "../helpers/Typed.sol";
import {PoseidonT4} from "poseidon-solidity/PoseidonT4.sol";

/// @notice Which envelopes are a record's.
contract EvidenceEnvelopeTest is Evidence {
    function setUp() public {
        _readEvidence();
    }

    function test_envelopeHolds_forItsTagAndBlindingOnly() public view {
        assertTrue(_evidence.envelopeHolds(_envelope, _tagBlinding, _recordTag));
        assertFalse(_evidence.envelopeHolds(_envelope, _tagBlinding + 1, _recordTag));
        assertFalse(_evidence.envelopeHolds(_envelope, _tagBlinding, _recordTag + 1));
        for (uint256 bit = 0; bit < _envelope.length * 8; bit += 7) {
            assertFalse(_evidence.envelopeHolds(_flip(_envelope, bit), _tagBlinding, _recordTag));
        }
    }

    function test_envelopeHolds_refusesABlindingThatIsNoFieldElement() public view {
        uint256 r = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
        assertFalse(_evidence.envelopeHolds(_envelope, _tagBlinding + r, _recordTag));
    }

    function test_envelopeHolds_refusesTheOrderAsABlinding() public view {
        uint256 tag = _tagWithoutBlinding(_envelope);
        assertTrue(_evidence.envelopeHolds(_envelope, 0, tag));
        assertFalse(_evidence.envelopeHolds(_envelope, Typed.R, tag));
    }

    function test_envelopeHolds_needsAWrappedKey() public view {
        bytes memory without = _envelopeWithKeyOf(0);
        assertFalse(_evidence.envelopeHolds(without, 0, _tagWithoutBlinding(without)));
        bytes memory with = _envelopeWithKeyOf(1);
        assertTrue(_evidence.envelopeHolds(with, 0, _tagWithoutBlinding(with)));
    }

    /// @dev Under the tag that goes with it, so that nothing but the layout can refuse it.
    function test_envelopeHolds_needsItsHeaderAndItsLength() public view {
        bytes[4] memory others =
            [_flip(_envelope, 7), _slice(_envelope, 0, 200), bytes(""), bytes.concat(_envelope, hex"00")];
        for (uint256 i = 0; i < others.length; ++i) {
            assertFalse(_evidence.envelopeHolds(others[i], 0, _tagWithoutBlinding(others[i])), vm.toString(i));
        }
    }

    function test_envelopeHolds_takesAWrappedKeyOf256BytesAtMost() public view {
        bytes memory longest = _envelopeWithKeyOf(256);
        assertTrue(_evidence.envelopeHolds(longest, 0, _tagWithoutBlinding(longest)));
        bytes memory longer = _envelopeWithKeyOf(257);
        assertFalse(_evidence.envelopeHolds(longer, 0, _tagWithoutBlinding(longer)));
    }

    function test_envelopeHolds_refusesAnotherLayout() public view {
        bytes memory longer = bytes.concat(_envelope, hex"00");
        bytes memory nothing = "";
        assertFalse(_evidence.envelopeHolds(longer, _tagBlinding, _recordTag));
        assertFalse(_evidence.envelopeHolds(nothing, _tagBlinding, _recordTag));
    }

    /// @dev The envelope with a wrapped file key of this length.
    function _envelopeWithKeyOf(uint16 length) private view returns (bytes memory) {
        bytes memory ends = _slice(_envelope, _envelope.length - 125, _envelope.length);
        return bytes.concat(_slice(_envelope, 0, 106), bytes2(length), new bytes(length), ends);
    }

    /// @dev The record tag of an envelope whose blinding is zero: Poseidon over `medshare.tag`, the envelope's hash and the blinding.
    function _tagWithoutBlinding(bytes memory envelope) private pure returns (uint256) {
        return PoseidonT4.hash([uint256(0x6d656473686172652e746167), uint256(sha256(envelope)) % Typed.R, 0]);
    }
}
