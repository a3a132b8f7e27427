// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {RealEnrolling} from "../helpers/RealEnrolling.sol";
import {Steps} from "../helpers/Steps.sol";

/// @notice What enrolments cost, in a steady state: a study with threshold 2 and three proxies, each of which has served before.
contract ScenariosTest is RealEnrolling, Steps {
    /// @dev Nothing: `dumpState` writes down what the test itself touched.
    function setUp() public override {}

    function _realTerms() internal view override returns (IStudies.Terms memory terms) {
        terms = super._realTerms();
        terms.threshold = 2;
        terms.proxies = new address[](3);
        for (uint256 i = 0; i < 3; ++i) {
            terms.proxies[i] = _proxies[i].addr;
        }
    }

    /// forge-config: default.isolate = false
    function test_writeScenarios() external {
        super.setUp();
        _serveBefore();
        _bare();
        _enrolments1();
        _enrolmentsOf(4);
        _enrolmentsOf(8);
        _enrolmentsOf(PATIENTS);
        _others(1);
        _others(PATIENTS);
        _writePlan("enrolments");
    }

    /// @dev In another study, whose proofs nobody checks: all proxies have slices locked, have attested and have been paid.
    function _serveBefore() private {
        vm.prank(CONSORTIUM);
        _studies.setVerifier(8, address(_verifier));
        IStudies.Terms memory terms = _realTerms();
        uint256 other = _openStudy(terms);
        for (uint256 nullifier = 1; nullifier <= 2; ++nullifier) {
            IEnrolments.Request memory request = _request(other, nullifier, 0, 3);
            _enrolments.enrol(request);
            if (nullifier == 2) continue;
            _attest(other, nullifier, _detailsOf(request), 3);
            _accept(other, nullifier, _detailsOf(request));
        }
    }

    function _bare() private {
        uint256[8] memory p = _proof(0);
        bytes memory data = abi.encodeCall(
            _real.verifyProof, ([p[0], p[1]], [[p[2], p[3]], [p[4], p[5]]], [p[6], p[7]], _signals(0))
        );
        _step(address(_real), data);
        _measured("bare verification, 8 public signals", 1);
    }

    function _enrolments1() private {
        _step(abi.encodeCall(IEnrolments.enrol, (_realRequest(0))));
        _measured("enrol", 1);
    }

    function _enrolmentsOf(uint256 count) private {
        _step(abi.encodeCall(IEnrolments.enrolBatch, (_realRequests(count))));
        _measured(string.concat("enrolBatch of ", vm.toString(count)), count);
    }

    /// @dev What follows an enrolment, for one or for many in one `batch`.
    function _others(uint256 count) private {
        IEnrolments.Request[] memory requests = _realRequests(count);
        bytes memory enrolled = count == 1
            ? abi.encodeCall(IEnrolments.enrol, (requests[0]))
            : abi.encodeCall(IEnrolments.enrolBatch, (requests));
        bytes[] memory calls = new bytes[](count);
        string memory suffix = count == 1 ? "" : string.concat(", batch of ", vm.toString(count));

        for (uint256 i = 0; i < count; ++i) {
            calls[i] = _attestCall(requests[i], 1);
        }
        _step(enrolled);
        _step(_together(calls));
        _measured(string.concat("attest, one slot", suffix), count);

        for (uint256 i = 0; i < count; ++i) {
            calls[i] = _attestCall(requests[i], 2);
        }
        _step(enrolled);
        _step(_together(calls));
        _measured(string.concat("attest, both slots at once", suffix), count);

        bytes memory attested = _together(calls);
        for (uint256 i = 0; i < count; ++i) {
            calls[i] =
                abi.encodeCall(IEnrolments.settle, (_study, requests[i].nullifier, _detailsOf(requests[i])));
        }
        _step(enrolled);
        _step(attested);
        _pass(2 * WINDOW, 2 * WINDOW_BLOCKS, _together(calls));
        _measured(string.concat("settle", suffix), count);

        for (uint256 i = 0; i < count; ++i) {
            (bytes32 r, bytes32 vs) = _acceptance(_study, requests[i].nullifier);
            calls[i] = abi.encodeCall(
                IEnrolments.accept, (_study, requests[i].nullifier, _detailsOf(requests[i]), r, vs)
            );
        }
        _step(enrolled);
        _step(_together(calls));
        _measured(string.concat("accept", suffix), count);

        for (uint256 i = 0; i < count; ++i) {
            calls[i] =
                abi.encodeCall(IEnrolments.refund, (_study, requests[i].nullifier, _detailsOf(requests[i])));
        }
        _step(enrolled);
        _pass(WINDOW, WINDOW_BLOCKS, _together(calls));
        _measured(string.concat("refund, three slots slashed", suffix), count);
    }

    function _attestCall(IEnrolments.Request memory request, uint256 slots)
        private
        view
        returns (bytes memory)
    {
        IEnrolments.Attestation[] memory attestations = _attestations(_study, request.nullifier, slots);
        return
            abi.encodeCall(IEnrolments.attest, (_study, request.nullifier, _detailsOf(request), attestations));
    }

    function _together(bytes[] memory calls) private pure returns (bytes memory) {
        return calls.length == 1 ? calls[0] : abi.encodeCall(IEnrolments.batch, (calls));
    }

    function _step(bytes memory data) private {
        _step(address(_enrolments), data);
    }

    function _step(address to, bytes memory data) private {
        _write(to, data, Sending(STRANGER, 0, 1, 1));
    }

    /// @dev A step after a window.
    function _pass(uint256 secondsGone, uint256 blocksGone, bytes memory data) private {
        _write(address(_enrolments), data, Sending(STRANGER, 0, secondsGone, blocksGone));
    }
}
