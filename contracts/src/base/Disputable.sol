// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IDisputes} from "../interfaces/IDisputes.sol";
import {IEnrolments} from "../interfaces/IEnrolments.sol";
import {IStudies} from "../interfaces/IStudies.sol";
import {EnrolmentBook} from "./EnrolmentBook.sol";

/// @title What a dispute does to an enrolment
/// @dev The disputes contract checks the evidence; states, windows and endings are kept here.
abstract contract Disputable is EnrolmentBook {
    IDisputes public immutable DISPUTES;

    /// @param disputes The disputes contract, which may be deployed later at this address.
    constructor(IDisputes disputes) {
        DISPUTES = disputes;
    }

    modifier onlyDisputes() {
        if (msg.sender != address(DISPUTES)) revert NotDisputes(msg.sender);
        _;
    }

    /// @inheritdoc IEnrolments
    function dispute(uint256 studyId, uint256 nullifier, Details calldata details, State state)
        external
        onlyDisputes
        returns (uint8 attempt)
    {
        Standing storage standing = _opened(studyId, nullifier, details);
        if (standing.state != State.Delivered) revert StateInvalid(standing.state);
        if (_hasPassed(standing, _charterOf(studyId).terms)) revert WindowPassed();
        _enter(standing, state);
        return standing.attempt;
    }

    /// @inheritdoc IEnrolments
    function resume(uint256 studyId, uint256 nullifier) external onlyDisputes returns (address payout) {
        Standing storage standing = _enrolments[studyId][nullifier].standing;
        _enter(standing, State.Delivered);
        return standing.payout;
    }

    /// @inheritdoc IEnrolments
    function fail(uint256 studyId, uint256 nullifier, Details calldata details, uint16 silent)
        external
        onlyDisputes
    {
        Standing storage standing = _opened(studyId, nullifier, details);
        Ending memory ending = Ending(State.Refunded, false, false, silent);
        uint256 compensation = _end(studyId, standing, details.slots, _charterOf(studyId), ending);
        emit Refunded(studyId, nullifier, standing.attempt, silent, compensation);
    }

    /// @inheritdoc IEnrolments
    function fault(uint256 studyId, uint256 nullifier, Details calldata details)
        external
        onlyDisputes
        returns (uint8 attempt)
    {
        Standing storage standing = _opened(studyId, nullifier, details);
        IStudies.Charter memory charter = _charterOf(studyId);
        if (_hasPassed(standing, charter.terms)) revert WindowPassed();
        _end(studyId, standing, details.slots, charter, Ending(State.Faulted, false, false, 0));
        attempt = standing.attempt;
        emit Faulted(studyId, nullifier, attempt);
    }

    /// @dev Gives the challenger back what it put up, if the enrolment ended in a dispute.
    function _closeDispute(uint256 studyId, uint256 nullifier, State before) internal {
        if (before == State.Challenged || before == State.Demanded) DISPUTES.close(studyId, nullifier);
    }
}
