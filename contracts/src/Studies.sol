// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IEligibilityVerifier} from "./interfaces/IEligibilityVerifier.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IStudies} from "./interfaces/IStudies.sol";
import {ITreasury} from "./interfaces/ITreasury.sol";
import {Charters} from "./libraries/Charters.sol";
import {Field} from "./libraries/Field.sol";
import {StudyTerms} from "./libraries/StudyTerms.sol";

/// @title Studies
/// @dev Escrow is one sum per study in the treasury. What open enrolments may still cost is `open × unit`; a settled one has left the escrow.
contract Studies is IStudies, AccessManaged {
    using Charters for address;
    using SafeCast for uint256;
    using StudyTerms for Terms;

    /// @dev All that changes about a study, in one slot.
    /// @param charter Where its charter lies.
    /// @param open Enrolments that have not ended.
    /// @param settled Enrolments that were paid.
    /// @param quota Most enrolments.
    /// @param closed Whether it was closed early.
    /// @param short Whether fees were paid for a place that was given back, so that the escrow may not cover the whole quota.
    struct Book {
        address charter;
        uint24 open;
        uint24 settled;
        uint24 quota;
        bool closed;
        bool short;
    }

    IMembers public immutable MEMBERS;
    ITreasury public immutable TREASURY;
    address public immutable ENROLMENTS;

    mapping(uint256 studyId => Book) private _books;
    mapping(uint8 openings => address) private _verifiers;
    uint256[] private _ids;

    /// @param enrolments The enrolments contract, which may be deployed later at this address.
    constructor(address accessManager, IMembers members, ITreasury treasury, address enrolments)
        AccessManaged(accessManager)
    {
        MEMBERS = members;
        TREASURY = treasury;
        // It has no code yet; whoever deploys compares afterwards (contracts/README.md)
        // slither-disable-next-line missing-zero-check
        ENROLMENTS = enrolments;
    }

    modifier onlyEnrolments() {
        if (msg.sender != ENROLMENTS) revert NotEnrolments(msg.sender);
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
        Charter memory charter = _charter(studyId, terms, verifier);
        Book storage book = _books[studyId];
        book.charter = Charters.store(charter);
        // The bounds on quotas are within 24 bits
        book.quota = uint256(terms.quota).toUint24();
        emit StudyOpened(studyId, msg.sender, terms);
        _fund(studyId, charter.terms, terms.quota);
    }

    /// @inheritdoc IStudies
    function topUp(uint256 studyId, uint32 additional) external payable {
        (Book storage book, Charter memory charter) = _own(studyId);
        if (!MEMBERS.isActive(msg.sender, IMembers.Role.Institution)) revert NotInstitution(msg.sender);
        if (_hasEnded(book)) revert StudyEnded(studyId);
        uint256 quota = uint256(book.quota) + additional;
        if (additional == 0 || quota > MEMBERS.bounds().maxQuota) revert TermInvalid("quota");
        book.quota = quota.toUint24();
        emit StudyToppedUp(studyId, book.quota);
        _fund(studyId, charter.terms, additional);
    }

    /// @inheritdoc IStudies
    function close(uint256 studyId) external {
        (Book storage book,) = _own(studyId);
        if (_hasEnded(book)) revert StudyEnded(studyId);
        book.closed = true;
        emit StudyClosed(studyId);
    }

    /// @inheritdoc IStudies
    function withdraw(uint256 studyId) external returns (uint256 amount) {
        Book storage book = _existing(studyId);
        if (!_hasEnded(book)) revert StudyNotEnded(studyId);
        Charter memory charter = book.charter.load();
        amount = _free(studyId, book, charter.terms);
        emit StudyWithdrawn(studyId, amount);
        TREASURY.payFromEscrow(studyId, charter.terms.token, charter.institution, amount, new address[](0), 0);
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
    function reserve(uint256 studyId, uint256 most)
        external
        onlyEnrolments
        returns (uint256 granted, address charter)
    {
        Book memory book = _books[studyId];
        charter = book.charter;
        if (charter == address(0)) revert StudyUnknown(studyId);
        (uint64 opensAt, uint64 closesAt) = charter.times();
        if (book.closed || block.timestamp >= closesAt) revert StudyEnded(studyId);
        if (block.timestamp < opensAt) revert StudyNotOpen(studyId);
        granted = _places(studyId, book);
        if (granted == 0) revert QuotaUsedUp(studyId);
        if (granted > most) granted = most;
        _books[studyId].open = (uint256(book.open) + granted).toUint24();
    }

    /// @inheritdoc IStudies
    function unreserve(uint256 studyId, uint256 places) external onlyEnrolments {
        _books[studyId].open -= places.toUint24();
    }

    /// @inheritdoc IStudies
    function release(uint256 studyId, address[] calldata slots) external onlyEnrolments {
        Book storage book = _books[studyId];
        book.open -= 1;
        if (slots.length == 0) return;
        book.short = true;
        Terms memory terms = book.charter.load().terms;
        TREASURY.payFromEscrow(studyId, terms.token, address(0), 0, slots, terms.fee);
    }

    /// @inheritdoc IStudies
    function settle(uint256 studyId, address payout, address[] calldata slots) external onlyEnrolments {
        Book storage book = _books[studyId];
        book.open -= 1;
        book.settled += 1;
        Terms memory terms = book.charter.load().terms;
        TREASURY.payFromEscrow(studyId, terms.token, payout, terms.price, slots, terms.fee);
    }

    /// @inheritdoc IStudies
    function termsOf(uint256 studyId) external view returns (Terms memory) {
        return _existing(studyId).charter.load().terms;
    }

    /// @inheritdoc IStudies
    function charterOf(uint256 studyId) external view returns (address) {
        return _existing(studyId).charter;
    }

    /// @inheritdoc IStudies
    function standingOf(uint256 studyId) external view returns (Standing memory) {
        Book storage book = _existing(studyId);
        Charter memory charter = book.charter.load();
        return Standing({
            institution: charter.institution,
            verifier: charter.verifier,
            slice: charter.slice,
            open: book.open,
            settled: book.settled,
            quota: book.quota,
            closed: book.closed
        });
    }

    /// @inheritdoc IStudies
    function freeEscrow(uint256 studyId) external view returns (uint256) {
        Book storage book = _existing(studyId);
        return _free(studyId, book, book.charter.load().terms);
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

    /// @dev What is settled for good with these terms, today.
    function _charter(uint256 studyId, Terms calldata terms, address verifier)
        private
        view
        returns (Charter memory)
    {
        IMembers.Bounds memory bounds = MEMBERS.bounds();
        uint256[2] memory point =
            IEligibilityVerifier(verifier).studyPoint(terms.criteriaHash, terms.purposes, studyId);
        return Charter({
            institution: msg.sender,
            verifier: verifier,
            pointX: point[0],
            pointY: point[1],
            slice: terms.slice(MEMBERS.tokenBounds(terms.token).minSlice),
            maxReceiptSeconds: bounds.maxReceiptSeconds,
            maxAttempts: bounds.maxAttempts,
            expulsions: MEMBERS.expulsions(),
            terms: terms
        });
    }

    function _fund(uint256 studyId, Terms memory terms, uint32 places) private {
        TREASURY.fund{value: msg.value}(studyId, terms.token, msg.sender, places * terms.unit());
    }

    /// @dev How many more enrolments the quota and the escrow allow. The escrow covers the quota unless fees were paid for a place that was given back.
    function _places(uint256 studyId, Book memory book) private view returns (uint256 places) {
        places = uint256(book.quota) - book.open - book.settled;
        if (!book.short) return places;
        Terms memory terms = book.charter.load().terms;
        uint256 unit = terms.unit();
        if (unit == 0) return places;
        uint256 covered = TREASURY.escrowOf(studyId) / unit - book.open;
        return covered < places ? covered : places;
    }

    /// @dev What of the escrow no open enrolment may still cost.
    function _free(uint256 studyId, Book storage book, Terms memory terms) private view returns (uint256) {
        return TREASURY.escrowOf(studyId) - uint256(book.open) * terms.unit();
    }

    function _own(uint256 studyId) private view returns (Book storage book, Charter memory charter) {
        book = _existing(studyId);
        charter = book.charter.load();
        if (charter.institution != msg.sender) revert NotStudyInstitution(msg.sender, studyId);
    }

    function _hasEnded(Book storage book) private view returns (bool) {
        // slither-disable-next-line unused-return
        (, uint64 closesAt) = book.charter.times();
        return book.closed || block.timestamp >= closesAt;
    }

    function _existing(uint256 studyId) private view returns (Book storage book) {
        book = _books[studyId];
        if (book.charter == address(0)) revert StudyUnknown(studyId);
    }
}
