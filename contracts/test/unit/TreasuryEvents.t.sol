// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Disputing} from "../helpers/Disputing.sol";

/// @notice Whatever moves between the treasury's books is told, each sum by itself.
contract TreasuryEventsTest is Disputing {
    /// @dev PRICE / M rounded up.
    uint256 private constant SLICE = 0.333333333333333334 ether;

    uint256 private _studyId;
    IEnrolments.Details private _details;

    function setUp() public override {
        super.setUp();
        _bondAll(address(0));
        _studyId = _openStudy(_terms(address(0)));
        _details = _enrol(_studyId, NULLIFIER, 0);
    }

    function test_accept_tellsWhatLeavesTheEscrowAndWhoGetsIt() public {
        vm.expectEmit(address(_treasury));
        emit ITreasury.EscrowPaid(_studyId, PRICE + N * FEE);
        _expectCredit(PAYOUT, PRICE);
        for (uint256 i = 0; i < N; ++i) {
            _expectCredit(_proxies[i].addr, FEE);
        }
        _accept(_studyId, NULLIFIER, _details);
    }

    function test_refund_tellsWhoIsSlashedAndWhoGetsIt() public {
        _attest(_studyId, NULLIFIER, _details, 1);
        _passDelivery();
        for (uint256 i = 1; i < N; ++i) {
            vm.expectEmit(address(_treasury));
            emit ITreasury.BondSlashed(_proxies[i].addr, address(0), SLICE);
        }
        _expectCredit(PAYOUT, PRICE);
        _expectCredit(TREASURER, 4 * SLICE - PRICE);
        _enrolments.refund(_studyId, NULLIFIER, _details);
    }

    function test_challenge_tellsTheStakeAndItsEnd() public {
        _attest(_studyId, NULLIFIER, _details, M);
        vm.expectEmit(address(_treasury));
        emit ITreasury.StakePut(_studyId, NULLIFIER, address(0), SLICE);
        _challenge(_studyId, NULLIFIER, _details);
        uint256 each = SLICE / 2 / M;
        vm.expectEmit(address(_treasury));
        emit ITreasury.StakePaid(_studyId, NULLIFIER, SLICE);
        _expectCredit(PAYOUT, SLICE - M * each);
        _expectCredit(_proxies[0].addr, each);
        _answer(_studyId, NULLIFIER, _details, 0, M);
    }

    function _expectCredit(address account, uint256 amount) private {
        vm.expectEmit(address(_treasury));
        emit ITreasury.CreditAdded(account, address(0), amount);
    }
}
