// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {RealDisputing} from "../helpers/RealDisputing.sol";
import {Steps} from "../helpers/Steps.sol";

/// @notice What disputes cost, over real grants and segments, in a steady state: all proxies have answered and been paid before.
contract DisputeScenariosTest is RealDisputing, Steps {
    uint256 private constant EARLIER = 1;

    uint256 private _patient;
    /// @dev By the place of its grant in the fixtures.
    mapping(uint256 grant => uint256 studyId) private _studyOf;
    mapping(uint256 grant => IEnrolments.Details details) private _delivered;

    /// @dev Nothing: `dumpState` writes down what the test itself touched.
    function setUp() public override {}

    /// forge-config: default.isolate = false
    function test_writeScenarios() external {
        super.setUp();
        _patient = _nullifierOfFixture();
        _prepare(HONEST_2_OF_3, 2, 3);
        _prepare(HONEST, 3, 5);
        _prepare(GARBAGE_2_OF_3, 2, 3);
        vm.deal(_institution.addr, 1_000 ether);

        _challengeStep(HONEST_2_OF_3);
        _measured("challenge", 1);
        _answers("2 of 3", HONEST_2_OF_3, 2);
        _answers("3 of 5", HONEST, 3);
        _unopenable();
        _demandStep();
        _measured("demand of two segments", 1);
        _demandStep();
        _step(
            abi.encodeCall(IDisputes.post, (_studyOf[HONEST_2_OF_3], _patient, _realPosting(_list(1, 2), 0)))
        );
        _measured("post, a whole segment", 1);
        _writePlan("disputes");
    }

    /// @dev A study in which a challenge and a demand were answered, with another enrolment delivered.
    function _prepare(uint256 grant, uint8 m, uint256 n) private {
        uint256 studyId = _openStudyFor(m, n);
        Scenario memory scenario = _scenario(grant);
        IEnrolments.Details memory details = _enrolWith(studyId, EARLIER, scenario.digest);
        _attest(studyId, EARLIER, details, m);
        _challenge(studyId, EARLIER, details);
        _disputes.answer(studyId, EARLIER, _realAnswer(scenario, 0, m));
        _accept(studyId, EARLIER, details);
        details = _enrolWith(studyId, _patient, scenario.digest);
        _attest(studyId, _patient, details, m);
        _studyOf[grant] = studyId;
        _delivered[grant] = details;
    }

    /// @dev One fragment in each transaction: with envelope and tag, then the basis alone, then with the bond paid out.
    function _answers(string memory of_, uint256 grant, uint256 m) private {
        Scenario memory scenario = _scenario(grant);
        bytes memory basis = _evidence.basisOf(_envelope, _receivingKey, scenario.grant);
        uint256 studyId = _studyOf[grant];
        bytes[] memory calls = new bytes[](m);
        calls[0] = abi.encodeCall(IDisputes.answer, (studyId, _patient, _realAnswer(scenario, 0, 1)));
        for (uint256 i = 1; i < m; ++i) {
            calls[i] =
                abi.encodeCall(IDisputes.answerFurther, (studyId, _patient, basis, _chosen(scenario, i, 1)));
        }
        string[3] memory names =
            ["the first, with envelope and tag", "a further one", "the last, bond paid out"];
        for (uint256 i = 0; i < m; ++i) {
            _challengeStep(grant);
            for (uint256 j = 0; j <= i; ++j) {
                _step(calls[j]);
            }
            string memory name = names[i + 1 == m ? 2 : i];
            _measured(string.concat("answer, ", name, ", ", of_), 1);
        }
    }

    function _unopenable() private {
        uint256 studyId = _studyOf[GARBAGE_2_OF_3];
        IDisputes.Opening memory opening = _openingOf(_scenario(GARBAGE_2_OF_3));
        IEnrolments.Details memory details = _delivered[GARBAGE_2_OF_3];
        _step(abi.encodeCall(IDisputes.proveUnopenable, (studyId, _patient, details, opening)));
        _measured("proof that a grant does not open, 2 of 3", 1);
    }

    function _challengeStep(uint256 grant) private {
        uint256 studyId = _studyOf[grant];
        bytes memory data = abi.encodeCall(IDisputes.challenge, (studyId, _patient, _delivered[grant]));
        _pay(_studies.standingOf(studyId).slice, data);
    }

    function _demandStep() private {
        IEnrolments.Details memory details = _delivered[HONEST_2_OF_3];
        uint256 studyId = _studyOf[HONEST_2_OF_3];
        uint32[] memory segments = _list(1, 2);
        bytes memory data =
            abi.encodeCall(IDisputes.demand, (studyId, _patient, details, _envelope, _tagBlinding, segments));
        _pay(_costOf(studyId, details, segments.length), data);
    }

    function _step(bytes memory data) private {
        _write(address(_disputes), data, Sending(STRANGER, 0, 1, 1));
    }

    /// @dev A step of the institution's.
    function _pay(uint256 value, bytes memory data) private {
        _write(address(_disputes), data, Sending(_institution.addr, value, 1, 1));
    }
}
