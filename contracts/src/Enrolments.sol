// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {Admission} from "./base/Admission.sol";
import {Disputable} from "./base/Disputable.sol";
import {EnrolmentBook} from "./base/EnrolmentBook.sol";
import {IDisputes} from "./interfaces/IDisputes.sol";
import {IEnrolments} from "./interfaces/IEnrolments.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IRecordRegistry} from "./interfaces/IRecordRegistry.sol";
import {IStudies} from "./interfaces/IStudies.sol";
import {ITreasury} from "./interfaces/ITreasury.sol";
import {Messages} from "./libraries/Messages.sol";
import {Slots} from "./libraries/Slots.sol";

/// @title Enrolments
/// @dev Calls go to the project's own contracts only, none of which calls back; money moves between books, never out.
contract Enrolments is Admission, Disputable {
    using Slots for uint16;

    constructor(
        IMembers members,
        IRecordRegistry registry,
        ITreasury treasury,
        IStudies studies,
        IDisputes disputes
    ) EnrolmentBook(members, registry, treasury, studies) Disputable(disputes) {}

    /// @inheritdoc IEnrolments
    function batch(bytes[] calldata calls) external returns (uint256 done) {
        for (uint256 i = 0; i < calls.length; ++i) {
            // To this contract's own code: the caller stays who it is, and no function takes money along
            // slither-disable-next-line delegatecall-loop
            // solhint-disable-next-line avoid-low-level-calls
            (bool succeeded, bytes memory reason) = address(this).delegatecall(calls[i]);
            if (succeeded) {
                ++done;
            } else {
                emit CallSkipped(i, _explained(reason));
            }
        }
    }

    /// @inheritdoc IEnrolments
    function attest(
        uint256 studyId,
        uint256 nullifier,
        Details calldata details,
        Attestation[] calldata attestations
    ) external {
        Standing storage standing = _opened(studyId, nullifier, details);
        if (standing.state != State.Enrolled) revert StateInvalid(standing.state);
        IStudies.Terms memory terms = _charterOf(studyId).terms;
        if (_hasPassed(standing, terms)) revert WindowPassed();

        uint8 attempt = standing.attempt;
        bytes32 digest = _hashTypedDataV4(Messages.attestation(studyId, nullifier, attempt));
        uint16 before = standing.attested;
        uint16 attested = before;
        for (uint256 i = 0; i < attestations.length; ++i) {
            Attestation calldata attestation = attestations[i];
            uint256 slot = attestation.slot;
            if (!details.slots.contains(slot)) revert SlotInvalid(slot);
            if (attested.contains(slot)) continue;
            address proxy = terms.proxies[slot];
            if (!_isSigned(digest, attestation.r, attestation.vs, proxy)) revert AttestationInvalid(slot);
            attested |= Slots.bit(slot);
            emit Attested(studyId, nullifier, attempt, proxy);
        }
        standing.attested = attested;
        // Which calls nobody
        // slither-disable-next-line reentrancy-no-eth
        TREASURY.countAttested((attested & ~before).proxiesOf(terms.proxies), terms.token);
        if (attested.size() >= terms.threshold) {
            _enter(standing, State.Delivered);
            emit Delivered(studyId, nullifier, attempt);
        }
    }

    /// @inheritdoc IEnrolments
    function accept(uint256 studyId, uint256 nullifier, Details calldata details, bytes32 r, bytes32 vs)
        external
    {
        Standing storage standing = _opened(studyId, nullifier, details);
        IStudies.Charter memory charter = _charterOf(studyId);
        bytes32 digest = _hashTypedDataV4(Messages.acceptance(studyId, nullifier, standing.attempt));
        if (!_isSigned(digest, r, vs, charter.institution)) revert AcceptanceInvalid();
        State before = standing.state;
        _end(studyId, standing, details.slots, charter, Ending(State.Settled, true, true, 0));
        emit Settled(studyId, nullifier, standing.attempt, true);
        _closeDispute(studyId, nullifier, before);
    }

    /// @inheritdoc IEnrolments
    function settle(uint256 studyId, uint256 nullifier, Details calldata details) external {
        Standing storage standing = _opened(studyId, nullifier, details);
        if (standing.state != State.Delivered) revert StateInvalid(standing.state);
        IStudies.Charter memory charter = _charterOf(studyId);
        _requirePassed(standing, charter.terms);
        _end(studyId, standing, details.slots, charter, Ending(State.Settled, true, true, 0));
        emit Settled(studyId, nullifier, standing.attempt, false);
    }

    /// @inheritdoc IEnrolments
    function refund(uint256 studyId, uint256 nullifier, Details calldata details) external {
        Standing storage standing = _opened(studyId, nullifier, details);
        if (standing.state != State.Enrolled) revert StateInvalid(standing.state);
        IStudies.Charter memory charter = _charterOf(studyId);
        _requirePassed(standing, charter.terms);
        uint16 silent = details.slots & ~standing.attested;
        Ending memory ending = Ending(State.Refunded, false, false, silent);
        uint256 compensation = _end(studyId, standing, details.slots, charter, ending);
        emit Refunded(studyId, nullifier, standing.attempt, silent, compensation);
    }

    /// @inheritdoc IEnrolments
    function revoke(uint256 studyId, uint256 nullifier, Details calldata details, bytes32 secret) external {
        Standing storage standing = _opened(studyId, nullifier, details);
        if (Messages.hashOfSecret(secret) != details.revocationHash) revert RevocationInvalid();
        IStudies.Charter memory charter = _charterOf(studyId);
        if (_hasPassed(standing, charter.terms)) revert WindowPassed();
        State before = standing.state;
        bool delivered = before != State.Enrolled;
        _reveal(details.revocationHash);
        _end(studyId, standing, details.slots, charter, Ending(State.Revoked, false, delivered, 0));
        emit Revoked(studyId, nullifier, standing.attempt);
        _closeDispute(studyId, nullifier, before);
    }

    /// @inheritdoc IEnrolments
    function reveal(bytes32 secret) external {
        _reveal(Messages.hashOfSecret(secret));
    }
}
