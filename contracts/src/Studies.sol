// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IEligibilityVerifier} from "./interfaces/IEligibilityVerifier.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IRecordRegistry} from "./interfaces/IRecordRegistry.sol";
import {IStudies} from "./interfaces/IStudies.sol";
import {ITreasury} from "./interfaces/ITreasury.sol";
import {Field} from "./libraries/Field.sol";
import {StudyTerms} from "./libraries/StudyTerms.sol";

/// @title Studies
/// @dev Escrow is one sum per study in the treasury. What open enrolments may still cost is `open × unit`; a settled one has left the escrow.
contract Studies is IStudies, AccessManaged {
    using SafeCast for uint256;
    using StudyTerms for Terms;

    IMembers public immutable MEMBERS;
    IRecordRegistry public immutable REGISTRY;
    ITreasury public immutable TREASURY;
    address public immutable ENROLMENTS;

    mapping(uint256 studyId => Terms) private _terms;
    mapping(uint256 studyId => Standing) private _standings;
    mapping(uint8 openings => address) private _verifiers;
    uint256[] private _ids;

    /// @param enrolments The enrolments contract, which may be deployed later at this address.
    constructor(
        address accessManager,
        IMembers members,
        IRecordRegistry registry,
        ITreasury treasury,
        address enrolments
    ) AccessManaged(accessManager) {
        MEMBERS = members;
        REGISTRY = registry;
        TREASURY = treasury;
        ENROLMENTS = enrolments;
    }

    modifier onlyEnrolments() {
        if (msg.sender != ENROLMENTS) revert NotEnrolments(msg.sender);
        _;
    }

    modifier onlyInstitutionOf(uint256 studyId) {
        if (_existing(studyId).institution != msg.sender) revert NotStudyInstitution(msg.sender, studyId);
        _;
    }

    /// @inheritdoc IStudies
    function open(Terms calldata terms) external payable returns (uint256 studyId) {
        if (!MEMBERS.isActive(msg.sender, IMembers.Role.Institution)) revert NotInstitution(msg.sender);
        StudyTerms.check(terms, MEMBERS, msg.sender);
        address verifier = _verifiers[terms.openings];
        if (verifier == address(0)) revert NoVerifier(terms.openings);

        studyId =
            Field.fromDigest(keccak256(abi.encode(block.chainid, address(this), msg.sender, _ids.length)));
        _ids.push(studyId);
        _terms[studyId] = terms;
        Standing storage standing = _standings[studyId];
        standing.institution = msg.sender;
        standing.verifier = verifier;
        standing.slice = terms.slice(MEMBERS.tokenBounds(terms.token).minSlice);
        standing.quota = terms.quota;
        emit StudyOpened(studyId, msg.sender, terms);
        _fund(studyId, terms.quota);
    }

    /// @inheritdoc IStudies
    function topUp(uint256 studyId, uint32 additional) external payable onlyInstitutionOf(studyId) {
        if (!MEMBERS.isActive(msg.sender, IMembers.Role.Institution)) revert NotInstitution(msg.sender);
        if (_hasEnded(studyId)) revert StudyEnded(studyId);
        Standing storage standing = _standings[studyId];
        uint256 quota = uint256(standing.quota) + additional;
        if (additional == 0 || quota > MEMBERS.bounds().maxQuota) revert TermInvalid("quota");
        standing.quota = quota.toUint32();
        emit StudyToppedUp(studyId, standing.quota);
        _fund(studyId, additional);
    }

    /// @inheritdoc IStudies
    function close(uint256 studyId) external onlyInstitutionOf(studyId) {
        if (_hasEnded(studyId)) revert StudyEnded(studyId);
        _standings[studyId].closed = true;
        emit StudyClosed(studyId);
    }

    /// @inheritdoc IStudies
    function withdraw(uint256 studyId) external returns (uint256 amount) {
        address institution = _existing(studyId).institution;
        if (!_hasEnded(studyId)) revert StudyNotEnded(studyId);
        amount = freeEscrow(studyId);
        emit StudyWithdrawn(studyId, amount);
        TREASURY.payFromEscrow(studyId, _terms[studyId].token, institution, amount);
    }

    /// @inheritdoc IStudies
    function setVerifier(uint8 openings, address verifier) external restricted {
        _verifiers[openings] = verifier;
        bytes32 keyHash;
        bytes32 transcript;
        if (verifier != address(0)) {
            keyHash = IEligibilityVerifier(verifier).verifyingKeyHash();
            transcript = IEligibilityVerifier(verifier).transcriptDigest();
        }
        emit VerifierChanged(openings, verifier, keyHash, transcript);
    }

    /// @inheritdoc IStudies
    function reserve(uint256 studyId) external onlyEnrolments {
        Standing storage standing = _existing(studyId);
        Terms storage terms = _terms[studyId];
        if (_hasEnded(studyId)) revert StudyEnded(studyId);
        if (block.timestamp < terms.opensAt) revert StudyNotOpen(studyId);
        // Fees paid for a revoked delivery leave the escrow short of a place, which then can't be taken
        bool taken = uint256(standing.open) + standing.settled >= standing.quota;
        if (taken || freeEscrow(studyId) < terms.unit()) revert QuotaUsedUp(studyId);
        uint256 live = REGISTRY.liveRecords();
        if (live < terms.minimumRecords) revert TooFewRecords(live, terms.minimumRecords);
        standing.open += 1;
    }

    /// @inheritdoc IStudies
    function release(uint256 studyId, address[] calldata slots, bool feesDue) external onlyEnrolments {
        _standings[studyId].open -= 1;
        if (feesDue) _payFees(studyId, slots);
    }

    /// @inheritdoc IStudies
    function settle(uint256 studyId, address payout, address[] calldata slots) external onlyEnrolments {
        Standing storage standing = _standings[studyId];
        standing.open -= 1;
        standing.settled += 1;
        Terms storage terms = _terms[studyId];
        TREASURY.payFromEscrow(studyId, terms.token, payout, terms.price);
        _payFees(studyId, slots);
    }

    /// @inheritdoc IStudies
    function termsOf(uint256 studyId) external view returns (Terms memory) {
        return _terms[studyId];
    }

    /// @inheritdoc IStudies
    function standingOf(uint256 studyId) external view returns (Standing memory) {
        return _standings[studyId];
    }

    /// @inheritdoc IStudies
    function freeEscrow(uint256 studyId) public view returns (uint256) {
        uint256 promised = uint256(_standings[studyId].open) * _terms[studyId].unit();
        return TREASURY.escrowOf(studyId) - promised;
    }

    /// @inheritdoc IStudies
    function count() external view returns (uint256) {
        return _ids.length;
    }

    /// @inheritdoc IStudies
    function studyAt(uint256 index) external view returns (uint256 studyId) {
        return _ids[index];
    }

    /// @inheritdoc IStudies
    function verifierOf(uint8 openings) external view returns (address) {
        return _verifiers[openings];
    }

    function _fund(uint256 studyId, uint32 places) private {
        Terms storage terms = _terms[studyId];
        TREASURY.fund{value: msg.value}(studyId, terms.token, msg.sender, places * terms.unit());
    }

    function _payFees(uint256 studyId, address[] calldata slots) private {
        Terms storage terms = _terms[studyId];
        for (uint256 i = 0; i < slots.length; ++i) {
            TREASURY.payFromEscrow(studyId, terms.token, slots[i], terms.fee);
        }
    }

    function _hasEnded(uint256 studyId) private view returns (bool) {
        return _standings[studyId].closed || block.timestamp >= _terms[studyId].closesAt;
    }

    function _existing(uint256 studyId) private view returns (Standing storage standing) {
        standing = _standings[studyId];
        if (standing.institution == address(0)) revert StudyUnknown(studyId);
    }
}
