// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IMembers} from "../../src/interfaces/IMembers.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Enrolling} from "../helpers/Enrolling.sol";
import {BarringToken, LyingToken, RefusingToken, SilentToken} from "../helpers/OddTokens.sol";
import {FeeToken, Refusing} from "../helpers/Payees.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice Tokens that misbehave, and accounts that don't want to be paid: endings never depend on them.
contract OddTokensTest is Enrolling {
    function test_aTokenThatSaysNothing() public {
        address token = address(new SilentToken());
        _wholeStory(token);
        assertEq(SilentToken(token).balanceOf(PAYOUT), PRICE);
    }

    function test_aTokenThatAnswersFalse_isNotTaken() public {
        RefusingToken token = new RefusingToken();
        _allow(address(token));
        token.refuse(true);
        _provide(_proxies[0].addr, address(token), 5);
        bytes memory failed =
            abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token));
        vm.prank(_proxies[0].addr);
        vm.expectRevert(failed);
        _treasury.depositBond(address(token), 5);
        IStudies.Terms memory terms = _terms(address(token));
        _provide(_institution.addr, address(token), 10 * _unit(terms));
        vm.prank(_institution.addr);
        vm.expectRevert(failed);
        _studies.open(terms);
    }

    function test_aTokenThatAnswersFalse_keepsTheCredit() public {
        RefusingToken token = new RefusingToken();
        uint256 studyId = _studyIn(address(token));
        IEnrolments.Details memory details = _enrol(studyId, NULLIFIER, 0);
        token.refuse(true);
        // The ending does not ask the token
        _accept(studyId, NULLIFIER, details);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token)));
        _treasury.push(PAYOUT, address(token));
        assertEq(_credit(PAYOUT, address(token)), PRICE);
        token.refuse(false);
        _treasury.push(PAYOUT, address(token));
        assertEq(token.balanceOf(PAYOUT), PRICE);
    }

    function test_aTokenThatLies_isNotTaken() public {
        LyingToken token = new LyingToken();
        _allow(address(token));
        _provide(_proxies[0].addr, address(token), 5);
        vm.prank(_proxies[0].addr);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TransferMismatch.selector, address(token), 0, 5));
        _treasury.depositBond(address(token), 5);
    }

    function test_aTokenThatTakesAFee_opensNoStudy() public {
        FeeToken token = new FeeToken();
        _allow(address(token));
        IStudies.Terms memory terms = _terms(address(token));
        uint256 sum = 10 * _unit(terms);
        _provide(_institution.addr, address(token), sum);
        vm.prank(_institution.addr);
        vm.expectRevert(
            abi.encodeWithSelector(ITreasury.TransferMismatch.selector, address(token), sum - sum / 100, sum)
        );
        _studies.open(terms);
    }

    function test_aTokenThatBarsThePatient_stopsNobodyElse() public {
        BarringToken token = new BarringToken();
        uint256 studyId = _studyIn(address(token));
        IEnrolments.Details memory details = _enrol(studyId, NULLIFIER, 0);
        token.bar(PAYOUT, true);
        token.bar(_proxies[0].addr, true);
        _accept(studyId, NULLIFIER, details);
        vm.expectRevert("barred");
        _treasury.push(PAYOUT, address(token));
        _treasury.push(_proxies[1].addr, address(token));
        assertEq(token.balanceOf(_proxies[1].addr), FEE);
        token.bar(PAYOUT, false);
        _treasury.push(PAYOUT, address(token));
        assertEq(token.balanceOf(PAYOUT), PRICE);
    }

    function test_aPayoutThatRefusesNativeCoin_stopsNobodyElse() public {
        uint256 studyId = _studyIn(address(0));
        Refusing refusing = new Refusing();
        IEnrolments.Request memory request = _request(studyId, NULLIFIER, 0, ALL);
        request.payout = address(refusing);
        _enrolments.enrol(request);
        _accept(studyId, NULLIFIER, _detailsOf(request));
        vm.expectRevert(abi.encodeWithSelector(ITreasury.PaymentRefused.selector, address(refusing)));
        _treasury.push(address(refusing), address(0));
        _treasury.push(_proxies[0].addr, address(0));
        assertEq(_proxies[0].addr.balance, FEE);
        assertEq(_credit(address(refusing), address(0)), PRICE);
        refusing.relent();
        _treasury.push(address(refusing), address(0));
        assertEq(address(refusing).balance, PRICE);
    }

    function test_nothingIsOwedWhereNothingIsPaid() public {
        // Price, fees and slices of 0: an enrolment in a study that pays nobody
        address token = address(_token);
        vm.prank(CONSORTIUM);
        _members.setTokenBounds(token, _freeOfCharge());
        IStudies.Terms memory terms = _terms(token);
        terms.price = 0;
        terms.fee = 0;
        uint256 studyId = _openStudy(terms);
        IEnrolments.Details memory details = _enrol(studyId, 1, 0);
        _accept(studyId, 1, details);
        details = _enrol(studyId, 2, 0);
        _passDelivery();
        _enrolments.refund(studyId, 2, details);
        details = _enrol(studyId, 2, 1);
        _attest(studyId, 2, details, M);
        _enrolments.revoke(studyId, 2, details, _secret(2, 1));
        _enrol(studyId, 3, 0);
        assertEq(_credit(PAYOUT, token), 0);
        assertEq(_treasury.escrowOf(studyId), 0);
        vm.prank(_institution.addr);
        _studies.close(studyId);
        assertEq(_studies.withdraw(studyId), 0);
        _assertConserved(token);
    }

    /// @dev Bond, study, enrolment, ending, payment, withdrawal and exit in a token.
    function _wholeStory(address token) private {
        uint256 studyId = _studyIn(token);
        IEnrolments.Details memory details = _enrol(studyId, NULLIFIER, 0);
        _accept(studyId, NULLIFIER, details);
        _treasury.push(PAYOUT, token);
        vm.startPrank(_institution.addr);
        _studies.close(studyId);
        assertEq(_studies.withdraw(studyId), 9 * _unit(_terms(token)));
        vm.stopPrank();
        _treasury.push(_institution.addr, token);
        vm.prank(_proxies[0].addr);
        _treasury.requestExit(token, BOND);
        skip(40 days);
        _treasury.completeExit(_proxies[0].addr, token);
        _treasury.push(_proxies[0].addr, token);
    }

    function _studyIn(address token) private returns (uint256) {
        if (token != address(0)) _allow(token);
        _bondAll(token);
        return _openStudy(_terms(token));
    }

    function _freeOfCharge() private pure returns (IMembers.TokenBounds memory) {
        return IMembers.TokenBounds({allowed: true, maxPrice: 0, maxFee: 0, minSlice: 0});
    }
}
