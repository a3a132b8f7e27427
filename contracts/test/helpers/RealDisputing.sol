// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {Disputing} from "./Disputing.sol";
import {Evidence} from "./Evidence.sol";

/// @notice Studies and enrolments with grants of the fixtures, judged by the contract that judges them on a chain.
abstract contract RealDisputing is Disputing, Evidence {
    /// @dev Places in the fixtures; those of 3 of 5 have no number.
    uint256 internal constant HONEST = 0;
    uint256 internal constant GARBAGE = 1;
    uint256 internal constant HONEST_2_OF_3 = 2;
    uint256 internal constant GARBAGE_2_OF_3 = 3;

    function setUp() public virtual override {
        super.setUp();
        _readEvidence();
        _bondAll(address(0));
    }

    function _installEvidence() internal virtual override {
        address poseidon = makeAddr("PoseidonT4");
        deployCodeTo("PoseidonT4.sol:PoseidonT4", poseidon);
        deployCodeTo("EvidenceVerifier.sol:EvidenceVerifier", abi.encode(poseidon), EVIDENCE);
    }

    function _openStudyFor(uint8 m, uint256 n) internal returns (uint256) {
        IStudies.Terms memory terms = _terms(address(0));
        terms.receivingKey = _receivingKey;
        terms.threshold = m;
        address[] memory proxies = terms.proxies;
        assembly ("memory-safe") {
            mstore(proxies, n)
        }
        return _openStudy(terms);
    }

    /// @dev An enrolment of the fixtures' record, with receipts of all proxies.
    function _enrolWith(uint256 studyId, uint256 nullifier, bytes32 grantDigest)
        internal
        returns (IEnrolments.Details memory)
    {
        IEnrolments.Request memory request = _request(studyId, nullifier, 0, 0);
        request.recordTag = _recordTag;
        request.grantDigest = grantDigest;
        uint256 n = _studies.termsOf(studyId).proxies.length;
        _signReceipts(request, n, uint64(block.timestamp + 1 hours));
        _enrolments.enrol(request);
        return _detailsOf(request);
    }

    /// @dev The first answer, with the fragments of the slots from `from` up to `to`.
    function _realAnswer(Scenario memory scenario, uint256 from, uint256 to)
        internal
        view
        returns (IDisputes.Answer memory)
    {
        return IDisputes.Answer({
            recordTag: _recordTag,
            receivingKey: _receivingKey,
            grant: scenario.grant,
            envelope: _envelope,
            tagBlinding: _tagBlinding,
            fragments: _chosen(scenario, from, to - from)
        });
    }

    function _openingOf(Scenario memory scenario) internal view returns (IDisputes.Opening memory) {
        return IDisputes.Opening({
            envelope: _envelope,
            tagBlinding: _tagBlinding,
            grant: scenario.grant,
            fragments: _chosen(scenario, 0, scenario.threshold),
            shared: scenario.shared,
            combination: scenario.combination
        });
    }

    /// @dev A segment of the fixtures' ciphertext, demanded with others.
    function _realPosting(uint32[] memory segments, uint8 place)
        internal
        view
        returns (IDisputes.Posting memory)
    {
        (bytes32 root, uint256 count) = _ciphertext();
        uint32 index = segments[place];
        return IDisputes.Posting(root, count, segments, place, _segment(index), _segmentPath(index));
    }
}
