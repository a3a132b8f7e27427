// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Enrolling} from "../helpers/Enrolling.sol";

/// @notice The receipts that an enrolment must bring: of which slots, until when, signed by whom, and backed by what.
contract EnrolReceiptsTest is Enrolling {
    uint256 private _studyId;

    function setUp() public override {
        super.setUp();
        _bondAll(address(0));
        _studyId = _openStudy(_terms(address(0)));
    }

    function test_enrol_revertsWithTooFewReceipts() public {
        _expectRevert(
            _request(_studyId, NULLIFIER, 0, ALL - 1),
            abi.encodeWithSelector(IEnrolments.TooFewReceipts.selector, 4, 5)
        );
    }

    /// @dev Every slot that a request names has a receipt: no bond is locked, and no slot is owed a fee, without its proxy's word.
    function test_enrol_revertsWithTooFewReceiptsForItsSlots() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.threshold = 2;
        uint256 studyId = _openStudy(terms);
        IEnrolments.Request memory request = _request(studyId, NULLIFIER, 0, 3);
        uint16[3] memory named = [uint16(15), 23, 0x8007];
        uint8[3] memory slots = [4, 4, 4];
        for (uint256 i = 0; i < named.length; ++i) {
            request.slots = named[i];
            _expectRevert(request, abi.encodeWithSelector(IEnrolments.TooFewReceipts.selector, 3, slots[i]));
        }
        request.slots = 7;
        _enrolments.enrol(request);
    }

    function test_enrol_revertsWithSlotInvalid() public {
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER, 0, ALL);
        // more receipts than slots
        request.slots = 0xf;
        _expectRevert(request, abi.encodeWithSelector(IEnrolments.SlotInvalid.selector, 16));
        // a slot that the study does not have
        request.slots = 0x2f;
        _expectRevert(request, abi.encodeWithSelector(IEnrolments.SlotInvalid.selector, 5));
        request.slots = 0x800f;
        _expectRevert(request, abi.encodeWithSelector(IEnrolments.SlotInvalid.selector, 15));
        // receipts of other slots than it names
        IStudies.Terms memory terms = _terms(address(0));
        terms.threshold = 2;
        request = _request(_openStudy(terms), NULLIFIER, 0, 3);
        request.slots = 0x1c;
        _expectReceiptInvalid(request, 2);
    }

    function test_enrol_revertsWithReceiptExpired() public {
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER, 0, ALL);
        uint64 validUntil = request.receipts[0].validUntil;
        vm.warp(validUntil + 1);
        request.day = _today();
        _expectRevert(request, abi.encodeWithSelector(IEnrolments.ReceiptExpired.selector, 0, validUntil));
        vm.warp(validUntil);
        _enrolments.enrol(request);
    }

    function test_enrol_revertsWithReceiptExpiredWhenTooFarAhead() public {
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER, 0, ALL);
        uint64 latest = uint64(block.timestamp + 7 days);
        _signReceipts(request, ALL, latest + 1);
        _expectRevert(request, abi.encodeWithSelector(IEnrolments.ReceiptExpired.selector, 0, latest + 1));
        _signReceipts(request, ALL, latest);
        _enrolments.enrol(request);
    }

    function test_enrol_revertsWithReceiptInvalid() public {
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER, 0, ALL);
        // another proxy's
        request.receipts[2].r = request.receipts[1].r;
        request.receipts[2].vs = request.receipts[1].vs;
        _expectReceiptInvalid(request, 2);
        // for another time
        request = _request(_studyId, NULLIFIER, 0, ALL);
        request.receipts[3].validUntil += 1;
        _expectReceiptInvalid(request, 3);
        // for another grant, tag, attempt, patient or study
        request = _request(_studyId, NULLIFIER, 0, ALL);
        request.grantDigest = keccak256("another");
        _expectReceiptInvalid(request, 0);
        request = _request(_studyId, NULLIFIER, 0, ALL);
        request.recordTag += 1;
        _expectReceiptInvalid(request, 0);
        request = _request(_studyId, NULLIFIER, 0, ALL);
        request.nullifier += 1;
        _expectReceiptInvalid(request, 0);
        request = _request(_studyId, NULLIFIER, 1, ALL);
        request.attempt = 0;
        _expectReceiptInvalid(request, 0);
        request = _request(_studyId, NULLIFIER, 0, ALL);
        request.studyId = _openStudy(_terms(address(0)));
        _expectReceiptInvalid(request, 0);
        // no signature at all
        request = _request(_studyId, NULLIFIER, 0, ALL);
        request.receipts[0].r = 0;
        _expectReceiptInvalid(request, 0);
    }

    function test_enrol_revertsWithProxyExpelled() public {
        IEnrolments.Request memory request = _request(_studyId, NULLIFIER, 0, ALL);
        _expel(_proxies[3].addr);
        _expectRevert(request, abi.encodeWithSelector(IEnrolments.ProxyExpelled.selector, _proxies[3].addr));
    }

    function test_enrol_revertsWithNoFreeBond() public {
        address proxy = _proxies[4].addr;
        vm.prank(proxy);
        _treasury.requestExit(address(0), BOND - 1);
        uint256 slice = _studies.standingOf(_studyId).slice;
        _expectRevert(
            _request(_studyId, NULLIFIER, 0, ALL),
            abi.encodeWithSelector(ITreasury.NoFreeBond.selector, proxy, address(0), 1, slice)
        );
    }

    function _expectRevert(IEnrolments.Request memory request, bytes memory reason) private {
        vm.expectRevert(reason);
        _enrolments.enrol(request);
    }

    function _expectReceiptInvalid(IEnrolments.Request memory request, uint256 slot) private {
        _expectRevert(request, abi.encodeWithSelector(IEnrolments.ReceiptInvalid.selector, slot));
    }
}
