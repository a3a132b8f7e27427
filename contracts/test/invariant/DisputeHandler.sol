// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {Handler} from "./Handler.sol";

/// @notice Everybody, disputing as well.
contract DisputeHandler is Handler {
    function challenge(uint256 seed) external {
        (bool found, Made memory made) = _inState(seed, IEnrolments.State.Delivered);
        if (!found || _attemptOf(made) == _disputeOf(made).attempt && _disputeOf(made).challenged) return;
        if (_hasPassed(made)) return;
        _challenge(made.studyId, made.nullifier, made.details);
    }

    function answer(uint256 seed) external {
        (bool found, Made memory made) = _inState(seed, IEnrolments.State.Challenged);
        if (!found || _hasPassed(made)) return;
        uint256 from = (seed >> 64) % N;
        uint256 to = from + 1 + (seed >> 128) % (N - from);
        uint256 slots = (1 << to) - (1 << from);
        if (_disputeOf(made).answered & slots == slots) return;
        _answer(made.studyId, made.nullifier, made.details, uint8(from), uint8(to));
    }

    function demand(uint256 seed) external {
        (bool found, Made memory made) = _inState(seed, IEnrolments.State.Delivered);
        if (!found || _hasPassed(made)) return;
        if (_disputeOf(made).attempt == _attemptOf(made) && _disputeOf(made).rounds == 4) return;
        _demand(made.studyId, made.nullifier, made.details, _segmentsOf(made));
    }

    function post(uint256 seed) external {
        (bool found, Made memory made) = _inState(seed, IEnrolments.State.Demanded);
        if (!found || _hasPassed(made)) return;
        uint32[] memory segments = _segmentsOf(made);
        uint256 most = 1 + (seed >> 64) % segments.length;
        for (uint8 place = 0; place < segments.length && most != 0; ++place) {
            if ((_disputeOf(made).posted >> place) & 1 == 1) continue;
            _post(made.studyId, made.nullifier, segments, place);
            --most;
        }
    }

    function fault(uint256 seed) external {
        (bool found, Made memory made) = _open(seed);
        // Faults are found now and then only, or nothing else would happen
        if (!found || _hasPassed(made) || (seed >> 64) % 4 != 0) return;
        bytes memory envelope = _mockEnvelope();
        envelope[8] = 0xff;
        uint256 blinding = made.details.recordTag;
        _disputes.proveCapsule(made.studyId, made.nullifier, made.details, envelope, blinding);
    }

    function unopenable(uint256 seed) external {
        (bool found, Made memory made) = _open(seed);
        IEnrolments.State state = _enrolments.standingOf(made.studyId, made.nullifier).state;
        if (!found || _hasPassed(made) || state == IEnrolments.State.Enrolled) return;
        if ((seed >> 64) % 4 != 0) return;
        IDisputes.Opening memory opening = _opening(made.nullifier, made.details);
        opening.grant = _grantOf(made.nullifier, _attemptOf(made));
        _disputes.proveUnopenable(made.studyId, made.nullifier, made.details, opening);
    }

    /// @notice Property 5: a stake is held while a challenge or a demand is open, and then only.
    function checkStakes() external view {
        for (uint256 i = 0; i < _made.length; ++i) {
            Made memory made = _made[i];
            IEnrolments.State state = _enrolments.standingOf(made.studyId, made.nullifier).state;
            bool pending = _disputeOf(made).pending != IDisputes.Pending.None;
            bool disputed = state == IEnrolments.State.Challenged || state == IEnrolments.State.Demanded;
            assertEq(pending, disputed);
            if (!pending) assertEq(_treasury.stakeOf(made.studyId, made.nullifier), 0);
        }
    }

    function _inState(uint256 seed, IEnrolments.State state)
        private
        view
        returns (bool found, Made memory made)
    {
        for (uint256 i = 0; i < _made.length; ++i) {
            made = _made[(seed % _made.length + i) % _made.length];
            if (!_isCurrent(made)) continue;
            if (_enrolments.standingOf(made.studyId, made.nullifier).state == state) return (true, made);
        }
    }

    function _hasPassed(Made memory made) private view returns (bool) {
        IEnrolments.Standing memory standing = _enrolments.standingOf(made.studyId, made.nullifier);
        bool enrolled = standing.state == IEnrolments.State.Enrolled;
        uint256 windows = enrolled ? 1 : 2;
        return block.timestamp >= standing.since + windows * WINDOW
            && block.number >= standing.sinceBlock + windows * WINDOW_BLOCKS;
    }

    function _segmentsOf(Made memory made) private pure returns (uint32[] memory) {
        return _list(0, uint32(made.nullifier % 3));
    }

    function _attemptOf(Made memory made) private view returns (uint8) {
        return _enrolments.standingOf(made.studyId, made.nullifier).attempt;
    }

    function _disputeOf(Made memory made) private view returns (IDisputes.Dispute memory) {
        return _disputes.disputeOf(made.studyId, made.nullifier);
    }
}
