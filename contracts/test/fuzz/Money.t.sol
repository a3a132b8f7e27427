// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IMembers} from "../../src/interfaces/IMembers.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Enrolling} from "../helpers/Enrolling.sol";

/// @notice The table of endings for any price, fee, smallest slice and set of slots that attested.
contract MoneyFuzzTest is Enrolling {
    struct Sums {
        uint128 price;
        uint128 fee;
        uint128 minSlice;
    }

    function testFuzz_refund_slashesAsTheTableSays(Sums memory sums, uint256 attested) public {
        attested = bound(attested, 0, M - 1);
        uint256 studyId = _studyWith(sums);
        uint256 slice = _studies.standingOf(studyId).slice;
        IEnrolments.Details memory details = _enrol(studyId, NULLIFIER, 0);
        if (attested != 0) _attest(studyId, NULLIFIER, details, attested);
        uint256 escrow = _treasury.escrowOf(studyId);
        _passDelivery();
        _enrolments.refund(studyId, NULLIFIER, details);

        uint256 slashed = (N - attested) * slice;
        uint256 compensation = slashed < sums.price ? slashed : sums.price;
        assertEq(_credit(PAYOUT, address(0)), compensation);
        assertEq(_credit(TREASURER, address(0)), slashed - compensation);
        assertEq(_treasury.escrowOf(studyId), escrow);
        // At least m slots are silent when the window passes, so that the patient has the whole price
        assertEq(compensation, sums.price);
        for (uint256 i = 0; i < N; ++i) {
            ITreasury.Bond memory bond = _treasury.bondOf(_proxies[i].addr, address(0));
            assertEq(bond.free, i < attested ? BOND : BOND - slice);
            assertEq(bond.locked, 0);
        }
        _assertConserved(address(0));
    }

    function testFuzz_settled_paysAsTheTableSays(Sums memory sums, bool accepted, uint256 attested) public {
        uint256 studyId = _studyWith(sums);
        IEnrolments.Details memory details = _enrol(studyId, NULLIFIER, 0);
        attested = bound(attested, accepted ? 0 : M, N);
        if (attested != 0) _attest(studyId, NULLIFIER, details, attested);
        if (accepted) {
            _accept(studyId, NULLIFIER, details);
        } else {
            _passChallenge();
            _enrolments.settle(studyId, NULLIFIER, details);
        }
        assertEq(_credit(PAYOUT, address(0)), sums.price);
        for (uint256 i = 0; i < N; ++i) {
            assertEq(_credit(_proxies[i].addr, address(0)), sums.fee);
            assertEq(_treasury.bondOf(_proxies[i].addr, address(0)).free, BOND);
        }
        uint256 unit = uint256(sums.price) + N * sums.fee;
        assertEq(_treasury.escrowOf(studyId), 9 * unit);
        _assertConserved(address(0));
    }

    function testFuzz_revoke_paysAsTheTableSays(Sums memory sums, uint256 attested) public {
        uint256 studyId = _studyWith(sums);
        IEnrolments.Details memory details = _enrol(studyId, NULLIFIER, 0);
        attested = bound(attested, 0, N);
        if (attested != 0) _attest(studyId, NULLIFIER, details, attested);
        _enrolments.revoke(studyId, NULLIFIER, details, _secret(NULLIFIER, 0));
        uint256 paid = attested < M ? 0 : sums.fee;
        assertEq(_credit(PAYOUT, address(0)), 0);
        for (uint256 i = 0; i < N; ++i) {
            assertEq(_credit(_proxies[i].addr, address(0)), paid);
            assertEq(_treasury.bondOf(_proxies[i].addr, address(0)).free, BOND);
        }
        uint256 unit = uint256(sums.price) + N * sums.fee;
        assertEq(_treasury.escrowOf(studyId), 10 * unit - N * paid);
        _assertConserved(address(0));
    }

    function testFuzz_slice_coversThePriceByMSlots(Sums memory sums) public {
        uint256 studyId = _studyWith(sums);
        uint256 slice = _studies.standingOf(studyId).slice;
        assertGe(slice * M, sums.price);
        assertGe(slice, sums.minSlice);
        if (slice > sums.minSlice) assertLt((slice - 1) * M, sums.price);
    }

    /// @dev Bounds the sums, and opens a study with them in native coin.
    function _studyWith(Sums memory sums) private returns (uint256) {
        sums.price = uint128(bound(sums.price, 0, 10 ether));
        sums.fee = uint128(bound(sums.fee, 0, 1 ether));
        sums.minSlice = uint128(bound(sums.minSlice, 0, 5 ether));
        vm.prank(CONSORTIUM);
        _members.setTokenBounds(
            address(0),
            IMembers.TokenBounds({
                allowed: true, maxPrice: 10 ether, maxFee: 1 ether, minSlice: sums.minSlice
            })
        );
        _bondAll(address(0));
        IStudies.Terms memory terms = _terms(address(0));
        terms.price = sums.price;
        terms.fee = sums.fee;
        return _openStudy(terms);
    }
}
