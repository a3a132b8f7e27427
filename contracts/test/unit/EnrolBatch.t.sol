// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Enrolling} from "../helpers/Enrolling.sol";
import {MockVerifier} from "../helpers/MockVerifier.sol";
import {Typed} from "../helpers/Typed.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Many requests at once: which are skipped, for which cause, and what becomes of the others.
contract EnrolBatchTest is Enrolling {
    uint256 private _studyId;

    function setUp() public override {
        super.setUp();
        _bondAll(address(0));
        _studyId = _openStudy(_terms(address(0)));
    }

    function test_enrolBatch_enrolsAll() public {
        IEnrolments.Request[] memory requests = _requests(4);
        for (uint256 i = 0; i < 4; ++i) {
            IEnrolments.Request memory request = requests[i];
            vm.expectEmit(address(_enrolments));
            emit IEnrolments.Enrolled(
                _studyId, request.nullifier, request.recordTag, 0, request.day, PAYOUT, _detailsOf(request)
            );
        }
        assertEq(_enrolments.enrolBatch(requests), 4);
        for (uint256 i = 0; i < 4; ++i) {
            _assertState(_studyId, requests[i].nullifier, IEnrolments.State.Enrolled);
            bytes32 hash = _enrolments.detailsHashOf(_studyId, requests[i].nullifier);
            assertEq(hash, keccak256(abi.encode(_detailsOf(requests[i]))));
        }
        uint96 slice = _studies.standingOf(_studyId).slice;
        assertEq(_studies.standingOf(_studyId).open, 4);
        ITreasury.Bond memory bond = _treasury.bondOf(_proxies[0].addr, address(0));
        assertEq(bond.locked, 4 * slice);
        assertEq(bond.free, BOND - 4 * slice);
        assertEq(bond.receipts, 4);
        _assertConserved(address(0));
    }

    function test_enrolBatch_ofNoneDoesNothing() public {
        assertEq(_enrolments.enrolBatch(new IEnrolments.Request[](0)), 0);
    }

    function test_enrolBatch_doesWhatEnrolDoes() public {
        IEnrolments.Request[] memory requests = _requests(2);
        uint256 start = vm.snapshotState();
        _enrolments.enrolBatch(requests);
        bytes32 together = _digestOfState(requests);
        vm.revertToState(start);
        _enrolments.enrol(requests[0]);
        _enrolments.enrol(requests[1]);
        assertEq(_digestOfState(requests), together);
    }

    function test_enrolBatch_verifiesTheSignalsOfEach() public {
        IEnrolments.Request[] memory requests = _requests(1);
        requests[0].payout = STRANGER;
        _insistOnSignalsOf(_request(_studyId, 1, 0, ALL));
        vm.expectRevert(IEnrolments.ProofInvalid.selector);
        _enrolments.enrolBatch(requests);
    }

    function test_enrolBatch_revertsWithProofInvalidForAll() public {
        _verifier.answer(false);
        vm.expectRevert(IEnrolments.ProofInvalid.selector);
        _enrolments.enrolBatch(_requests(3));
    }

    function test_enrolBatch_looksAtNoProofOfTheSkipped() public {
        IEnrolments.Request[] memory requests = _requests(2);
        requests[0].payout = address(0);
        requests[1].payout = address(0);
        _verifier.answer(false);
        assertEq(_enrolments.enrolBatch(requests), 0);
        assertEq(_studies.standingOf(_studyId).open, 0);
        assertEq(_treasury.bondOf(_proxies[0].addr, address(0)).locked, 0);
    }

    function test_enrolBatch_skipsWhatComesTwice() public {
        IEnrolments.Request[] memory requests = _requests(3);
        requests[2] = requests[0];
        _expectOneSkipped(
            requests,
            2,
            abi.encodeWithSelector(
                IEnrolments.AlreadyEnrolled.selector, _studyId, 1, IEnrolments.State.Enrolled
            )
        );
    }

    function test_enrolBatch_skipsTheEnrolled() public {
        _enrol(_studyId, 2, 0);
        _expectOneSkipped(
            _requests(3),
            1,
            abi.encodeWithSelector(
                IEnrolments.AlreadyEnrolled.selector, _studyId, 2, IEnrolments.State.Enrolled
            )
        );
    }

    function test_enrolBatch_skipsWrongAttempts() public {
        IEnrolments.Request[] memory requests = _requests(3);
        requests[0] = _request(_studyId, 1, 1, ALL);
        _expectOneSkipped(requests, 0, abi.encodeWithSelector(IEnrolments.AttemptInvalid.selector, 1, 0));
    }

    function test_enrolBatch_skipsTheRevoked() public {
        IEnrolments.Request[] memory requests = _requests(3);
        _enrolments.reveal(_secret(2, 0));
        _expectOneSkipped(
            requests, 1, abi.encodeWithSelector(IEnrolments.GrantRevoked.selector, requests[1].revocationHash)
        );
    }

    function test_enrolBatch_skipsStaleAndUnknownRoots() public {
        uint256 old = _root;
        _insert(2);
        skip(2 days);
        IEnrolments.Request[] memory requests = _requests(3);
        requests[1].registryRoot = old;
        _expectOneSkipped(requests, 1, abi.encodeWithSelector(IEnrolments.RootStale.selector, old));
        for (uint256 i = 0; i < 3; ++i) {
            requests[i] = _request(_studyId, 11 + i, 0, ALL);
        }
        requests[0].registryRoot = 12_345;
        _expectOneSkipped(requests, 0, abi.encodeWithSelector(IEnrolments.RootUnknown.selector, 12_345));
    }

    function test_enrolBatch_skipsStaleDays() public {
        IEnrolments.Request[] memory requests = _requests(3);
        requests[2].day -= 2;
        _expectOneSkipped(
            requests, 2, abi.encodeWithSelector(IEnrolments.DayInvalid.selector, _today() - 2, _today())
        );
    }

    function test_enrolBatch_skipsBadAndExpiredReceipts() public {
        IEnrolments.Request[] memory requests = _requests(3);
        requests[0].receipts[2].r = 0;
        _expectOneSkipped(requests, 0, abi.encodeWithSelector(IEnrolments.ReceiptInvalid.selector, 2));
        requests = _requests(3);
        uint64 late = uint64(block.timestamp - 1);
        _signReceipts(requests[0], ALL, late);
        requests[1] = _request(_studyId, 11, 0, ALL);
        requests[2] = _request(_studyId, 12, 0, ALL);
        _expectOneSkipped(requests, 0, abi.encodeWithSelector(IEnrolments.ReceiptExpired.selector, 0, late));
    }

    function test_enrolBatch_skipsNumbersOutsideTheField() public {
        IEnrolments.Request[] memory requests = _requests(3);
        requests[1] = _request(_studyId, 2 + Typed.R, 0, ALL);
        _expectOneSkipped(requests, 1, abi.encodeWithSelector(IEnrolments.NotInField.selector, 2 + Typed.R));
    }

    function test_enrolBatch_skipsOnceAProxyWasExpelled() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.threshold = 2;
        uint256 wide = _openStudy(terms);
        IEnrolments.Request[] memory requests = new IEnrolments.Request[](3);
        requests[0] = _request(wide, 1, 0, 3);
        requests[1] = _request(wide, 2, 0, 4);
        requests[2] = _request(wide, 3, 0, 3);
        _expel(_proxies[3].addr);
        _expectOneSkipped(
            requests, 1, abi.encodeWithSelector(IEnrolments.ProxyExpelled.selector, _proxies[3].addr)
        );
    }

    function test_enrolBatch_skipsOnceTheBondIsUsedUp() public {
        uint96 slice = _studies.standingOf(_studyId).slice;
        address proxy = _proxies[4].addr;
        vm.prank(proxy);
        _treasury.requestExit(address(0), BOND - 2 * slice - 1);
        _expectOneSkipped(
            _requests(3),
            2,
            abi.encodeWithSelector(ITreasury.NoFreeBond.selector, proxy, address(0), 1, slice)
        );
        // The slots before the one without bond lock nothing for the one that was skipped
        assertEq(_treasury.bondOf(_proxies[0].addr, address(0)).locked, 2 * slice);
    }

    function test_enrolBatch_skipsOnceTheQuotaIsUsedUp() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.quota = 2;
        uint256 small = _openStudy(terms);
        IEnrolments.Request[] memory requests = new IEnrolments.Request[](3);
        for (uint256 i = 0; i < 3; ++i) {
            requests[i] = _request(small, 1 + i, 0, ALL);
        }
        _expectOneSkipped(requests, 2, abi.encodeWithSelector(IStudies.QuotaUsedUp.selector, small));
        // a place that one of them did not use goes to the next
        terms.quota = 2;
        small = _openStudy(terms);
        for (uint256 i = 0; i < 3; ++i) {
            requests[i] = _request(small, 1 + i, 0, ALL);
        }
        requests[0].payout = address(0);
        _expectOneSkipped(requests, 0, abi.encodeWithSelector(IEnrolments.PayoutZero.selector));
        assertEq(_studies.standingOf(small).open, 2);
    }

    function test_enrolBatch_givesBackPlacesThatNobodyTook() public {
        IEnrolments.Request[] memory requests = _requests(3);
        requests[1].payout = address(0);
        requests[2].payout = address(0);
        assertEq(_enrolments.enrolBatch(requests), 1);
        assertEq(_studies.standingOf(_studyId).open, 1);
        assertEq(_studies.freeEscrow(_studyId), 9 * _unit(_terms(address(0))));
    }

    function test_enrolBatch_skipsClosedAndUnknownStudies() public {
        uint256 closed = _openStudy(_terms(address(0)));
        vm.prank(_institution.addr);
        _studies.close(closed);
        IEnrolments.Request[] memory requests = _requests(4);
        requests[1] = _request(closed, 2, 0, ALL);
        requests[2] = _request(77, 3, 0, ALL);
        _expectSkipped(closed, 2, 1, abi.encodeWithSelector(IStudies.StudyEnded.selector, closed));
        _expectSkipped(77, 3, 2, abi.encodeWithSelector(IStudies.StudyUnknown.selector, 77));
        assertEq(_enrolments.enrolBatch(requests), 2);
        _assertState(_studyId, 1, IEnrolments.State.Enrolled);
        _assertState(_studyId, 4, IEnrolments.State.Enrolled);
    }

    function test_enrolBatch_takesStudiesOfSeveralVerifiers() public {
        MockVerifier another = new MockVerifier();
        vm.prank(CONSORTIUM);
        _studies.setVerifier(8, address(another));
        uint256 second = _openStudy(_terms(address(0)));
        IEnrolments.Request[] memory requests = new IEnrolments.Request[](5);
        requests[0] = _request(_studyId, 1, 0, ALL);
        requests[1] = _request(_studyId, 2, 0, ALL);
        requests[2] = _request(second, 3, 0, ALL);
        requests[3] = _request(77, 4, 0, ALL);
        requests[4] = _request(_studyId, 5, 0, ALL);
        uint256 start = vm.snapshotState();
        assertEq(_enrolments.enrolBatch(requests), 4);
        // Each verifier is asked, the first about both of its parts
        vm.revertToState(start);
        another.answer(false);
        vm.expectRevert(IEnrolments.ProofInvalid.selector);
        _enrolments.enrolBatch(requests);
        another.answer(true);
        _verifier.answer(false);
        vm.expectRevert(IEnrolments.ProofInvalid.selector);
        _enrolments.enrolBatch(requests);
        IEnrolments.Request[] memory last = new IEnrolments.Request[](2);
        (last[0], last[1]) = (requests[2], requests[4]);
        vm.expectRevert(IEnrolments.ProofInvalid.selector);
        _enrolments.enrolBatch(last);
    }

    /// @dev On one day, so that what the first study makes of it must not be the second's.
    function test_enrolBatch_takesEachStudysOwnAgeOfRecords() public {
        MockVerifier another = new MockVerifier();
        vm.prank(CONSORTIUM);
        _studies.setVerifier(8, address(another));
        IStudies.Terms memory terms = _terms(address(0));
        terms.maxRecordAge = 30;
        IEnrolments.Request[] memory requests = new IEnrolments.Request[](2);
        requests[0] = _request(_studyId, 1, 0, ALL);
        requests[1] = _request(_openStudy(terms), 2, 0, ALL);
        _insistOnSignalsOf(requests[0]);
        _insistOn(another, requests[1], 30);
        assertEq(_enrolments.enrolBatch(requests), 2);
    }

    function test_enrolBatch_skipsStudyZeroAsUnknown() public {
        IEnrolments.Request[] memory requests = _requests(2);
        requests[0] = _request(0, 1, 0, ALL);
        _expectOneSkipped(requests, 0, abi.encodeWithSelector(IStudies.StudyUnknown.selector, 0));
    }

    function test_enrolBatch_runsOutOfGasAsAWhole() public {
        // An estimate of gas looks for the least with which the call succeeds: it must not find one that skips for want of gas
        bytes memory data = abi.encodeCall(IEnrolments.enrolBatch, (_requests(2)));
        uint256 enrolled;
        for (uint256 gasGiven = 40_000; gasGiven < 500_000; gasGiven += 5_000) {
            uint256 start = vm.snapshotState();
            // solhint-disable-next-line avoid-low-level-calls
            (bool succeeded, bytes memory answer) = address(_enrolments).call{gas: gasGiven}(data);
            if (succeeded) {
                assertEq(abi.decode(answer, (uint256)), 2, "all or none");
                ++enrolled;
            }
            vm.revertToState(start);
        }
        assertGt(enrolled, 0);
    }

    function _requests(uint256 count) private view returns (IEnrolments.Request[] memory requests) {
        requests = new IEnrolments.Request[](count);
        for (uint256 i = 0; i < count; ++i) {
            requests[i] = _request(_studyId, 1 + i, 0, ALL);
        }
    }

    /// @dev One entry is skipped for this reason, all others are enrolled.
    /// @dev A slot has another proxy in another study.
    function test_enrolBatch_asksAnewInEachStudyWhoIsActive() public {
        Vm.Wallet memory fifth = _proxies[4];
        _proxies[4] = vm.createWallet("sixth proxy");
        address expelled = _proxies[4].addr;
        _admitProxy(expelled, makeAddr("sixth operator"));
        _bond(expelled, address(0), BOND);
        IEnrolments.Request[] memory requests = new IEnrolments.Request[](2);
        requests[1] = _request(_openStudy(_terms(address(0))), 2, 0, ALL);
        _proxies[4] = fifth;
        requests[0] = _request(_studyId, 1, 0, ALL);
        _expel(expelled);
        bytes memory reason = abi.encodeWithSelector(IEnrolments.ProxyExpelled.selector, expelled);
        _expectSkipped(requests[1].studyId, 2, 1, reason);
        assertEq(_enrolments.enrolBatch(requests), 1);
        _assertState(_studyId, 1, IEnrolments.State.Enrolled);
    }

    function _expectOneSkipped(IEnrolments.Request[] memory requests, uint256 entry, bytes memory reason)
        private
    {
        _expectSkipped(requests[entry].studyId, requests[entry].nullifier, entry, reason);
        assertEq(_enrolments.enrolBatch(requests), requests.length - 1);
        for (uint256 i = 0; i < requests.length; ++i) {
            if (i != entry) {
                _assertState(requests[i].studyId, requests[i].nullifier, IEnrolments.State.Enrolled);
            }
        }
        _assertConserved(address(0));
    }

    function _expectSkipped(uint256 studyId, uint256 nullifier, uint256 entry, bytes memory reason) private {
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.EnrolmentSkipped(studyId, nullifier, entry, reason);
    }

    function _insistOnSignalsOf(IEnrolments.Request memory request) private {
        _insistOn(_verifier, request, 365);
    }

    function _insistOn(MockVerifier verifier, IEnrolments.Request memory request, uint32 maxRecordAge)
        private
    {
        uint256 time = _enrolments.referenceTimeOf(request.day, maxRecordAge);
        uint256 context = Typed.context(address(_enrolments), request);
        (uint256 studyId, uint256 nullifier) = (request.studyId, request.nullifier);
        verifier.insistOn(
            [_root, uint256(0xc417e71a), 5, time, studyId, nullifier, request.recordTag, context]
        );
    }

    /// @dev All that enrolments change.
    function _digestOfState(IEnrolments.Request[] memory requests) private view returns (bytes32 digest) {
        for (uint256 i = 0; i < requests.length; ++i) {
            uint256 nullifier = requests[i].nullifier;
            digest = keccak256(
                abi.encode(
                    digest,
                    _enrolments.standingOf(_studyId, nullifier),
                    _enrolments.detailsHashOf(_studyId, nullifier)
                )
            );
        }
        for (uint256 i = 0; i < N; ++i) {
            digest = keccak256(abi.encode(digest, _treasury.bondOf(_proxies[i].addr, address(0))));
        }
        return keccak256(abi.encode(digest, _studies.standingOf(_studyId), _studies.freeEscrow(_studyId)));
    }
}
