// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Disputing} from "../helpers/Disputing.sol";

/// @notice Segments on demand, rule by rule.
contract DemandsTest is Disputing {
    uint256 private _studyId;
    IEnrolments.Details private _details;

    function setUp() public override {
        super.setUp();
        _bondAll(address(0));
        _studyId = _openStudy(_terms(address(0)));
        _details = _enrol(_studyId, NULLIFIER, 0);
        _attest(_studyId, NULLIFIER, _details, M);
    }

    function test_demand_isAnsweredSegmentBySegment() public {
        uint32[] memory segments = _list(2, 4);
        vm.expectEmit(address(_disputes));
        emit IDisputes.Demanded(
            _studyId, NULLIFIER, 0, _segmentRoot(), SEGMENT_COUNT, segments, block.timestamp + 2 * WINDOW
        );
        _demand(_studyId, NULLIFIER, _details, segments);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Demanded);
        assertEq(_treasury.stakeOf(_studyId, NULLIFIER), 3 * N * FEE);
        vm.expectEmit(address(_disputes));
        emit IDisputes.SegmentPosted(_studyId, NULLIFIER, 0, 4, _mockSegment(4));
        _post(_studyId, NULLIFIER, segments, 2);
        // One posting answers for all slots, and pays each
        for (uint256 i = 0; i < N; ++i) {
            assertEq(_credit(_proxies[i].addr, address(0)), FEE);
        }
        _post(_studyId, NULLIFIER, segments, 0);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Demanded);
        _pass(1 hours, 10);
        vm.expectEmit(address(_disputes));
        emit IDisputes.DemandAnswered(_studyId, NULLIFIER, 0);
        _post(_studyId, NULLIFIER, segments, 1);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Delivered);
        assertEq(_enrolments.standingOf(_studyId, NULLIFIER).since, block.timestamp, "a fresh window");
        assertEq(_treasury.stakeOf(_studyId, NULLIFIER), 0);
    }

    function test_demand_ofTheInstitutionOnly() public {
        vm.expectRevert(abi.encodeWithSelector(IDisputes.NotChallenger.selector, STRANGER, _studyId));
        vm.prank(STRANGER);
        _disputes.demand(_studyId, NULLIFIER, _details, _mockEnvelope(), 1, _list(0, 0));
    }

    function test_demand_ofSomeSegmentsThatThereAre() public {
        uint32[] memory none = new uint32[](0);
        uint32[] memory many = new uint32[](17);
        uint32[] memory twice = new uint32[](2);
        uint32[][3] memory bad = [none, many, twice];
        for (uint256 i = 0; i < bad.length; ++i) {
            _expectRefused(IDisputes.SegmentsInvalid.selector, _mockEnvelope(), bad[i]);
        }
        _expectRefused(IDisputes.SegmentsInvalid.selector, _mockEnvelope(), _list(4, 5));
    }

    function test_demand_ofSixteenSegmentsAtMost() public {
        bytes memory envelope = _mockEnvelope();
        _setLength(envelope, 17 * 32_784);
        _expectRefused(IDisputes.SegmentsInvalid.selector, envelope, _list(0, 16));
        uint256 cost = _costOf(_studyId, _details, 16);
        vm.deal(_institution.addr, cost);
        vm.prank(_institution.addr);
        _disputes.demand{value: cost}(
            _studyId, NULLIFIER, _details, envelope, _details.recordTag, _list(1, 16)
        );
        assertEq(_disputes.disputeOf(_studyId, NULLIFIER).demanded, 16);
    }

    function test_demand_ofALastSegmentOfOneByte() public {
        bytes memory envelope = _mockEnvelope();
        _setLength(envelope, 4 * 32_784);
        _expectRefused(IDisputes.SegmentsInvalid.selector, envelope, _list(4, 4));
        _setLength(envelope, 4 * 32_784 + 1);
        uint256 cost = _costOf(_studyId, _details, 1);
        vm.deal(_institution.addr, cost);
        vm.prank(_institution.addr);
        _disputes.demand{value: cost}(
            _studyId, NULLIFIER, _details, envelope, _details.recordTag, _list(4, 4)
        );
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Demanded);
    }

    function test_demand_withTheRecordsEnvelopeOnly() public {
        vm.expectRevert(IDisputes.EnvelopeInvalid.selector);
        vm.prank(_institution.addr);
        _disputes.demand(_studyId, NULLIFIER, _details, _mockEnvelope(), _details.recordTag ^ 1, _list(0, 0));
    }

    function test_demand_isPaidFor() public {
        vm.deal(_institution.addr, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.ValueMismatch.selector, 0, N * FEE));
        vm.prank(_institution.addr);
        _disputes.demand(_studyId, NULLIFIER, _details, _mockEnvelope(), _details.recordTag, _list(0, 0));
    }

    function test_demand_whileDeliveredOnly() public {
        _challenge(_studyId, NULLIFIER, _details);
        _expectState(IEnrolments.State.Challenged);
        _answer(_studyId, NULLIFIER, _details, 0, M);
        // In the window after an answer too
        _demand(_studyId, NULLIFIER, _details, _list(0, 0));
        _expectState(IEnrolments.State.Demanded);
        vm.expectRevert(abi.encodeWithSelector(IEnrolments.StateInvalid.selector, IEnrolments.State.Demanded));
        vm.prank(_institution.addr);
        _disputes.challenge(_studyId, NULLIFIER, _details);
        _post(_studyId, NULLIFIER, _list(0, 0), 0);
        _passChallenge();
        _expectRefused(IEnrolments.WindowPassed.selector, _mockEnvelope(), _list(0, 0));
    }

    function test_demand_fourTimesAnAttempt() public {
        for (uint256 i = 0; i < 4; ++i) {
            _demand(_studyId, NULLIFIER, _details, _list(0, 1));
            _post(_studyId, NULLIFIER, _list(0, 1), 0);
            _post(_studyId, NULLIFIER, _list(0, 1), 1);
        }
        vm.expectRevert(abi.encodeWithSelector(IDisputes.DemandsUsedUp.selector, 4));
        vm.prank(_institution.addr);
        _disputes.demand(_studyId, NULLIFIER, _details, _mockEnvelope(), _details.recordTag, _list(0, 1));
        // The one challenge is left
        _challenge(_studyId, NULLIFIER, _details);
        assertEq(_disputes.disputeOf(_studyId, NULLIFIER).rounds, 4);
    }

    function test_demand_afterADemandCountsNoAnswerOfAChallenge() public {
        _challenge(_studyId, NULLIFIER, _details);
        _answer(_studyId, NULLIFIER, _details, 0, M);
        _demand(_studyId, NULLIFIER, _details, _list(0, 0));
        _passChallenge();
        vm.expectEmit(address(_disputes));
        emit IDisputes.Unanswered(_studyId, NULLIFIER, 0, 0x1f);
        _disputes.expire(_studyId, NULLIFIER, _details);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Refunded);
    }

    function test_post_theSegmentOnly() public {
        uint32[] memory segments = _list(1, 2);
        _demand(_studyId, NULLIFIER, _details, segments);
        for (uint256 i = 0; i < 5; ++i) {
            IDisputes.Posting memory posting = _posting(segments, 0);
            if (i == 0) posting.data = _mockSegment(2);
            if (i == 1) posting.path[1] = 0;
            if (i == 2) posting.path = _pathOf(2);
            if (i == 3) posting.place = 1;
            if (i == 4) posting.place = 2;
            vm.expectRevert(IDisputes.SegmentInvalid.selector);
            _disputes.post(_studyId, NULLIFIER, posting);
        }
        _post(_studyId, NULLIFIER, segments, 0);
        IDisputes.Posting memory again = _posting(segments, 0);
        vm.expectRevert(IDisputes.SegmentInvalid.selector);
        _disputes.post(_studyId, NULLIFIER, again);
    }

    function test_post_aboutThisDemandOnly() public {
        _demand(_studyId, NULLIFIER, _details, _list(1, 2));
        for (uint256 i = 0; i < 3; ++i) {
            IDisputes.Posting memory posting = _posting(_list(1, 2), 0);
            if (i == 0) posting.root = 0;
            if (i == 1) posting.count = 6;
            if (i == 2) posting.segments = _list(0, 1);
            vm.expectRevert(IDisputes.EvidenceMismatch.selector);
            _disputes.post(_studyId, NULLIFIER, posting);
        }
    }

    function test_post_andAnswer_needTheirOwnKind() public {
        IDisputes.Posting memory posting = _posting(_list(0, 0), 0);
        vm.expectRevert(IDisputes.NothingPending.selector);
        _disputes.post(_studyId, NULLIFIER, posting);
        _demand(_studyId, NULLIFIER, _details, _list(0, 0));
        IDisputes.Answer memory given = _answerOf(_studyId, NULLIFIER, _details, _fragments(0, 1));
        vm.expectRevert(IDisputes.NothingPending.selector);
        _disputes.answer(_studyId, NULLIFIER, given);
        _post(_studyId, NULLIFIER, _list(0, 0), 0);
        _challenge(_studyId, NULLIFIER, _details);
        vm.expectRevert(IDisputes.NothingPending.selector);
        _disputes.post(_studyId, NULLIFIER, posting);
    }

    /// @dev The window can't end while a demand is open.
    function test_whileDemanded_nothingSettles() public {
        _pass(2 * WINDOW - 1, 2 * WINDOW_BLOCKS);
        _demand(_studyId, NULLIFIER, _details, _list(0, 0));
        _pass(WINDOW, WINDOW_BLOCKS);
        vm.expectRevert(abi.encodeWithSelector(IEnrolments.StateInvalid.selector, IEnrolments.State.Demanded));
        _enrolments.settle(_studyId, NULLIFIER, _details);
        _pass(WINDOW, WINDOW_BLOCKS);
        IDisputes.Posting memory posting = _posting(_list(0, 0), 0);
        vm.expectRevert(IEnrolments.WindowPassed.selector);
        _disputes.post(_studyId, NULLIFIER, posting);
        _disputes.expire(_studyId, NULLIFIER, _details);
    }

    function _expectState(IEnrolments.State state) private {
        vm.expectRevert(abi.encodeWithSelector(IEnrolments.StateInvalid.selector, state));
        vm.prank(_institution.addr);
        _disputes.demand(_studyId, NULLIFIER, _details, _mockEnvelope(), _details.recordTag, _list(0, 0));
    }

    function _expectRefused(bytes4 selector, bytes memory envelope, uint32[] memory segments) private {
        vm.expectRevert(selector);
        vm.prank(_institution.addr);
        _disputes.demand(_studyId, NULLIFIER, _details, envelope, _details.recordTag, segments);
    }

    /// @dev Says in an envelope how long the ciphertext is: in eight of its last forty bytes.
    function _setLength(bytes memory envelope, uint64 length) private pure {
        for (uint256 i = 0; i < 8; ++i) {
            envelope[envelope.length - 33 - i] = bytes1(uint8(length >> (8 * i)));
        }
    }
}
