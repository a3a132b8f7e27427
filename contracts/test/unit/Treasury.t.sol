// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Enrolling} from "../helpers/Enrolling.sol";
import {FeeToken, Greedy, ReenteringToken, Refusing} from "../helpers/Payees.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

contract TreasuryTest is Enrolling {
    address private _proxy;

    function setUp() public override {
        super.setUp();
        _proxy = _proxies[0].addr;
    }

    function test_depositBond_inNativeCoinAndToken() public {
        vm.expectEmit(address(_treasury));
        emit ITreasury.BondDeposited(_proxy, address(0), 7);
        _bond(_proxy, address(0), 7);
        _bond(_proxy, address(_token), 9);
        _bond(_proxy, address(_token), 1);
        assertEq(_treasury.bondOf(_proxy, address(0)).free, 7);
        assertEq(_treasury.bondOf(_proxy, address(_token)).free, 10);
        _assertConserved(address(0));
        _assertConserved(address(_token));
    }

    function test_depositBond_revertsWithNotProxy() public {
        vm.expectRevert(abi.encodeWithSelector(ITreasury.NotProxy.selector, STRANGER));
        vm.prank(STRANGER);
        _treasury.depositBond(address(0), 1);
        _expel(_proxy);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.NotProxy.selector, _proxy));
        vm.prank(_proxy);
        _treasury.depositBond(address(0), 1);
    }

    function test_depositBond_revertsWithAmountInvalid() public {
        vm.expectRevert(abi.encodeWithSelector(ITreasury.AmountInvalid.selector, 0));
        vm.prank(_proxy);
        _treasury.depositBond(address(0), 0);
    }

    function test_depositBond_revertsWithValueMismatch() public {
        vm.deal(_proxy, 10);
        vm.startPrank(_proxy);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.ValueMismatch.selector, 1, 2));
        _treasury.depositBond{value: 1}(address(0), 2);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.ValueMismatch.selector, 1, 0));
        _treasury.depositBond{value: 1}(address(_token), 2);
    }

    function test_depositBond_revertsWithTransferMismatch() public {
        FeeToken token = new FeeToken();
        token.mint(_proxy, 1_000);
        vm.startPrank(_proxy);
        token.approve(address(_treasury), 1_000);
        vm.expectRevert(
            abi.encodeWithSelector(ITreasury.TransferMismatch.selector, address(token), 990, 1_000)
        );
        _treasury.depositBond(address(token), 1_000);
    }

    function test_depositBond_cantBeReenteredByItsToken() public {
        ReenteringToken token = new ReenteringToken(_treasury);
        token.mint(_proxy, 1_000);
        vm.startPrank(_proxy);
        token.approve(address(_treasury), 1_000);
        vm.expectRevert(ReentrancyGuard.ReentrancyGuardReentrantCall.selector);
        _treasury.depositBond(address(token), 1_000);
    }

    function test_fundAndStake_cantBeReenteredByTheirToken() public {
        ReenteringToken token = new ReenteringToken(_treasury);
        token.mint(STRANGER, 1_000);
        vm.prank(STRANGER);
        token.approve(address(_treasury), 1_000);
        vm.expectRevert(ReentrancyGuard.ReentrancyGuardReentrantCall.selector);
        vm.prank(address(_studies));
        _treasury.fund(1, address(token), STRANGER, 10);
        vm.expectRevert(ReentrancyGuard.ReentrancyGuardReentrantCall.selector);
        vm.prank(address(_disputes));
        _treasury.stake(1, NULLIFIER, address(token), STRANGER, 10);
    }

    function test_exit_takesTheDelay() public {
        _bond(_proxy, address(0), 100);
        uint256 releaseAt = block.timestamp + 40 days;
        vm.expectEmit(address(_treasury));
        emit ITreasury.ExitRequested(_proxy, address(0), 60, releaseAt);
        vm.prank(_proxy);
        _treasury.requestExit(address(0), 60);
        assertEq(_treasury.bondOf(_proxy, address(0)).free, 40);
        vm.warp(releaseAt - 1);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.ExitNotDue.selector, releaseAt));
        _treasury.completeExit(_proxy, address(0));
        vm.warp(releaseAt);
        vm.expectEmit(address(_treasury));
        emit ITreasury.ExitCompleted(_proxy, address(0), 60);
        _treasury.completeExit(_proxy, address(0));
        assertEq(_credit(_proxy, address(0)), 60);
        assertEq(_treasury.exitOf(_proxy, address(0)).amount, 0);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.ExitNotDue.selector, 0));
        _treasury.completeExit(_proxy, address(0));
    }

    function test_requestExit_aSecondStartsTheDelayAnew() public {
        _bond(_proxy, address(0), 100);
        vm.startPrank(_proxy);
        _treasury.requestExit(address(0), 10);
        skip(39 days);
        _treasury.requestExit(address(0), 20);
        ITreasury.Exit memory leaving = _treasury.exitOf(_proxy, address(0));
        assertEq(leaving.amount, 30);
        assertEq(leaving.releaseAt, block.timestamp + 40 days);
    }

    function test_requestExit_revertsWithAmountInvalid() public {
        _bond(_proxy, address(0), 100);
        vm.startPrank(_proxy);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.AmountInvalid.selector, 0));
        _treasury.requestExit(address(0), 0);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.AmountInvalid.selector, 101));
        _treasury.requestExit(address(0), 101);
    }

    function test_requestExit_leavesLockedSlicesWhereTheyAre() public {
        _bondAll(address(0));
        uint256 studyId = _openStudy(_terms(address(0)));
        _enrol(studyId, NULLIFIER, 0);
        ITreasury.Bond memory bond = _treasury.bondOf(_proxy, address(0));
        vm.startPrank(_proxy);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.AmountInvalid.selector, BOND));
        _treasury.requestExit(address(0), BOND);
        _treasury.requestExit(address(0), bond.free);
        assertEq(_treasury.bondOf(_proxy, address(0)).locked, bond.locked);
    }

    function test_exit_worksForTheExpelled() public {
        _bond(_proxy, address(0), 100);
        _expel(_proxy);
        vm.prank(_proxy);
        _treasury.requestExit(address(0), 100);
        skip(40 days);
        _treasury.completeExit(_proxy, address(0));
        _treasury.push(_proxy, address(0));
        assertEq(_proxy.balance, 100);
    }

    function test_push_paysTheOwnerWhoeverCalls() public {
        _exitedBond(_proxy, address(_token), 50);
        vm.expectEmit(address(_treasury));
        emit ITreasury.CreditPaid(_proxy, address(_token), 50);
        vm.prank(STRANGER);
        _treasury.push(_proxy, address(_token));
        assertEq(_token.balanceOf(_proxy), 50);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.NoCredit.selector, _proxy, address(_token)));
        _treasury.push(_proxy, address(_token));
    }

    function test_push_revertsWithPaymentRefusedAndKeepsTheCredit() public {
        Refusing refusing = new Refusing();
        _admitProxy(address(refusing), makeAddr("its operator"));
        _exitedBond(address(refusing), address(0), 50);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.PaymentRefused.selector, address(refusing)));
        _treasury.push(address(refusing), address(0));
        assertEq(_credit(address(refusing), address(0)), 50);
        refusing.relent();
        _treasury.push(address(refusing), address(0));
        assertEq(address(refusing).balance, 50);
    }

    function test_push_cantBeReentered() public {
        _bondAll(address(0));
        Greedy greedy = new Greedy(_treasury);
        _admitProxy(address(greedy), makeAddr("its operator"));
        greedy.bond{value: 50}();
        skip(40 days);
        _treasury.completeExit(address(greedy), address(0));
        vm.expectRevert(abi.encodeWithSelector(ITreasury.PaymentRefused.selector, address(greedy)));
        _treasury.push(address(greedy), address(0));
        assertEq(_credit(address(greedy), address(0)), 50);
    }

    function test_theSmallestUnitGoesAllTheWay() public {
        _exitedBond(_proxy, address(_token), 1);
        _treasury.push(_proxy, address(_token));
        assertEq(_token.balanceOf(_proxy), 1);
    }

    /// @dev No event, no credit; of one unit there is both.
    function test_payFromEscrowAndStake_sayNothingOfNothing() public {
        uint256 studyId = _openStudy(_terms(address(0)));
        address[] memory one = new address[](1);
        one[0] = _proxy;
        vm.deal(address(_disputes), 1);
        vm.prank(address(_disputes));
        _treasury.stake{value: 1}(studyId, NULLIFIER, address(0), STRANGER, 1);
        vm.recordLogs();
        vm.prank(address(_studies));
        _treasury.payFromEscrow(studyId, address(0), STRANGER, 0, one, 0);
        vm.prank(address(_disputes));
        _treasury.payStake(studyId, NULLIFIER, address(0), STRANGER, 0, one, 0);
        assertEq(vm.getRecordedLogs().length, 0);

        vm.prank(address(_studies));
        _treasury.payFromEscrow(studyId, address(0), STRANGER, 0, one, 1);
        vm.prank(address(_disputes));
        _treasury.payStake(studyId, NULLIFIER, address(0), STRANGER, 1, one, 0);
        // What is paid, and to one credit each
        assertEq(vm.getRecordedLogs().length, 4);
        assertEq(_credit(_proxy, address(0)), 1);
        assertEq(_credit(STRANGER, address(0)), 1);
        assertEq(_treasury.stakeOf(studyId, NULLIFIER), 0);
    }

    /// @dev Whichever of them it is that has the least.
    function test_lock_goesByWhoeverHasTheLeast() public {
        address other = _proxies[1].addr;
        _bond(_proxy, address(0), 25);
        _bond(other, address(0), 100);
        address[] memory both = new address[](2);
        for (uint256 i = 0; i < 2; ++i) {
            (both[i], both[1 - i]) = (_proxy, other);
            uint256 start = vm.snapshotState();
            vm.startPrank(address(_enrolments));
            vm.expectRevert(abi.encodeWithSelector(ITreasury.NoFreeBond.selector, _proxy, address(0), 25, 26));
            _treasury.lock(both, address(0), 26, 1);
            assertEq(_treasury.lock(both, address(0), 10, 5), 2);
            vm.stopPrank();
            assertEq(_treasury.bondOf(_proxy, address(0)).free, 5);
            assertEq(_treasury.bondOf(other, address(0)).locked, 20);
            vm.revertToState(start);
        }
    }

    /// @dev Where nothing is locked, nothing limits how often.
    function test_lock_ofNothingIsGrantedAsOftenAsAsked() public {
        address[] memory one = new address[](1);
        one[0] = _proxy;
        vm.prank(address(_enrolments));
        assertEq(_treasury.lock(one, address(0), 0, 5), 5);
        assertEq(_treasury.bondOf(_proxy, address(0)).receipts, 5);
    }

    function test_studiesFunctions_revertWithNotStudies() public {
        bytes memory notStudies = abi.encodeWithSelector(ITreasury.NotStudies.selector, STRANGER);
        vm.startPrank(STRANGER);
        vm.expectRevert(notStudies);
        _treasury.fund(1, address(0), STRANGER, 0);
        vm.expectRevert(notStudies);
        _treasury.payFromEscrow(1, address(0), STRANGER, 0, new address[](0), 0);
    }

    function test_enrolmentsFunctions_revertWithNotEnrolments() public {
        bytes memory notEnrolments = abi.encodeWithSelector(ITreasury.NotEnrolments.selector, STRANGER);
        address[] memory nobody = new address[](0);
        vm.startPrank(STRANGER);
        vm.expectRevert(notEnrolments);
        _treasury.lock(nobody, address(0), 0, 1);
        vm.expectRevert(notEnrolments);
        _treasury.unlockUnused(nobody, address(0), 0, 1);
        vm.expectRevert(notEnrolments);
        _treasury.unlock(nobody, address(0), 0);
        vm.expectRevert(notEnrolments);
        _treasury.slash(nobody, address(0), 0, STRANGER, 0);
        vm.expectRevert(notEnrolments);
        _treasury.countAttested(nobody, address(0));
    }

    function test_payFromEscrow_revertsWithEscrowTooSmall() public {
        uint256 studyId = _openStudy(_terms(address(0)));
        uint256 held = _treasury.escrowOf(studyId);
        vm.startPrank(address(_studies));
        vm.expectRevert(abi.encodeWithSelector(ITreasury.EscrowTooSmall.selector, studyId, held, held + 1));
        _treasury.payFromEscrow(studyId, address(0), STRANGER, held + 1, new address[](0), 0);
    }

    function test_depositBond_revertsWithAmountInvalidBeyond96Bits() public {
        uint256 most = type(uint96).max;
        _provide(_proxy, address(_token), most + 1);
        vm.startPrank(_proxy);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.AmountInvalid.selector, most + 1));
        _treasury.depositBond(address(_token), most + 1);
        _treasury.depositBond(address(_token), most);
        assertEq(_treasury.bondOf(_proxy, address(_token)).free, most);
    }

    /// @dev Bond that is there already counts, free and locked: together they must stay within 96 bits.
    function test_depositBond_revertsWithAmountInvalidBeyond96BitsTogether() public {
        _bondAll(address(0));
        _enrol(_openStudy(_terms(address(0))), NULLIFIER, 0);
        ITreasury.Bond memory bond = _treasury.bondOf(_proxy, address(0));
        assertGt(bond.locked, 0);
        uint256 most = type(uint96).max - BOND;
        vm.deal(_proxy, most + 1);
        vm.startPrank(_proxy);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.AmountInvalid.selector, most + 1));
        _treasury.depositBond{value: most + 1}(address(0), most + 1);
        _treasury.depositBond{value: most}(address(0), most);
        assertEq(_treasury.bondOf(_proxy, address(0)).free, most + bond.free);
        assertEq(_treasury.bondOf(_proxy, address(0)).locked, bond.locked);
    }

    function test_recordOf_countsHowAProxyServed() public {
        _bondAll(address(0));
        uint256 studyId = _openStudy(_terms(address(0)));
        // One of two enrolments is attested twice over by the first two proxies, then both end
        IEnrolments.Details memory one = _enrol(studyId, 1, 0);
        IEnrolments.Details memory two = _enrol(studyId, 2, 0);
        _attest(studyId, 1, one, 2);
        _attest(studyId, 1, one, 2);
        _assertRecord(0, ITreasury.Record({receipts: 2, attested: 1, answered: 0, slashed: 0}));
        _assertRecord(2, ITreasury.Record({receipts: 2, attested: 0, answered: 0, slashed: 0}));
        _accept(studyId, 2, two);
        _passDelivery();
        _enrolments.refund(studyId, 1, one);
        _assertRecord(0, ITreasury.Record({receipts: 2, attested: 1, answered: 0, slashed: 0}));
        _assertRecord(2, ITreasury.Record({receipts: 2, attested: 0, answered: 0, slashed: 1}));
        // Each token has a record of its own
        assertEq(_treasury.recordOf(_proxy, address(_token)).receipts, 0);
    }

    function test_countAnswered_countsEach() public {
        address[] memory both = new address[](2);
        (both[0], both[1]) = (_proxies[0].addr, _proxies[1].addr);
        vm.startPrank(address(_disputes));
        _treasury.countAnswered(both, address(0));
        _treasury.countAnswered(both, address(0));
        vm.stopPrank();
        _assertRecord(1, ITreasury.Record({receipts: 0, attested: 0, answered: 2, slashed: 0}));
    }

    function _assertRecord(uint256 proxy, ITreasury.Record memory expected) private view {
        ITreasury.Record memory record = _treasury.recordOf(_proxies[proxy].addr, address(0));
        assertEq(abi.encode(record), abi.encode(expected));
    }

    /// @dev Bond that went in and out again: the simplest credit.
    function _exitedBond(address proxy, address token, uint256 amount) private {
        _bond(proxy, token, amount);
        vm.prank(proxy);
        _treasury.requestExit(token, amount);
        skip(40 days);
        _treasury.completeExit(proxy, token);
    }
}
