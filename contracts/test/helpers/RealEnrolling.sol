// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEligibilityVerifier} from "../../src/interfaces/IEligibilityVerifier.sol";
import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {Enrolling} from "./Enrolling.sol";
import {stdJson} from "forge-std/StdJson.sol";

/// @notice A study whose enrolments have proofs that `prover fixtures` made for this chain, these addresses and this study.
abstract contract RealEnrolling is Enrolling {
    using stdJson for string;

    /// @dev A proof and all of its public signals.
    struct Statement {
        uint256[8] proof;
        uint256[8] signals;
    }

    uint256 internal constant R = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;
    /// @dev First attempts of different patients among the fixture's enrolments. Place 2 is the second attempt of the patient at place 0.
    uint256 internal constant PATIENTS = 16;

    IEligibilityVerifier internal _real;
    string internal _fixture;
    uint256 internal _study;

    function setUp() public virtual override {
        super.setUp();
        _fixture = vm.readFile("contracts/test/fixtures/enrolments.json");
        _real = IEligibilityVerifier(deployCode("EligibilityVerifier8.sol:EligibilityVerifier8"));
        vm.prank(CONSORTIUM);
        _studies.setVerifier(8, address(_real));
        vm.prank(HOSPITAL);
        _registry.insert(_fixture.readUintArray(".commitments"));
        _root = _registry.currentRoot();
        _bondAll(address(0));
        _study = _openStudy(_realTerms());
    }

    /// @dev Terms that most proofs are about. They say nothing of threshold, proxies and money.
    function _realTerms() internal view virtual returns (IStudies.Terms memory terms) {
        return _realTerms(0);
    }

    /// @dev Terms with the criteria and the circuit of the fixture's study at this place.
    function _realTerms(uint256 place) internal view returns (IStudies.Terms memory terms) {
        string memory study = string.concat(".studies[", vm.toString(place), "].");
        terms = _terms(address(0));
        terms.criteriaHash = _fixture.readUint(string.concat(study, "criteriaHash"));
        terms.openings = uint8(_fixture.readUint(string.concat(study, "openings")));
        terms.quota = 100;
    }

    /// @dev The request of the fixture's enrolment at this place, with all receipts.
    function _realRequest(uint256 place) internal view returns (IEnrolments.Request memory request) {
        uint256[8] memory signals = _signals(place);
        request = IEnrolments.Request({
            studyId: signals[4],
            nullifier: signals[5],
            attempt: uint32(_fixture.readUint(_path(place, "attempt"))),
            day: _today(),
            registryRoot: signals[0],
            recordTag: signals[6],
            grantDigest: _fixture.readBytes32(_path(place, "grantDigest")),
            revocationHash: _fixture.readBytes32(_path(place, "revocationHash")),
            payout: PAYOUT,
            slots: 0,
            proof: _proof(place),
            receipts: new IEnrolments.Receipt[](0)
        });
        _signReceipts(request, _studies.termsOf(signals[4]).proxies.length, uint64(block.timestamp + 1 hours));
    }

    /// @dev The first requests of so many different patients.
    function _realRequests(uint256 count) internal view returns (IEnrolments.Request[] memory requests) {
        requests = new IEnrolments.Request[](count);
        for (uint256 i = 0; i < count; ++i) {
            requests[i] = _realRequest(_patientAt(i));
        }
    }

    /// @dev What so many different patients state.
    function _realStatements(uint256 count) internal view returns (Statement[] memory statements) {
        statements = new Statement[](count);
        for (uint256 i = 0; i < count; ++i) {
            statements[i] = Statement(_proof(_patientAt(i)), _signals(_patientAt(i)));
        }
    }

    /// @dev The place of a first attempt.
    function _patientAt(uint256 number) internal pure returns (uint256) {
        return number < 2 ? number : number + 1;
    }

    function _verify(uint256[8] memory p, uint256[8] memory signals) internal view returns (bool) {
        return _real.verifyProof([p[0], p[1]], [[p[2], p[3]], [p[4], p[5]]], [p[6], p[7]], signals);
    }

    /// @dev Whether these hold together, of the study that the one at this place is about.
    function _holdTogether(Statement[] memory statements, uint256 place) internal view returns (bool) {
        IEligibilityVerifier.Claim[] memory claims = new IEligibilityVerifier.Claim[](statements.length);
        for (uint256 i = 0; i < statements.length; ++i) {
            uint256[8] memory s = statements[i].signals;
            claims[i] = IEligibilityVerifier.Claim(statements[i].proof, [s[0], s[3], s[5], s[6], s[7]]);
        }
        uint256[8] memory study = statements[place].signals;
        try _real.studyPoint(study[1], study[2], study[4]) returns (uint256[2] memory point) {
            return _real.verifyClaims(point, claims);
        } catch {
            return false;
        }
    }

    function _signals(uint256 place) internal view returns (uint256[8] memory) {
        return _eight(_fixture.readUintArray(_path(place, "signals")));
    }

    function _proof(uint256 place) internal view returns (uint256[8] memory) {
        return _eight(_fixture.readUintArray(_path(place, "proof")));
    }

    function _path(uint256 place, string memory field) internal pure returns (string memory) {
        return string.concat(".enrolments[", vm.toString(place), "].", field);
    }

    function _eight(uint256[] memory list) private pure returns (uint256[8] memory words) {
        assertEq(list.length, 8);
        for (uint256 i = 0; i < 8; ++i) {
            words[i] = list[i];
        }
    }
}
