// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IEvidenceVerifier} from "../../src/interfaces/IEvidenceVerifier.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Deployed} from "./Deployed.sol";
import {Typed} from "./Typed.sol";

/// @notice What patients, proxies and institutions sign and send.
abstract contract Enrolling is Deployed {
    uint256 internal constant NULLIFIER = 0x4e11;
    bytes32 internal constant SECRET = keccak256("a revocation secret");
    uint256 internal constant ALL = N;

    address internal immutable PAYOUT = makeAddr("payout");

    /// @dev 1970-01-01 is day 25,567 after 1900-01-01.
    function _today() internal view returns (uint32) {
        return uint32(block.timestamp / 1 days + 25_567);
    }

    /// @dev A request with receipts of the first `receipts` proxies.
    function _request(uint256 studyId, uint256 nullifier, uint32 attempt, uint256 receipts)
        internal
        view
        returns (IEnrolments.Request memory request)
    {
        request = IEnrolments.Request({
            studyId: studyId,
            nullifier: nullifier,
            attempt: attempt,
            day: _today(),
            registryRoot: _root,
            recordTag: uint256(keccak256(abi.encode("tag", nullifier, attempt))) % Typed.R,
            grantDigest: keccak256(abi.encode(_grantOf(nullifier, attempt))),
            revocationHash: Typed.revocationHash(_secret(nullifier, attempt)),
            payout: PAYOUT,
            slots: 0,
            proof: [uint256(1), 2, 3, 4, 5, 6, 7, 8],
            receipts: new IEnrolments.Receipt[](0)
        });
        _signReceipts(request, receipts, uint64(block.timestamp + 1 hours));
    }

    /// @dev Signs the request anew, after a change to it.
    function _signReceipts(IEnrolments.Request memory request, uint256 receipts, uint64 validUntil)
        internal
        view
    {
        request.slots = uint16((1 << receipts) - 1);
        request.receipts = new IEnrolments.Receipt[](receipts);
        bytes32 digest = Typed.receipt(address(_enrolments), request, validUntil);
        for (uint8 slot = 0; slot < receipts; ++slot) {
            (bytes32 r, bytes32 vs) = vm.signCompact(_proxies[slot].privateKey, digest);
            request.receipts[slot] = IEnrolments.Receipt({validUntil: validUntil, r: r, vs: vs});
        }
    }

    /// @dev The grant of an attempt; its points are marks for the mock.
    function _grantOf(uint256 nullifier, uint32 attempt)
        internal
        pure
        virtual
        returns (IEvidenceVerifier.Grant memory grant)
    {
        grant.threshold = M;
        grant.precursorX = keccak256(abi.encode("precursor", nullifier, attempt));
        grant.proofScalar = bytes32(uint256(1));
        grant.slots = new IEvidenceVerifier.GrantSlot[](N);
        for (uint256 i = 0; i < N; ++i) {
            grant.slots[i].fragmentId = bytes32(i);
        }
    }

    function _secret(uint256 nullifier, uint32 attempt) internal pure returns (bytes32) {
        return keccak256(abi.encode(SECRET, nullifier, attempt));
    }

    function _detailsOf(IEnrolments.Request memory request)
        internal
        pure
        returns (IEnrolments.Details memory details)
    {
        details = IEnrolments.Details({
            registryRoot: request.registryRoot,
            recordTag: request.recordTag,
            grantDigest: request.grantDigest,
            revocationHash: request.revocationHash,
            slots: request.slots
        });
    }

    /// @dev Enrols with receipts of all proxies.
    function _enrol(uint256 studyId, uint256 nullifier, uint32 attempt)
        internal
        returns (IEnrolments.Details memory)
    {
        IEnrolments.Request memory request = _request(studyId, nullifier, attempt, ALL);
        vm.prank(STRANGER);
        _enrolments.enrol(request);
        return _detailsOf(request);
    }

    /// @dev Attestations of the first `slots` proxies.
    function _attestations(uint256 studyId, uint256 nullifier, uint256 slots)
        internal
        view
        returns (IEnrolments.Attestation[] memory attestations)
    {
        uint32 attempt = _enrolments.standingOf(studyId, nullifier).attempt;
        bytes32 digest = Typed.attestation(address(_enrolments), studyId, nullifier, attempt);
        attestations = new IEnrolments.Attestation[](slots);
        for (uint8 slot = 0; slot < slots; ++slot) {
            (bytes32 r, bytes32 vs) = vm.signCompact(_proxies[slot].privateKey, digest);
            attestations[slot] = IEnrolments.Attestation({slot: slot, r: r, vs: vs});
        }
    }

    function _attest(uint256 studyId, uint256 nullifier, IEnrolments.Details memory details, uint256 slots)
        internal
    {
        IEnrolments.Attestation[] memory attestations = _attestations(studyId, nullifier, slots);
        vm.prank(STRANGER);
        _enrolments.attest(studyId, nullifier, details, attestations);
    }

    function _accept(uint256 studyId, uint256 nullifier, IEnrolments.Details memory details) internal {
        (bytes32 r, bytes32 vs) = _acceptance(studyId, nullifier);
        vm.prank(STRANGER);
        _enrolments.accept(studyId, nullifier, details, r, vs);
    }

    function _acceptance(uint256 studyId, uint256 nullifier) internal view returns (bytes32 r, bytes32 vs) {
        uint32 attempt = _enrolments.standingOf(studyId, nullifier).attempt;
        return vm.signCompact(
            _institution.privateKey, Typed.acceptance(address(_enrolments), studyId, nullifier, attempt)
        );
    }

    /// @dev Lets seconds and blocks go by.
    function _pass(uint256 secondsGone, uint256 blocksGone) internal {
        vm.warp(block.timestamp + secondsGone);
        vm.roll(block.number + blocksGone);
    }

    function _passDelivery() internal {
        _pass(WINDOW, WINDOW_BLOCKS);
    }

    function _passChallenge() internal {
        _pass(2 * WINDOW, 2 * WINDOW_BLOCKS);
    }

    function _assertState(uint256 studyId, uint256 nullifier, IEnrolments.State state) internal view {
        assertEq(uint8(_enrolments.standingOf(studyId, nullifier).state), uint8(state), "state");
    }

    function _credit(address account, address token) internal view returns (uint256) {
        return _treasury.creditOf(account, token);
    }

    /// @dev Writes how an ending leaves everybody, as a row of the table that `tools/endings.mjs` makes: each account beside what it had when the
    /// study was opened. What came in since is the institution's stake.
    function _tell(string memory ending, uint256 studyId, uint256 nullifier) internal {
        IStudies.Terms memory terms = _studies.termsOf(studyId);
        address token = terms.token;
        uint256 funded = _studies.standingOf(studyId).quota * (uint256(terms.price) + N * terms.fee);
        vm.serializeString(ending, "ending", ending);
        vm.serializeUint(ending, "state", uint256(_enrolments.standingOf(studyId, nullifier).state));
        _cell(ending, "patient", _credit(PAYOUT, token), 0);
        _cell(ending, "institution", _credit(_institution.addr, token) + funded + N * BOND, _held(token));
        _cell(ending, "study", _treasury.escrowOf(studyId), funded);
        for (uint256 i = 0; i < N; ++i) {
            address proxy = _proxies[i].addr;
            ITreasury.Bond memory bond = _treasury.bondOf(proxy, token);
            _cell(ending, string.concat("credit", vm.toString(i)), _credit(proxy, token), 0);
            _cell(ending, string.concat("bond", vm.toString(i)), uint256(bond.free) + bond.locked, BOND);
        }
        string memory row = _cell(ending, "consortium", _credit(TREASURER, token), 0);
        string memory folder = string.concat("target/endings/", token == address(0) ? "native" : "token");
        vm.createDir(folder, true);
        vm.writeJson(row, string.concat(folder, "/", vm.toString(keccak256(bytes(ending))), ".json"));
    }

    /// @dev Adds what an account has beside what it had, as text: JSON's numbers are too small. All cells so far come back.
    function _cell(string memory row, string memory name, uint256 has, uint256 had)
        private
        returns (string memory)
    {
        return vm.serializeString(row, name, vm.toString(int256(has) - int256(had)));
    }

    function _held(address token) internal view returns (uint256) {
        return _balanceOf(address(_treasury), token);
    }

    function _balanceOf(address owner, address token) internal view returns (uint256) {
        return token == address(0) ? owner.balance : _token.balanceOf(owner);
    }

    /// @dev What the treasury holds is what its books say that it owes.
    function _assertConserved(address token) internal view {
        uint256 owed = _credit(PAYOUT, token) + _credit(TREASURER, token) + _credit(_institution.addr, token);
        for (uint256 i = 0; i < N; ++i) {
            address proxy = _proxies[i].addr;
            ITreasury.Bond memory bond = _treasury.bondOf(proxy, token);
            owed += uint256(bond.free) + bond.locked + _treasury.exitOf(proxy, token).amount;
            owed += _credit(proxy, token);
        }
        for (uint256 i = 0; i < _studies.count(); ++i) {
            uint256 studyId = _studies.studyAt(i);
            if (_studies.termsOf(studyId).token == token) owed += _treasury.escrowOf(studyId);
        }
        owed += _staked(token);
        assertEq(_held(token), owed, "the treasury holds what it owes");
    }

    /// @dev What is put up in disputes.
    function _staked(address) internal view virtual returns (uint256) {
        return 0;
    }
}
