// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEligibilityVerifier} from "../../src/interfaces/IEligibilityVerifier.sol";
import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {Curve} from "../helpers/Curve.sol";
import {RealEnrolling} from "../helpers/RealEnrolling.sol";

/// @notice Real proofs, verified together.
contract RealBatchesTest is RealEnrolling {
    function test_verifyClaims_holdsOfAnyNumber() external view {
        for (uint256 count = 1; count <= PATIENTS; ++count) {
            assertTrue(_holdTogether(_realStatements(count), 0));
        }
    }

    function test_verifyClaims_holdsOfTheSameTwice() external view {
        Statement[] memory statements = _realStatements(2);
        statements[1] = statements[0];
        assertTrue(_holdTogether(statements, 1));
    }

    function test_verifyClaims_failsOfNone() external view {
        assertFalse(_real.verifyClaims(_real.studyPoint(1, 2, 3), new IEligibilityVerifier.Claim[](0)));
    }

    function test_verifyClaims_failsWithOneBadProofAtAnyPlace() external view {
        for (uint256 place = 0; place < PATIENTS; ++place) {
            Statement[] memory statements = _realStatements(PATIENTS);
            // another patient's proof, which is one for other signals
            statements[place].proof = statements[(place + 1) % PATIENTS].proof;
            assertFalse(_holdTogether(statements, 1));
        }
    }

    function test_verifyClaims_failsWithOneChangedSignal() external view {
        Statement[] memory statements = _realStatements(3);
        for (uint256 i = 0; i < 8; ++i) {
            uint256 honest = statements[1].signals[i];
            statements[1].signals[i] = addmod(honest, 1, R);
            assertFalse(_holdTogether(statements, 1), "changed");
            statements[1].signals[i] = honest + R;
            assertFalse(_holdTogether(statements, 1), "not in the field");
            statements[1].signals[i] = honest;
        }
        assertTrue(_holdTogether(statements, 1));
    }

    function test_verifyClaims_failsWithPointsOffTheCurve() external view {
        for (uint256 i = 0; i < 8; ++i) {
            Statement[] memory statements = _realStatements(3);
            uint256 honest = statements[1].proof[i];
            statements[1].proof[i] = honest ^ 1;
            assertFalse(_holdTogether(statements, 1), "off the curve");
            statements[1].proof[i] = honest + Curve.Q;
            assertFalse(_holdTogether(statements, 1), "not in the field");
            statements[1].proof[i] = type(uint256).max;
            assertFalse(_holdTogether(statements, 1), "not in the field");
        }
        Statement[] memory infinity = _realStatements(2);
        delete infinity[0].proof;
        assertFalse(_holdTogether(infinity, 0), "infinity");
    }

    /// @dev e(C, delta) is the only place of C: what is added to one and taken from another is gone if both have the same weight.
    function test_verifyClaims_failsWithErrorsThatCancelUnderEqualWeights() external view {
        Statement[] memory statements = _realStatements(2);
        uint256[2] memory before = Curve.add(_c(statements[0]), _c(statements[1]));
        uint256[2] memory error = Curve.pointOf(1);
        _setC(statements[0], Curve.add(_c(statements[0]), error));
        _setC(statements[1], Curve.add(_c(statements[1]), Curve.negate(error)));
        uint256[2] memory sum = Curve.add(_c(statements[0]), _c(statements[1]));
        assertEq(abi.encode(sum), abi.encode(before), "equal weights see no difference");
        assertFalse(_holdTogether(statements, 1));
    }

    function test_verifyClaims_failsWithPointsThatWereSwapped() external view {
        Statement[] memory statements = _realStatements(2);
        uint256[2] memory first = _c(statements[0]);
        _setC(statements[0], _c(statements[1]));
        _setC(statements[1], first);
        assertFalse(_holdTogether(statements, 1));
    }

    /// @dev Signals enter the equations as sums too.
    function test_verifyClaims_failsWithSignalsThatCancelUnderEqualWeights() external view {
        for (uint256 i = 0; i < 8; ++i) {
            Statement[] memory statements = _realStatements(2);
            statements[0].signals[i] = addmod(statements[0].signals[i], 1, R);
            statements[1].signals[i] = addmod(statements[1].signals[i], R - 1, R);
            assertFalse(_holdTogether(statements, 1));
        }
    }

    function test_verifyClaims_failsWithAnotherPoint() external view {
        uint256[8] memory s = _signals(0);
        IEligibilityVerifier.Claim[] memory claims = new IEligibilityVerifier.Claim[](1);
        claims[0] = IEligibilityVerifier.Claim(_proof(0), [s[0], s[3], s[5], s[6], s[7]]);
        assertTrue(_real.verifyClaims(_real.studyPoint(s[1], s[2], s[4]), claims));
        assertFalse(_real.verifyClaims(_real.studyPoint(s[1] + 1, s[2], s[4]), claims), "criteria");
        assertFalse(_real.verifyClaims(_real.studyPoint(s[1], s[2] + 1, s[4]), claims), "purposes");
        assertFalse(_real.verifyClaims(_real.studyPoint(s[1], s[2], s[4] - 1), claims), "study");
        uint256[2] memory point = _real.studyPoint(s[1], s[2], s[4]);
        assertFalse(_real.verifyClaims([point[0] + Curve.Q, point[1]], claims), "x not in the field");
        assertFalse(_real.verifyClaims([point[0], point[1] + Curve.Q], claims), "y not in the field");
        assertFalse(_real.verifyClaims([point[0], point[1] ^ 1], claims), "off the curve");
        assertFalse(_real.verifyClaims([uint256(0), 0], claims), "infinity");
    }

    function test_studyPoint_isWhatTheSignalsAdd() external view {
        uint256[8] memory signals = _signals(0);
        uint256[2] memory none = _real.studyPoint(0, 0, 0);
        uint256[2] memory together = _real.studyPoint(signals[1], signals[2], 0);
        uint256[2] memory apart =
            Curve.add(_real.studyPoint(signals[1], 0, 0), _real.studyPoint(0, signals[2], 0));
        assertEq(abi.encode(Curve.add(together, none)), abi.encode(apart));
        assertFalse(keccak256(abi.encode(together)) == keccak256(abi.encode(none)));
    }

    function test_studyPoint_revertsWithSignalNotInField() external {
        bytes4 refused = IEligibilityVerifier.SignalNotInField.selector;
        vm.expectRevert(abi.encodeWithSelector(refused, R));
        _real.studyPoint(R, 1, 2);
        vm.expectRevert(abi.encodeWithSelector(refused, R + 1));
        _real.studyPoint(1, R + 1, 2);
        vm.expectRevert(abi.encodeWithSelector(refused, type(uint256).max));
        _real.studyPoint(1, 2, type(uint256).max);
    }

    function test_enrolBatch_withRealProofs() external {
        IEnrolments.Request[] memory requests = _realRequests(PATIENTS);
        vm.prank(STRANGER);
        assertEq(_enrolments.enrolBatch(requests), PATIENTS);
        for (uint256 i = 0; i < PATIENTS; ++i) {
            _assertState(_study, requests[i].nullifier, IEnrolments.State.Enrolled);
        }
    }

    function test_enrolBatch_verifiesWhatIsLeftOfIt() external {
        IEnrolments.Request[] memory requests = _realRequests(4);
        // Two are skipped, and with a proof that would fail
        requests[0].payout = address(0);
        requests[2].day -= 2;
        assertEq(_enrolments.enrolBatch(requests), 2);
        _assertState(_study, requests[1].nullifier, IEnrolments.State.Enrolled);
        _assertState(_study, requests[3].nullifier, IEnrolments.State.Enrolled);
    }

    function test_enrolBatch_revertsWithProofInvalid() external {
        for (uint256 place = 0; place < 3; ++place) {
            IEnrolments.Request[] memory requests = _realRequests(3);
            requests[place].payout = STRANGER;
            vm.expectRevert(IEnrolments.ProofInvalid.selector);
            _enrolments.enrolBatch(requests);
        }
    }

    function _c(Statement memory statement) private pure returns (uint256[2] memory) {
        return [statement.proof[6], statement.proof[7]];
    }

    function _setC(Statement memory statement, uint256[2] memory c) private pure {
        (statement.proof[6], statement.proof[7]) = (c[0], c[1]);
    }
}
