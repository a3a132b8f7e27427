// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IEvidenceVerifier} from "../../src/interfaces/IEvidenceVerifier.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {Disputing} from "../helpers/Disputing.sol";

/// @notice Sums of disputes, for any price, fee, set of slots and set of segments.
contract DisputesFuzzTest is Disputing {
    uint256 private _studyId;
    IEnrolments.Details private _details;

    function _staked(address token) internal view override returns (uint256) {
        return token == address(0) ? _treasury.stakeOf(_studyId, NULLIFIER) : 0;
    }

    function testFuzz_answer_dividesTheBond(uint128 price, uint8 seed) public {
        _deliver(bound(price, 0, 10 ether), 0);
        uint256 bond = _studies.standingOf(_studyId).slice;
        _challenge(_studyId, NULLIFIER, _details);
        uint16 set = uint16(seed % 32);
        _disputes.answer(_studyId, NULLIFIER, _answerOf(_studyId, NULLIFIER, _details, _of(set | 1)));
        uint16 rest = 0x1e & ~set;
        if (_size(set | 1) < M) {
            _assertState(_studyId, NULLIFIER, IEnrolments.State.Challenged);
            _disputes.answer(_studyId, NULLIFIER, _answerOf(_studyId, NULLIFIER, _details, _of(rest)));
        }
        _assertState(_studyId, NULLIFIER, IEnrolments.State.Delivered);
        uint16 answered = _disputes.disputeOf(_studyId, NULLIFIER).answered;
        uint256 each = bond / 2 / _size(answered);
        for (uint256 i = 0; i < N; ++i) {
            uint256 due = (answered >> i) & 1 == 1 ? each : 0;
            assertEq(_credit(_proxies[i].addr, address(0)), due);
        }
        uint256 patient = _credit(PAYOUT, address(0));
        assertEq(patient, bond - each * _size(answered));
        assertGe(patient, bond - bond / 2);
        _assertConserved(address(0));
    }

    /// @dev Fewer than m answers leave at least m slices, which are the whole price.
    function testFuzz_expire_compensatesThePatientWhole(uint128 price, uint8 seed) public {
        uint256 paid = bound(price, 0, 10 ether);
        _deliver(paid, 0);
        _challenge(_studyId, NULLIFIER, _details);
        uint16 set = uint16(seed % 32);
        while (_size(set) >= M) set &= set - 1;
        if (set != 0) {
            _disputes.answer(_studyId, NULLIFIER, _answerOf(_studyId, NULLIFIER, _details, _of(set)));
        }
        _passChallenge();
        _disputes.expire(_studyId, NULLIFIER, _details);
        assertEq(_credit(PAYOUT, address(0)), paid);
        uint256 slice = _studies.standingOf(_studyId).slice;
        assertEq(_credit(_institution.addr, address(0)), slice, "the bond is back, and nothing more");
        assertEq(_credit(TREASURER, address(0)), (N - _size(set)) * slice - paid);
        _assertConserved(address(0));
    }

    function testFuzz_demand_paysForWhatIsPosted(uint128 fee, uint8 first, uint8 last, uint8 posted) public {
        uint256 unit = bound(fee, 0, 1 ether);
        _deliver(1 ether, unit);
        last = uint8(bound(last, 0, SEGMENT_COUNT - 1));
        first = uint8(bound(first, 0, last));
        uint32[] memory segments = _list(first, last);
        _demand(_studyId, NULLIFIER, _details, segments);
        posted = uint8(bound(posted, 0, segments.length));
        for (uint8 place = 0; place < posted; ++place) {
            _post(_studyId, NULLIFIER, segments, place);
        }
        assertEq(_credit(_proxies[0].addr, address(0)), posted * unit);
        _assertConserved(address(0));
        if (posted == segments.length) {
            _assertState(_studyId, NULLIFIER, IEnrolments.State.Delivered);
            return;
        }
        _passChallenge();
        _disputes.expire(_studyId, NULLIFIER, _details);
        assertEq(_credit(_institution.addr, address(0)), (segments.length - posted) * N * unit);
        assertEq(_credit(PAYOUT, address(0)), 1 ether);
        _assertConserved(address(0));
    }

    function _deliver(uint256 price, uint256 fee) private {
        _bondAll(address(0));
        IStudies.Terms memory terms = _terms(address(0));
        (terms.price, terms.fee) = (uint128(price), uint128(fee));
        _studyId = _openStudy(terms);
        _details = _enrol(_studyId, NULLIFIER, 0);
        _attest(_studyId, NULLIFIER, _details, M);
    }

    function _of(uint16 set) private pure returns (IEvidenceVerifier.Fragment[] memory list) {
        list = new IEvidenceVerifier.Fragment[](_size(set));
        uint256 next;
        for (uint8 slot = 0; slot < N; ++slot) {
            if ((set >> slot) & 1 == 0) continue;
            list[next++] = IEvidenceVerifier.Fragment({slot: slot, fragment: hex"01", products: ""});
        }
    }

    function _size(uint16 set) private pure returns (uint256 size) {
        for (; set != 0; set &= set - 1) {
            ++size;
        }
    }
}
