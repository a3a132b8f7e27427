// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEligibilityVerifier} from "../../src/interfaces/IEligibilityVerifier.sol";
import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {Curve} from "../helpers/Curve.sol";
import {RealEnrolling} from "../helpers/RealEnrolling.sol";

/// @notice Real proofs, verified together.
contract RealBatchesTest is RealEnrolling {
    function test_verifyBatch_holdsOfAnyNumber() external view {
        for (uint256 count = 1; count <= PATIENTS; ++count) {
            assertTrue(_real.verifyBatch(_realClaims(count)));
        }
    }

    function test_verifyBatch_holdsOfTheSameClaimTwice() external view {
        IEligibilityVerifier.Claim[] memory claims = _realClaims(2);
        claims[1] = claims[0];
        assertTrue(_real.verifyBatch(claims));
    }

    function test_verifyBatch_failsOfNone() external view {
        assertFalse(_real.verifyBatch(new IEligibilityVerifier.Claim[](0)));
    }

    function test_verifyBatch_failsWithOneBadProofAtAnyPlace() external view {
        for (uint256 place = 0; place < PATIENTS; ++place) {
            IEligibilityVerifier.Claim[] memory claims = _realClaims(PATIENTS);
            // another patient's proof, which is one for other signals
            claims[place].proof = claims[(place + 1) % PATIENTS].proof;
            assertFalse(_real.verifyBatch(claims));
        }
    }

    function test_verifyBatch_failsWithOneChangedSignal() external view {
        IEligibilityVerifier.Claim[] memory claims = _realClaims(3);
        for (uint256 i = 0; i < 8; ++i) {
            uint256 honest = claims[1].signals[i];
            claims[1].signals[i] = addmod(honest, 1, R);
            assertFalse(_real.verifyBatch(claims), "changed");
            claims[1].signals[i] = honest + R;
            assertFalse(_real.verifyBatch(claims), "not in the field");
            claims[1].signals[i] = honest;
        }
        assertTrue(_real.verifyBatch(claims));
    }

    function test_verifyBatch_failsWithPointsOffTheCurve() external view {
        for (uint256 i = 0; i < 8; ++i) {
            IEligibilityVerifier.Claim[] memory claims = _realClaims(3);
            uint256 honest = claims[1].proof[i];
            claims[1].proof[i] = honest ^ 1;
            assertFalse(_real.verifyBatch(claims), "off the curve");
            claims[1].proof[i] = honest + Curve.Q;
            assertFalse(_real.verifyBatch(claims), "not in the field");
            claims[1].proof[i] = type(uint256).max;
            assertFalse(_real.verifyBatch(claims), "not in the field");
        }
        IEligibilityVerifier.Claim[] memory infinity = _realClaims(2);
        delete infinity[0].proof;
        assertFalse(_real.verifyBatch(infinity), "infinity");
    }

    /// @dev e(C, delta) is the only place of C: what is added to one and taken from another is gone if both have the same weight.
    function test_verifyBatch_failsWithErrorsThatCancelUnderEqualWeights() external view {
        IEligibilityVerifier.Claim[] memory claims = _realClaims(2);
        uint256[2] memory before = Curve.add(_c(claims[0]), _c(claims[1]));
        uint256[2] memory error = Curve.pointOf(1);
        _setC(claims[0], Curve.add(_c(claims[0]), error));
        _setC(claims[1], Curve.add(_c(claims[1]), Curve.negate(error)));
        uint256[2] memory sum = Curve.add(_c(claims[0]), _c(claims[1]));
        assertEq(abi.encode(sum), abi.encode(before), "equal weights see no difference");
        assertFalse(_real.verifyBatch(claims));
    }

    function test_verifyBatch_failsWithPointsThatWereSwapped() external view {
        IEligibilityVerifier.Claim[] memory claims = _realClaims(2);
        uint256[2] memory first = _c(claims[0]);
        _setC(claims[0], _c(claims[1]));
        _setC(claims[1], first);
        assertFalse(_real.verifyBatch(claims));
    }

    /// @dev Signals enter the equations as sums too.
    function test_verifyBatch_failsWithSignalsThatCancelUnderEqualWeights() external view {
        for (uint256 i = 0; i < 8; ++i) {
            IEligibilityVerifier.Claim[] memory claims = _realClaims(2);
            claims[0].signals[i] = addmod(claims[0].signals[i], 1, R);
            claims[1].signals[i] = addmod(claims[1].signals[i], R - 1, R);
            assertFalse(_real.verifyBatch(claims));
        }
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

    function _c(IEligibilityVerifier.Claim memory claim) private pure returns (uint256[2] memory) {
        return [claim.proof[6], claim.proof[7]];
    }

    function _setC(IEligibilityVerifier.Claim memory claim, uint256[2] memory c) private pure {
        (claim.proof[6], claim.proof[7]) = (c[0], c[1]);
    }
}
