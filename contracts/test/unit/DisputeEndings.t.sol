// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Disputing} from "../helpers/Disputing.sol";

/// @notice The table of endings, to the smallest unit, for enrolments that were disputed. `Endings.t.sol` has the others.
abstract contract DisputeEndingsTest is Disputing {
    /// @dev PRICE / M rounded up; it is the challenger's bond too.
    uint256 private constant SLICE = 0.333333333333333334 ether;
    uint256 private constant UNIT = uint256(PRICE) + N * FEE;
    /// @dev Half the bond, divided among three answering slots, and the patient's part.
    uint256 private constant ANSWERED = SLICE / 2 / 3;
    uint256 private constant CONSOLED = SLICE - 3 * ANSWERED;

    /// @dev What an ending leaves to whom.
    struct Sums {
        uint256 patient;
        uint256 institution;
        uint256 consortium;
        uint256 fees;
        uint16 slashed;
        uint256 freeUnits;
        uint256 keptPrices;
    }

    address private _paidIn;
    uint256 private _studyId;
    IEnrolments.Details private _details;

    function setUp() public override {
        super.setUp();
        _paidIn = _currency();
        _bondAll(_paidIn);
        _studyId = _openStudy(_terms(_paidIn));
        _details = _enrol(_studyId, NULLIFIER, 0);
        _attest(_studyId, NULLIFIER, _details, M);
    }

    function _currency() internal view virtual returns (address);

    function _staked(address token) internal view override returns (uint256) {
        return token == _paidIn ? _treasury.stakeOf(_studyId, NULLIFIER) : 0;
    }

    function test_challenged_thenAccepted() public {
        _challenge(_studyId, NULLIFIER, _details);
        _answer(_studyId, NULLIFIER, _details, 0, 2);
        _accept(_studyId, NULLIFIER, _details);
        _assertSums(IEnrolments.State.Settled, Sums(PRICE, SLICE, 0, FEE, 0, 9, 0));
        _tell("challenged, accepted before it was answered", _studyId, NULLIFIER);
    }

    function test_challenged_thenRevoked() public {
        _challenge(_studyId, NULLIFIER, _details);
        _answer(_studyId, NULLIFIER, _details, 0, 2);
        _enrolments.revoke(_studyId, NULLIFIER, _details, _secret(NULLIFIER, 0));
        _assertSums(IEnrolments.State.Revoked, Sums(0, SLICE, 0, FEE, 0, 9, 1));
        _tell("challenged, revoked before it was answered", _studyId, NULLIFIER);
    }

    function test_challenged_thenAPatientsFault() public {
        _challenge(_studyId, NULLIFIER, _details);
        _answer(_studyId, NULLIFIER, _details, 0, 2);
        _fault();
        _assertSums(IEnrolments.State.Faulted, Sums(0, SLICE, 0, 0, 0, 10, 0));
        _tell("challenged, a fault of the patient's before it was answered", _studyId, NULLIFIER);
    }

    function test_challenged_thenUnopenable() public {
        _challenge(_studyId, NULLIFIER, _details);
        _disputes.proveUnopenable(_studyId, NULLIFIER, _details, _opening(NULLIFIER, _details));
        _assertSums(IEnrolments.State.Faulted, Sums(0, SLICE, 0, 0, 0, 10, 0));
        _tell("challenged, shown not to open before it was answered", _studyId, NULLIFIER);
    }

    function test_unopenable_withoutAChallenge() public {
        _disputes.proveUnopenable(_studyId, NULLIFIER, _details, _opening(NULLIFIER, _details));
        _assertSums(IEnrolments.State.Faulted, Sums(0, 0, 0, 0, 0, 10, 0));
        _tell("delivered, shown not to open", _studyId, NULLIFIER);
    }

    function test_aPatientsFault_beforeDelivery() public {
        _accept(_studyId, NULLIFIER, _details);
        IEnrolments.Details memory details = _enrol(_studyId, 2, 0);
        bytes memory envelope = _mockEnvelope();
        envelope[8] = 0xff;
        _disputes.proveCapsule(_studyId, 2, details, envelope, details.recordTag);
        _assertState(_studyId, 2, IEnrolments.State.Faulted);
        _assertSums(IEnrolments.State.Settled, Sums(PRICE, 0, 0, FEE, 0, 9, 0));
        _tell("accepted once delivered, and another patient's fault before delivery", _studyId, NULLIFIER);
    }

    function test_challenged_andNobodyAnswered() public {
        _challenge(_studyId, NULLIFIER, _details);
        _passChallenge();
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.Refunded(_studyId, NULLIFIER, 0, 0x1f, PRICE);
        _disputes.expire(_studyId, NULLIFIER, _details);
        _assertSums(IEnrolments.State.Refunded, Sums(PRICE, SLICE, 5 * SLICE - PRICE, 0, 0x1f, 10, 0));
        _tell("challenged, nobody answered", _studyId, NULLIFIER);
    }

    /// @dev m − 1 slots answered, whether or not they attested: the patient has the whole price of those that did not.
    function test_challenged_andTooFewAnswered() public {
        _challenge(_studyId, NULLIFIER, _details);
        _answer(_studyId, NULLIFIER, _details, 3, 5);
        _passChallenge();
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.Refunded(_studyId, NULLIFIER, 0, 0x07, PRICE);
        _disputes.expire(_studyId, NULLIFIER, _details);
        _assertSums(IEnrolments.State.Refunded, Sums(PRICE, SLICE, 3 * SLICE - PRICE, 0, 0x07, 10, 0));
        _tell("challenged, m - 1 answered", _studyId, NULLIFIER);
    }

    function test_answered_thenSettled() public {
        _challenge(_studyId, NULLIFIER, _details);
        _answer(_studyId, NULLIFIER, _details, 0, M);
        assertEq(_credit(PAYOUT, _paidIn), CONSOLED, "half the bond, and what could not be divided");
        assertEq(_credit(_proxies[0].addr, _paidIn), ANSWERED);
        assertEq(_credit(_proxies[4].addr, _paidIn), 0);
        _assertConserved(_paidIn);
        _passChallenge();
        _enrolments.settle(_studyId, NULLIFIER, _details);
        _assertSums(
            IEnrolments.State.Settled, Sums(uint256(PRICE) + CONSOLED, 0, 0, FEE, 0, 9, 0), 0x07, ANSWERED
        );
        _tell("challenged and answered, the institution silent", _studyId, NULLIFIER);
    }

    function test_answered_thenUnopenable() public {
        _challenge(_studyId, NULLIFIER, _details);
        _answer(_studyId, NULLIFIER, _details, 0, M);
        _disputes.proveUnopenable(_studyId, NULLIFIER, _details, _opening(NULLIFIER, _details));
        _assertSums(IEnrolments.State.Faulted, Sums(CONSOLED, 0, 0, 0, 0, 10, 0), 0x07, ANSWERED);
        _tell("challenged and answered, shown not to open", _studyId, NULLIFIER);
    }

    function test_demanded_andPosted_thenSettled() public {
        _demand(_studyId, NULLIFIER, _details, _list(0, 1));
        _post(_studyId, NULLIFIER, _list(0, 1), 0);
        _assertConserved(_paidIn);
        _post(_studyId, NULLIFIER, _list(0, 1), 1);
        _passChallenge();
        _enrolments.settle(_studyId, NULLIFIER, _details);
        _assertSums(IEnrolments.State.Settled, Sums(PRICE, 0, 0, FEE, 0, 9, 0), 0x1f, 2 * FEE);
        _tell("two segments demanded and posted, the institution silent", _studyId, NULLIFIER);
    }

    /// @dev What was posted is paid for, the rest goes back.
    function test_demanded_andNotAllPosted() public {
        _demand(_studyId, NULLIFIER, _details, _list(0, 1));
        _post(_studyId, NULLIFIER, _list(0, 1), 0);
        _passChallenge();
        _disputes.expire(_studyId, NULLIFIER, _details);
        _assertSums(
            IEnrolments.State.Refunded, Sums(PRICE, N * FEE, 5 * SLICE - PRICE, 0, 0x1f, 10, 0), 0x1f, FEE
        );
        _tell("two segments demanded, one posted", _studyId, NULLIFIER);
    }

    function test_demanded_thenAccepted() public {
        _demand(_studyId, NULLIFIER, _details, _list(0, 1));
        _accept(_studyId, NULLIFIER, _details);
        _assertSums(IEnrolments.State.Settled, Sums(PRICE, 2 * N * FEE, 0, FEE, 0, 9, 0));
        _tell("two segments demanded, accepted before they were posted", _studyId, NULLIFIER);
    }

    function test_demanded_thenRevoked() public {
        _demand(_studyId, NULLIFIER, _details, _list(0, 1));
        _enrolments.revoke(_studyId, NULLIFIER, _details, _secret(NULLIFIER, 0));
        _assertSums(IEnrolments.State.Revoked, Sums(0, 2 * N * FEE, 0, FEE, 0, 9, 1));
        _tell("two segments demanded, revoked before they were posted", _studyId, NULLIFIER);
    }

    function test_demanded_thenAPatientsFault() public {
        _demand(_studyId, NULLIFIER, _details, _list(0, 1));
        _fault();
        _assertSums(IEnrolments.State.Faulted, Sums(0, 2 * N * FEE, 0, 0, 0, 10, 0));
        _tell("two segments demanded, a fault of the patient's before they were posted", _studyId, NULLIFIER);
    }

    /// @dev A compensation belongs to its attempt; a later attempt is paid in full.
    function test_afterARefund_theNextAttemptIsPaidInFull() public {
        _challenge(_studyId, NULLIFIER, _details);
        _passChallenge();
        _disputes.expire(_studyId, NULLIFIER, _details);
        _details = _enrol(_studyId, NULLIFIER, 1);
        _accept(_studyId, NULLIFIER, _details);
        _assertSums(
            IEnrolments.State.Settled, Sums(2 * uint256(PRICE), SLICE, 5 * SLICE - PRICE, FEE, 0x1f, 9, 0)
        );
        _tell("challenged, nobody answered; the next attempt accepted", _studyId, NULLIFIER);
    }

    function _fault() private {
        bytes memory envelope = _mockEnvelope();
        envelope[8] = 0xff;
        _disputes.proveCapsule(_studyId, NULLIFIER, _details, envelope, _details.recordTag);
    }

    function _assertSums(IEnrolments.State state, Sums memory sums) private view {
        _assertSums(state, sums, 0, 0);
    }

    /// @param rewarded Slots that were paid `reward` in the dispute itself.
    function _assertSums(IEnrolments.State state, Sums memory sums, uint16 rewarded, uint256 reward)
        private
        view
    {
        _assertState(_studyId, NULLIFIER, state);
        assertEq(_credit(PAYOUT, _paidIn), sums.patient, "patient");
        assertEq(_credit(_institution.addr, _paidIn), sums.institution, "institution");
        assertEq(_credit(TREASURER, _paidIn), sums.consortium, "consortium");
        for (uint256 i = 0; i < N; ++i) {
            address proxy = _proxies[i].addr;
            uint256 extra = (rewarded >> i) & 1 == 1 ? reward : 0;
            assertEq(_credit(proxy, _paidIn), sums.fees + extra, "proxy");
            ITreasury.Bond memory bond = _treasury.bondOf(proxy, _paidIn);
            assertEq(bond.free, BOND - ((sums.slashed >> i) & 1 == 1 ? SLICE : 0), "free bond");
            assertEq(bond.locked, 0, "locked bond");
        }
        // Fees for a delivery that was revoked are paid, its price stays with the study
        uint256 free = sums.freeUnits * UNIT + sums.keptPrices * PRICE;
        assertEq(_studies.freeEscrow(_studyId), free, "study");
        assertEq(_treasury.stakeOf(_studyId, NULLIFIER), 0, "stake");
        _assertConserved(_paidIn);
    }
}

/// @notice The table in native coin.
contract DisputeEndingsInNativeCoinTest is DisputeEndingsTest {
    function _currency() internal pure override returns (address) {
        return address(0);
    }
}

/// @notice The table in an ERC-20.
contract DisputeEndingsInTokenTest is DisputeEndingsTest {
    function _currency() internal view override returns (address) {
        return address(_token);
    }
}
