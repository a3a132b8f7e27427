// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IEvidenceVerifier} from "../../src/interfaces/IEvidenceVerifier.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {Enrolling} from "./Enrolling.sol";

/// @notice What institutions and proxies send in a dispute, with evidence for `MockEvidence`.
abstract contract Disputing is Enrolling {
    uint256 internal constant SEGMENT_COUNT = 5;

    /// @dev Kept, since to work it out is to call a precompile, which a prank would be spent on.
    bytes32 private _mockRoot;

    function setUp() public virtual override {
        super.setUp();
        _mockRoot = _node(_node(_pair(0), _pair(2)), _leaf(4));
    }

    /// @dev A well-formed envelope of a ciphertext with five segments.
    function _mockEnvelope() internal view returns (bytes memory) {
        bytes memory capsule = bytes.concat(hex"02", new bytes(97));
        bytes memory keys = new bytes(66 + 19);
        uint64 length = 4 * 32_784 + 7;
        return bytes.concat(hex"4d53455600010000", capsule, hex"000107", keys, bytes8(length), _segmentRoot());
    }

    function _mockSegment(uint256 index) internal pure returns (bytes memory) {
        return abi.encodePacked("segment ", index);
    }

    /// @dev Root over the five segments: ((0 1) (2 3)) 4.
    function _segmentRoot() internal view returns (bytes32) {
        return _mockRoot;
    }

    function _pathOf(uint256 index) internal pure returns (bytes32[] memory path) {
        if (index == 4) {
            path = new bytes32[](1);
            path[0] = _node(_pair(0), _pair(2));
            return path;
        }
        path = new bytes32[](3);
        path[0] = _leaf(index ^ 1);
        path[1] = _pair(index < 2 ? 2 : 0);
        path[2] = _leaf(4);
    }

    function _challenge(uint256 studyId, uint256 nullifier, IEnrolments.Details memory details) internal {
        IStudies.Standing memory study = _studies.standingOf(studyId);
        uint256 value = _provide(_institution.addr, _studies.termsOf(studyId).token, study.slice);
        vm.prank(_institution.addr);
        _disputes.challenge{value: value}(studyId, nullifier, details);
    }

    /// @dev Fragments of the slots from `from` up to `to`, which verify.
    function _fragments(uint8 from, uint8 to)
        internal
        pure
        returns (IEvidenceVerifier.Fragment[] memory list)
    {
        list = new IEvidenceVerifier.Fragment[](to - from);
        for (uint8 slot = from; slot < to; ++slot) {
            list[slot - from] = IEvidenceVerifier.Fragment({slot: slot, fragment: hex"01", products: ""});
        }
    }

    function _answerOf(
        uint256 studyId,
        uint256 nullifier,
        IEnrolments.Details memory details,
        IEvidenceVerifier.Fragment[] memory fragments
    ) internal view returns (IDisputes.Answer memory) {
        uint32 attempt = _enrolments.standingOf(studyId, nullifier).attempt;
        return IDisputes.Answer({
            recordTag: details.recordTag,
            receivingKey: _studies.termsOf(studyId).receivingKey,
            grant: _grantOf(nullifier, attempt),
            envelope: _mockEnvelope(),
            tagBlinding: details.recordTag,
            fragments: fragments
        });
    }

    /// @dev Answers for the slots from `from` up to `to`.
    function _answer(
        uint256 studyId,
        uint256 nullifier,
        IEnrolments.Details memory details,
        uint8 from,
        uint8 to
    ) internal {
        IDisputes.Answer memory given = _answerOf(studyId, nullifier, details, _fragments(from, to));
        vm.prank(STRANGER);
        _disputes.answer(studyId, nullifier, given);
    }

    function _list(uint32 first, uint32 last) internal pure returns (uint32[] memory segments) {
        segments = new uint32[](last - first + 1);
        for (uint32 i = first; i <= last; ++i) {
            segments[i - first] = i;
        }
    }

    /// @dev What a demand of segments costs.
    function _costOf(uint256 studyId, IEnrolments.Details memory details, uint256 segments)
        internal
        view
        returns (uint256)
    {
        uint256 slots;
        for (uint16 set = details.slots; set != 0; set &= set - 1) {
            ++slots;
        }
        return segments * slots * _studies.termsOf(studyId).fee;
    }

    function _demand(
        uint256 studyId,
        uint256 nullifier,
        IEnrolments.Details memory details,
        uint32[] memory segments
    ) internal {
        uint256 cost = _costOf(studyId, details, segments.length);
        uint256 value = _provide(_institution.addr, _studies.termsOf(studyId).token, cost);
        vm.prank(_institution.addr);
        _disputes.demand{value: value}(
            studyId, nullifier, details, _mockEnvelope(), details.recordTag, segments
        );
    }

    function _posting(uint32[] memory segments, uint8 place)
        internal
        view
        returns (IDisputes.Posting memory)
    {
        return IDisputes.Posting({
            root: _segmentRoot(),
            count: SEGMENT_COUNT,
            segments: segments,
            place: place,
            data: _mockSegment(segments[place]),
            path: _pathOf(segments[place])
        });
    }

    function _post(uint256 studyId, uint256 nullifier, uint32[] memory segments, uint8 place) internal {
        IDisputes.Posting memory posting = _posting(segments, place);
        vm.prank(STRANGER);
        _disputes.post(studyId, nullifier, posting);
    }

    /// @dev Evidence that fragments of the first m slots don't combine.
    function _opening(uint256 nullifier, IEnrolments.Details memory details)
        internal
        view
        returns (IDisputes.Opening memory opening)
    {
        opening.envelope = _mockEnvelope();
        opening.tagBlinding = details.recordTag;
        opening.grant = _grantOf(nullifier, 0);
        opening.fragments = _fragments(0, M);
        opening.combination = new bytes[](M);
    }

    function _leaf(uint256 index) private pure returns (bytes32) {
        return sha256(abi.encodePacked(hex"00", _mockSegment(index)));
    }

    function _pair(uint256 left) private pure returns (bytes32) {
        return _node(_leaf(left), _leaf(left + 1));
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(abi.encodePacked(hex"01", left, right));
    }
}
