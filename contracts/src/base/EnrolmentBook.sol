// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IEnrolments} from "../interfaces/IEnrolments.sol";
import {IMembers} from "../interfaces/IMembers.sol";
import {IRecordRegistry} from "../interfaces/IRecordRegistry.sol";
import {IStudies} from "../interfaces/IStudies.sol";
import {ITreasury} from "../interfaces/ITreasury.sol";
import {Charters} from "../libraries/Charters.sol";
import {Slots} from "../libraries/Slots.sol";

/// @title The book of enrolments: where each stands, its windows, and its endings
abstract contract EnrolmentBook is IEnrolments, EIP712 {
    using Charters for address;
    using Slots for uint16;

    /// @dev An enrolment's two slots.
    struct Enrolment {
        Standing standing;
        bytes32 detailsHash;
    }

    /// @dev A row of the table of endings.
    /// @param state In which it ends.
    /// @param paid Whether the patient is paid the price, and all slots their fee.
    /// @param feesDue Whether the slots are paid their fee though the patient is not.
    /// @param slashed The slots whose slice of bond is taken. All others come free.
    struct Ending {
        State state;
        bool paid;
        bool feesDue;
        uint16 slashed;
    }

    IMembers public immutable MEMBERS;
    IRecordRegistry public immutable REGISTRY;
    ITreasury public immutable TREASURY;
    IStudies public immutable STUDIES;

    mapping(uint256 studyId => mapping(uint256 nullifier => Enrolment)) internal _enrolments;
    mapping(bytes32 revocationHash => bool) internal _revealed;

    constructor(IMembers members, IRecordRegistry registry, ITreasury treasury, IStudies studies)
        EIP712("Medshare", "1")
    {
        MEMBERS = members;
        REGISTRY = registry;
        TREASURY = treasury;
        STUDIES = studies;
    }

    /// @inheritdoc IEnrolments
    function standingOf(uint256 studyId, uint256 nullifier) external view returns (Standing memory) {
        return _enrolments[studyId][nullifier].standing;
    }

    /// @inheritdoc IEnrolments
    function detailsHashOf(uint256 studyId, uint256 nullifier) external view returns (bytes32) {
        return _enrolments[studyId][nullifier].detailsHash;
    }

    /// @inheritdoc IEnrolments
    function isRevealed(bytes32 revocationHash) external view returns (bool) {
        return _revealed[revocationHash];
    }

    /// @dev Ends an open enrolment: its place, its money and its slots' bonds, as the table of endings says.
    /// @param slots Those that the enrolment carries.
    /// @return compensation What the patient was credited of slashed bond.
    function _end(
        uint256 studyId,
        Standing storage standing,
        uint16 slots,
        IStudies.Charter memory charter,
        Ending memory ending
    ) internal returns (uint256 compensation) {
        IStudies.Terms memory terms = charter.terms;
        address[] memory proxies = slots.proxiesOf(terms.proxies);
        _enter(standing, ending.state);
        if (ending.paid) {
            STUDIES.settle(studyId, standing.payout, proxies);
        } else {
            STUDIES.release(studyId, ending.feesDue ? proxies : new address[](0));
        }
        if (ending.slashed == 0) {
            TREASURY.unlock(proxies, terms.token, charter.slice);
            return 0;
        }
        TREASURY.unlock((slots & ~ending.slashed).proxiesOf(terms.proxies), terms.token, charter.slice);
        address[] memory slashed = ending.slashed.proxiesOf(terms.proxies);
        return TREASURY.slash(slashed, terms.token, charter.slice, standing.payout, terms.price);
    }

    /// @dev Begins a state, and its window.
    function _enter(Standing storage standing, State state) internal {
        standing.state = state;
        standing.since = uint32(block.timestamp);
        standing.sinceBlock = uint32(block.number);
    }

    /// @dev Both slots of a new enrolment. Member by member the first would be read and written six times.
    function _write(Enrolment storage enrolment, address payout, uint256 attempt, bytes32 detailsHash)
        internal
    {
        uint256 word = uint256(uint160(payout)) | uint256(uint32(block.timestamp)) << 160
            | uint256(uint32(block.number)) << 192 | attempt << 224 | uint256(State.Enrolled) << 232;
        assembly ("memory-safe") {
            sstore(enrolment.slot, word)
        }
        enrolment.detailsHash = detailsHash;
    }

    /// @dev `keccak256(abi.encode(details))`: five words, which lie in memory as the ABI encodes them.
    function _hashOf(Details memory details) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(details, 0xa0)
        }
    }

    function _reveal(bytes32 revocationHash) internal {
        if (_revealed[revocationHash]) return;
        _revealed[revocationHash] = true;
        emit RevocationRevealed(revocationHash);
    }

    /// @dev An enrolment that has not ended, with the details it was made with.
    function _opened(uint256 studyId, uint256 nullifier, Details calldata details)
        internal
        view
        returns (Standing storage standing)
    {
        Enrolment storage enrolment = _enrolments[studyId][nullifier];
        standing = enrolment.standing;
        State state = standing.state;
        bool open = state == State.Enrolled || state == State.Delivered || state == State.Challenged
            || state == State.Demanded;
        if (!open) revert StateInvalid(state);
        if (enrolment.detailsHash != keccak256(abi.encode(details))) revert DetailsMismatch();
    }

    function _charterOf(uint256 studyId) internal view returns (IStudies.Charter memory) {
        return STUDIES.charterOf(studyId).load();
    }

    function _requirePassed(Standing storage standing, IStudies.Terms memory terms) internal view {
        if (_hasPassed(standing, terms)) return;
        (uint256 endsAt, uint256 endsAtBlock) = _windowEnd(standing, terms);
        revert WindowNotPassed(endsAt, endsAtBlock);
    }

    /// @dev A window has passed once its seconds and its blocks have: a chain that halts does not run it out.
    function _hasPassed(Standing storage standing, IStudies.Terms memory terms) internal view returns (bool) {
        (uint256 endsAt, uint256 endsAtBlock) = _windowEnd(standing, terms);
        return block.timestamp >= endsAt && block.number >= endsAtBlock;
    }

    function _windowEnd(Standing storage standing, IStudies.Terms memory terms)
        internal
        view
        returns (uint256 endsAt, uint256 endsAtBlock)
    {
        bool enrolled = standing.state == State.Enrolled;
        endsAt = uint256(standing.since) + (enrolled ? terms.deliverySeconds : terms.challengeSeconds);
        endsAtBlock = uint256(standing.sinceBlock) + (enrolled ? terms.deliveryBlocks : terms.challengeBlocks);
    }

    function _isSigned(bytes32 digest, bytes32 r, bytes32 vs, address signer) internal pure returns (bool) {
        // What else is wrong with a signature does not matter
        // slither-disable-next-line unused-return
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecover(digest, r, vs);
        return problem == ECDSA.RecoverError.NoError && recovered == signer;
    }
}
