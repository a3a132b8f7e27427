// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Enrolling} from "../helpers/Enrolling.sol";

/// @notice The table of endings, to the smallest unit. Each ending is looked at as a difference of every account that could have a part in it.
abstract contract EndingsTest is Enrolling {
    /// @dev PRICE / M rounded up.
    uint256 internal constant SLICE = 0.333333333333333334 ether;
    uint256 internal constant UNIT = uint256(PRICE) + N * FEE;

    address internal _paidIn;
    uint256 internal _studyId;

    function setUp() public virtual override {
        super.setUp();
        _paidIn = _currency();
        _bondAll(_paidIn);
        _studyId = _openStudy(_terms(_paidIn));
    }

    /// @dev The token that the study pays in.
    function _currency() internal view virtual returns (address);

    function test_enrol_setsAsidePriceAndLocksSlices() public {
        _enrol(_studyId, NULLIFIER, 0);
        assertEq(_studies.freeEscrow(_studyId), 9 * UNIT);
        _assertBonds(0, N, BOND - SLICE, SLICE);
        _assertConserved(_paidIn);
    }

    function test_accept_paysPatientAndAllSlots() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        _attest(_studyId, NULLIFIER, details, 1);
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.Settled(_studyId, NULLIFIER, 0, true);
        _accept(_studyId, NULLIFIER, details);
        _assertSettled();
        _tell("accepted before its delivery", _studyId, NULLIFIER);
    }

    function test_accept_paysOnlySlotsThatTheEnrolmentCarries() public {
        address[] memory six = new address[](6);
        six[5] = makeAddr("sixth proxy");
        _admitProxy(six[5], makeAddr("sixth operator"));
        for (uint256 i = 0; i < N; ++i) {
            six[i] = _proxies[i].addr;
        }
        uint256 wider = _openWith(six);
        IEnrolments.Details memory details = _enrol(wider, NULLIFIER, 0);
        _accept(wider, NULLIFIER, details);
        assertEq(_credit(six[0], _paidIn), FEE);
        assertEq(_credit(six[5], _paidIn), 0);
        // The unused fee stays with the study
        assertEq(_treasury.escrowOf(wider), 9 * (UNIT + FEE) + FEE);
    }

    function test_accept_afterDelivery() public {
        IEnrolments.Details memory details = _deliver();
        _accept(_studyId, NULLIFIER, details);
        _assertSettled();
        _tell("accepted once delivered", _studyId, NULLIFIER);
    }

    function test_accept_afterEitherWindowHasPassed() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        _passDelivery();
        _accept(_studyId, NULLIFIER, details);
        _assertSettled();
        _tell("accepted after the delivery window", _studyId, NULLIFIER);
    }

    function test_settle_paysPatientAndAllSlots() public {
        IEnrolments.Details memory details = _deliver();
        _passChallenge();
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.Settled(_studyId, NULLIFIER, 0, false);
        _enrolments.settle(_studyId, NULLIFIER, details);
        _assertSettled();
        _tell("delivered, the institution silent", _studyId, NULLIFIER);
    }

    function test_refund_slashesAllWhenNobodyAttested() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        _passDelivery();
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.Refunded(_studyId, NULLIFIER, 0, 0x1f, PRICE);
        _enrolments.refund(_studyId, NULLIFIER, details);

        _assertState(_studyId, NULLIFIER, IEnrolments.State.Refunded);
        assertEq(_credit(PAYOUT, _paidIn), PRICE, "the patient up to the price");
        assertEq(_credit(TREASURER, _paidIn), N * SLICE - PRICE, "the consortium the rest");
        assertEq(_studies.freeEscrow(_studyId), 10 * UNIT, "price and fees stay with the study");
        assertEq(_credit(_institution.addr, _paidIn), 0, "the institution gains nothing");
        _assertBonds(0, N, BOND - SLICE, 0);
        _assertConserved(_paidIn);
        _tell("not delivered, nobody attested", _studyId, NULLIFIER);
    }

    function test_refund_slashesTheSilentOnly() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        _attest(_studyId, NULLIFIER, details, 2);
        _passDelivery();
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.Refunded(_studyId, NULLIFIER, 0, 0x1c, PRICE);
        _enrolments.refund(_studyId, NULLIFIER, details);
        assertEq(_credit(PAYOUT, _paidIn), PRICE);
        assertEq(_credit(TREASURER, _paidIn), 3 * SLICE - PRICE);
        _assertBonds(0, 2, BOND, 0);
        _assertBonds(2, N, BOND - SLICE, 0);
        assertEq(_credit(_proxies[0].addr, _paidIn), 0, "no fee for a delivery that failed");
        _assertConserved(_paidIn);
        _tell("not delivered, m - 1 attested", _studyId, NULLIFIER);
    }

    function test_revoke_whileEnrolledPaysNobody() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.Revoked(_studyId, NULLIFIER, 0);
        _enrolments.revoke(_studyId, NULLIFIER, details, _secret(NULLIFIER, 0));

        _assertState(_studyId, NULLIFIER, IEnrolments.State.Revoked);
        assertEq(_studies.freeEscrow(_studyId), 10 * UNIT);
        _assertCredits(0, 0, 0);
        _assertBonds(0, N, BOND, 0);
        _assertConserved(_paidIn);
        _tell("revoked before its delivery", _studyId, NULLIFIER);
    }

    function test_revoke_onceDeliveredPaysTheSlots() public {
        IEnrolments.Details memory details = _deliver();
        _enrolments.revoke(_studyId, NULLIFIER, details, _secret(NULLIFIER, 0));

        assertEq(_studies.freeEscrow(_studyId), 10 * UNIT - N * FEE);
        _assertCredits(0, FEE, 0);
        _assertBonds(0, N, BOND, 0);
        _assertConserved(_paidIn);
        _tell("revoked once delivered", _studyId, NULLIFIER);
    }

    function test_revoke_leavesNoPlaceThatTheEscrowCantPay() public {
        IEnrolments.Details memory details;
        // Nine places settle; the tenth is revoked after its delivery, and its fees are gone
        for (uint256 i = 1; i < 10; ++i) {
            details = _enrol(_studyId, i, 0);
            _accept(_studyId, i, details);
        }
        details = _deliver();
        _enrolments.revoke(_studyId, NULLIFIER, details, _secret(NULLIFIER, 0));
        assertEq(_studies.freeEscrow(_studyId), PRICE);

        IEnrolments.Request memory request = _request(_studyId, 99, 0, ALL);
        vm.expectRevert(abi.encodeWithSelector(IStudies.QuotaUsedUp.selector, _studyId));
        _enrolments.enrol(request);

        // What is left goes back, to the last unit
        vm.prank(_institution.addr);
        _studies.close(_studyId);
        assertEq(_studies.withdraw(_studyId), PRICE);
        assertEq(_treasury.escrowOf(_studyId), 0);
        _assertConserved(_paidIn);
    }

    /// @dev Fees that were paid for a place given back leave the escrow short of a place, and open enrolments have theirs already.
    function test_revoke_leavesNoPlaceBesideThoseThatAreOpen() public {
        IEnrolments.Details memory details = _deliver();
        _enrolments.revoke(_studyId, NULLIFIER, details, _secret(NULLIFIER, 0));
        for (uint256 i = 1; i < 10; ++i) {
            _enrol(_studyId, i, 0);
        }
        IEnrolments.Request memory request = _request(_studyId, 10, 0, ALL);
        vm.expectRevert(abi.encodeWithSelector(IStudies.QuotaUsedUp.selector, _studyId));
        _enrolments.enrol(request);
    }

    function test_nextAttempt_isPaidInFullBesidesTheCompensation() public {
        IEnrolments.Details memory details = _enrol(_studyId, NULLIFIER, 0);
        _passDelivery();
        _enrolments.refund(_studyId, NULLIFIER, details);
        details = _enrol(_studyId, NULLIFIER, 1);
        _accept(_studyId, NULLIFIER, details);
        assertEq(_credit(PAYOUT, _paidIn), 2 * uint256(PRICE));
        assertEq(_enrolments.standingOf(_studyId, NULLIFIER).attempt, 1);
        assertEq(_studies.standingOf(_studyId).settled, 1);
        _assertConserved(_paidIn);
        _tell("not delivered; the next attempt accepted", _studyId, NULLIFIER);
    }

    function test_everything_canBeTakenOut() public {
        IEnrolments.Details memory one = _enrol(_studyId, 1, 0);
        IEnrolments.Details memory two = _enrol(_studyId, 2, 0);
        _accept(_studyId, 1, one);
        _attest(_studyId, 2, two, 1);
        _passDelivery();
        _enrolments.refund(_studyId, 2, two);
        vm.prank(_institution.addr);
        _studies.close(_studyId);
        _studies.withdraw(_studyId);
        for (uint256 i = 0; i < N; ++i) {
            address proxy = _proxies[i].addr;
            uint256 free = _treasury.bondOf(proxy, _paidIn).free;
            vm.prank(proxy);
            _treasury.requestExit(_paidIn, free);
        }
        skip(40 days);
        for (uint256 i = 0; i < N; ++i) {
            _treasury.completeExit(_proxies[i].addr, _paidIn);
            _treasury.push(_proxies[i].addr, _paidIn);
        }
        _treasury.push(PAYOUT, _paidIn);
        _treasury.push(TREASURER, _paidIn);
        _treasury.push(_institution.addr, _paidIn);
        uint256 left =
            _paidIn == address(0) ? address(_treasury).balance : _token.balanceOf(address(_treasury));
        assertEq(left, 0, "no sum is stuck");
    }

    function _deliver() internal returns (IEnrolments.Details memory details) {
        details = _enrol(_studyId, NULLIFIER, 0);
        _attest(_studyId, NULLIFIER, details, M);
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Delivered);
    }

    function _openWith(address[] memory proxies) private returns (uint256) {
        IStudies.Terms memory terms = _terms(_paidIn);
        terms.proxies = proxies;
        return _openStudy(terms);
    }

    function _assertSettled() private view {
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Settled);
        _assertCredits(PRICE, FEE, 0);
        _assertBonds(0, N, BOND, 0);
        assertEq(_studies.freeEscrow(_studyId), 9 * UNIT);
        assertEq(_treasury.escrowOf(_studyId), 9 * UNIT);
        assertEq(_studies.standingOf(_studyId).settled, 1);
        assertEq(_studies.standingOf(_studyId).open, 0);
        _assertConserved(_paidIn);
    }

    function _assertCredits(uint256 patient, uint256 eachProxy, uint256 consortium) private view {
        assertEq(_credit(PAYOUT, _paidIn), patient, "patient");
        assertEq(_credit(TREASURER, _paidIn), consortium, "consortium");
        for (uint256 i = 0; i < N; ++i) {
            assertEq(_credit(_proxies[i].addr, _paidIn), eachProxy, "proxy");
        }
    }

    function _assertBonds(uint256 from, uint256 to, uint256 free, uint256 locked) private view {
        for (uint256 i = from; i < to; ++i) {
            ITreasury.Bond memory bond = _treasury.bondOf(_proxies[i].addr, _paidIn);
            assertEq(bond.free, free, "free bond");
            assertEq(bond.locked, locked, "locked bond");
        }
    }
}

/// @notice The table in native coin.
contract EndingsInNativeCoinTest is EndingsTest {
    function _currency() internal pure override returns (address) {
        return address(0);
    }
}

/// @notice The table in an ERC-20.
contract EndingsInTokenTest is EndingsTest {
    function _currency() internal view override returns (address) {
        return address(_token);
    }
}
