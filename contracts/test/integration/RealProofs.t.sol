// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEligibilityVerifier} from "../../src/interfaces/IEligibilityVerifier.sol";
import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {RealEnrolling} from "../helpers/RealEnrolling.sol";
import {stdJson} from "forge-std/StdJson.sol";

/// @notice Enrolments with real proofs, and every part of their statement changed by itself.
contract RealProofsTest is RealEnrolling {
    using stdJson for string;

    /// @dev Place of the enrolment with 16 openings in the fixture.
    uint256 internal constant LARGE = 17;

    IEligibilityVerifier internal _large;
    uint256 internal _largeStudy;

    function setUp() public override {
        super.setUp();
        _large = IEligibilityVerifier(deployCode("EligibilityVerifier16.sol:EligibilityVerifier16"));
        vm.prank(CONSORTIUM);
        _studies.setVerifier(16, address(_large));
        _largeStudy = _openStudy(_realTerms(1));
    }

    /// @dev If this fails, write these values into contracts/test/fixtures/chain.json and run `prover fixtures`.
    function test_fixture_isOfThisChain() external view {
        assertEq(_fixture.readUint(".chain.chainId"), block.chainid, "chainId");
        assertEq(_fixture.readAddress(".chain.studiesContract"), address(_studies), "studies");
        assertEq(_fixture.readAddress(".chain.enrolmentsContract"), address(_enrolments), "enrolments");
        assertEq(_fixture.readAddress(".chain.institution"), _institution.addr, "institution");
        assertEq(_fixture.readAddress(".chain.payout"), PAYOUT, "payout");
        assertEq(_fixture.readUint(".chain.maxRecordAge"), _terms(address(0)).maxRecordAge, "maxRecordAge");
        assertEq(_fixture.readUint(".purposes"), _terms(address(0)).purposes, "purposes");
        assertEq(_signals(0)[4], _study, "studyId");
        assertEq(_signals(LARGE)[4], _largeStudy, "studyId of the large circuit");
        assertEq(_signals(0)[0], _root, "registryRoot");
    }

    function test_enrol_withRealProofs() external {
        for (uint256 i = 0; i < 2; ++i) {
            IEnrolments.Request memory request = _realRequest(i);
            vm.prank(STRANGER);
            _enrolments.enrol(request);
            vm.snapshotGasLastCall("Enrolments", "enrol, 5 receipts, with its proof");
            _assertState(_study, request.nullifier, IEnrolments.State.Enrolled);
        }
    }

    function test_enrol_withSixteenOpenings() external {
        IEnrolments.Request memory request = _realRequest(LARGE);
        assertEq(request.studyId, _largeStudy);
        vm.prank(STRANGER);
        _enrolments.enrol(request);
        _assertState(_largeStudy, request.nullifier, IEnrolments.State.Enrolled);
    }

    function test_enrol_revertsWithProofInvalid_ofTheOtherCircuit() external {
        IStudies.Terms memory terms = _realTerms(1);
        terms.openings = 8;
        IEnrolments.Request memory request = _realRequest(LARGE);
        request.studyId = _openStudy(terms);
        _expectProofInvalid(request);
        assertTrue(_verifyWith(_large, _proof(LARGE), _signals(LARGE)));
        assertFalse(_verifyWith(_real, _proof(LARGE), _signals(LARGE)));
        assertFalse(_verifyWith(_large, _proof(0), _signals(0)));
    }

    function test_enrol_tomorrowWithTodaysProof() external {
        IEnrolments.Request memory request = _realRequest(0);
        skip(1 days);
        _signReceipts(request, ALL, uint64(block.timestamp + 1 hours));
        _enrolments.enrol(request);
    }

    function test_revoke_withTheRealSecret() external {
        IEnrolments.Request memory request = _realRequest(0);
        _enrolments.enrol(request);
        bytes32 secret = _fixture.readBytes32(_path(0, "revocationSecret"));
        _enrolments.revoke(_study, request.nullifier, _detailsOf(request), secret);
        _assertState(_study, request.nullifier, IEnrolments.State.Revoked);
    }

    function test_enrol_againAfterRefund() external {
        IEnrolments.Request memory request = _realRequest(0);
        vm.prank(STRANGER);
        _enrolments.enrol(request);
        _passDelivery();
        _enrolments.refund(_study, request.nullifier, _detailsOf(request));

        IEnrolments.Request memory second = _realRequest(2);
        assertEq(second.nullifier, request.nullifier);
        assertNotEq(second.recordTag, request.recordTag);
        vm.prank(STRANGER);
        _enrolments.enrol(second);
        assertEq(_enrolments.standingOf(_study, second.nullifier).attempt, 1);
    }

    function test_enrol_revertsWithProofInvalid_payout() external {
        IEnrolments.Request memory request = _realRequest(0);
        request.payout = STRANGER;
        _expectProofInvalid(request);
    }

    function test_enrol_revertsWithProofInvalid_grantAndRevocation() external {
        IEnrolments.Request memory request = _realRequest(0);
        request.grantDigest = keccak256("another");
        _expectProofInvalid(request);
        request = _realRequest(0);
        request.revocationHash = keccak256("another");
        _expectProofInvalid(request);
    }

    function test_enrol_revertsWithProofInvalid_nullifierAndTag() external {
        IEnrolments.Request memory request = _realRequest(0);
        request.nullifier += 1;
        _expectProofInvalid(request);
        request = _realRequest(0);
        request.recordTag += 1;
        _expectProofInvalid(request);
    }

    function test_enrol_revertsWithProofInvalid_study() external {
        IEnrolments.Request memory request = _realRequest(0);
        request.studyId = _openStudy(_realTerms(0));
        _expectProofInvalid(request);
    }

    function test_enrol_revertsWithProofInvalid_chain() external {
        IEnrolments.Request memory request = _realRequest(0);
        vm.chainId(1_337);
        _expectProofInvalid(request);
    }

    function test_enrol_revertsWithProofInvalid_contract() external {
        IEnrolments.Request memory request = _realRequest(0);
        address another = makeAddr("another deployment");
        vm.etch(another, address(_enrolments).code);
        // The studies know one contract of enrolments; what is shown is that the proof would not hold in another
        vm.mockCall(
            address(_studies),
            abi.encodeCall(IStudies.reserve, (_study, 1)),
            abi.encode(1, _studies.charterOf(_study))
        );
        // nor does the treasury lock for another
        vm.mockCall(address(_treasury), abi.encodeWithSelector(ITreasury.lock.selector), abi.encode(1));
        _enrolments = IEnrolments(another);
        _expectProofInvalid(request);
    }

    function test_enrol_revertsWithProofInvalid_day() external {
        IEnrolments.Request memory request = _realRequest(0);
        request.day -= 1;
        _expectProofInvalid(request);
    }

    function test_enrol_revertsWithProofInvalid_attempt() external {
        IEnrolments.Request memory request = _realRequest(0);
        _enrolments.enrol(request);
        _passDelivery();
        _enrolments.refund(_study, request.nullifier, _detailsOf(request));
        request = _realRequest(0);
        request.attempt = 1;
        _expectProofInvalid(request);
    }

    function test_enrol_revertsWithProofInvalid_root() external {
        _insert(2);
        IEnrolments.Request memory request = _realRequest(0);
        request.registryRoot = _root;
        _expectProofInvalid(request);
    }

    function test_verifyProof_holdsOfItsOwnSignalsOnly() external view {
        uint256[8] memory signals = _signals(0);
        assertTrue(_verify(_proof(0), signals));
        for (uint256 i = 0; i < 8; ++i) {
            uint256 honest = signals[i];
            signals[i] = addmod(honest, 1, R);
            assertFalse(_verify(_proof(0), signals), "changed");
            signals[i] = honest + R;
            assertFalse(_verify(_proof(0), signals), "alias");
            signals[i] = honest;
        }
    }

    function test_verifyProof_refusesChangedPoints() external view {
        for (uint256 i = 0; i < 8; ++i) {
            uint256[8] memory proof = _proof(0);
            proof[i] ^= 1;
            assertFalse(_verify(proof, _signals(0)), "off the curve");
            proof[i] = type(uint256).max;
            assertFalse(_verify(proof, _signals(0)), "not in the field");
        }
        uint256[8] memory infinity;
        assertFalse(_verify(infinity, _signals(0)), "infinity");
    }

    function test_verifyProof_gas() external {
        (uint256[8] memory p, uint256[8] memory signals) = (_proof(0), _signals(0));
        _real.verifyProof([p[0], p[1]], [[p[2], p[3]], [p[4], p[5]]], [p[6], p[7]], signals);
        vm.snapshotGasLastCall("EligibilityVerifier8", "verifyProof");
    }

    function test_keys_areMarkedAsDevelopmentKeys() external view {
        IEligibilityVerifier[2] memory verifiers = [_real, _large];
        for (uint256 i = 0; i < 2; ++i) {
            (, bytes memory answer) =
                address(verifiers[i]).staticcall(abi.encodeWithSignature("DEVELOPMENT_KEY()"));
            assertTrue(abi.decode(answer, (bool)));
            assertNotEq(verifiers[i].verifyingKeyHash(), bytes32(0));
            assertEq(verifiers[i].transcriptDigest(), bytes32(0));
        }
        assertNotEq(_real.verifyingKeyHash(), _large.verifyingKeyHash());
    }

    /// @dev Though all proxies sign it.
    function _expectProofInvalid(IEnrolments.Request memory request) private {
        _signReceipts(request, ALL, uint64(block.timestamp + 1 hours));
        vm.expectRevert(IEnrolments.ProofInvalid.selector);
        _enrolments.enrol(request);
    }

    function _verifyWith(IEligibilityVerifier verifier, uint256[8] memory p, uint256[8] memory signals)
        private
        view
        returns (bool)
    {
        return verifier.verifyProof([p[0], p[1]], [[p[2], p[3]], [p[4], p[5]]], [p[6], p[7]], signals);
    }
}
