// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {Curve} from "../helpers/Curve.sol";
import {RealEnrolling} from "../helpers/RealEnrolling.sol";

/// @notice Proofs that must not hold, on valid points of the curve where there are points. Each run tries several of a class, so that 256 runs try more than a thousand of each class.
contract ForgeriesFuzzTest is RealEnrolling {
    uint256 private constant TRIES = 4;

    Statement[] private _honest;
    /// @dev Encoded: an array of structs can't be copied to storage.
    bytes[] private _requests;

    function setUp() public override {
        super.setUp();
        Statement[] memory statements = _realStatements(PATIENTS);
        for (uint256 i = 0; i < PATIENTS; ++i) {
            _honest.push(statements[i]);
            _requests.push(abi.encode(_realRequest(_patientAt(i))));
        }
    }

    /// @dev A and C of a forger's own choice, B of any honest proof; or only one of them changed.
    function testFuzz_forged(uint256 seed) external view {
        for (uint256 i = 0; i < TRIES; ++i) {
            seed = _next(seed);
            Statement memory statement = _statement(seed);
            if (i != 1) _setA(statement, Curve.pointOf(_next(seed)));
            if (i != 2) _setC(statement, Curve.pointOf(_next(seed) >> 1));
            if (i == 3) _setB(statement, _honest[(seed >> 8) % PATIENTS]);
            _assertRefused(statement, seed);
        }
    }

    /// @dev Points that an honest proof gives rise to: what a forger who can only calculate would try.
    function testFuzz_forgedFromHonest(uint256 seed) external view {
        for (uint256 i = 0; i < TRIES; ++i) {
            seed = _next(seed);
            Statement memory statement = _statement(seed);
            uint256 factor = 2 + seed % (R - 3);
            if (i % 2 == 0) _setA(statement, Curve.multiply(_a(statement), factor));
            if (i != 0) _setC(statement, Curve.add(_c(statement), Curve.pointOf(seed)));
            _assertRefused(statement, seed);
        }
    }

    /// @dev An honest proof for what it is not about: another patient's signals, or one signal of any other value.
    function testFuzz_replayed(uint256 seed) external view {
        for (uint256 i = 0; i < TRIES; ++i) {
            seed = _next(seed);
            Statement memory statement = _statement(seed);
            uint256 place = (seed >> 8) % 8;
            uint256 value = _next(seed) % R;
            if (value == statement.signals[place]) continue;
            statement.signals[place] = value;
            _assertRefused(statement, seed);
            statement = _statement(seed);
            uint256 other = (seed % PATIENTS + 1 + (seed >> 16) % (PATIENTS - 1)) % PATIENTS;
            statement.signals = _honest[other].signals;
            _assertRefused(statement, seed);
        }
    }

    /// @dev To another payout address, grant, revocation hash, attempt or study.
    function testFuzz_redirected(uint256 seed) external view {
        for (uint256 i = 0; i <= TRIES; ++i) {
            seed = _next(seed);
            IEnrolments.Request memory request = _requestAt(seed % PATIENTS);
            if (i == 0) request.payout = address(uint160(seed));
            if (i == 1) request.grantDigest = bytes32(seed);
            if (i == 2) request.revocationHash = bytes32(seed);
            if (i == 3) request.attempt = uint32(1 + (seed >> 32) % type(uint32).max);
            if (i == 4) request.studyId = seed % R;
            Statement memory statement = _statement(seed);
            statement.signals[7] = _enrolments.contextOf(
                request.studyId, request.attempt, request.payout, request.revocationHash, request.grantDigest
            );
            if (statement.signals[7] != _honest[seed % PATIENTS].signals[7]) _assertRefused(statement, seed);
        }
    }

    /// @dev Of any other day, or for another age of records.
    function testFuzz_stale(uint256 seed) external view {
        for (uint256 i = 0; i < TRIES; ++i) {
            seed = _next(seed);
            Statement memory statement = _statement(seed);
            uint32 day = i == 0 ? _today() : uint32(seed % 80_000);
            uint32 age = i == 1 ? 365 : uint32((seed >> 32) % 40_000);
            statement.signals[3] = _enrolments.referenceTimeOf(day, age);
            if (statement.signals[3] != _honest[seed % PATIENTS].signals[3]) _assertRefused(statement, seed);
        }
    }

    /// @dev A point negated by itself. Both A and B negated prove the same again, for the same signals only.
    function testFuzz_malleable(uint256 seed) external view {
        for (uint256 i = 0; i < TRIES; ++i) {
            seed = _next(seed);
            Statement memory statement = _statement(seed);
            if (i == 0 || i == 3) _setA(statement, Curve.negate(_a(statement)));
            if (i == 1) _negateB(statement);
            if (i >= 2) _setC(statement, Curve.negate(_c(statement)));
            _assertRefused(statement, seed);

            statement = _statement(seed);
            _setA(statement, Curve.negate(_a(statement)));
            _negateB(statement);
            assertTrue(_verify(statement.proof, statement.signals), "the same statement");
            statement.signals[7] = _next(seed) % R;
            _assertRefused(statement, seed);
        }
    }

    /// @dev Whoever mauls a proof enrols nobody else, and nobody twice.
    function testFuzz_malleable_enrolsNobodyTwice(uint256 seed) external {
        IEnrolments.Request memory request = _requestAt(seed % PATIENTS);
        _enrolments.enrol(request);
        request.proof[1] = Curve.Q - request.proof[1];
        (request.proof[4], request.proof[5]) = (Curve.Q - request.proof[4], Curve.Q - request.proof[5]);
        bytes memory refusal = abi.encodeWithSelector(
            IEnrolments.AlreadyEnrolled.selector, _study, request.nullifier, IEnrolments.State.Enrolled
        );
        vm.expectRevert(refusal);
        _enrolments.enrol(request);
        IEnrolments.Request[] memory requests = new IEnrolments.Request[](1);
        requests[0] = request;
        vm.expectEmit(address(_enrolments));
        emit IEnrolments.EnrolmentSkipped(_study, request.nullifier, 0, refusal);
        assertEq(_enrolments.enrolBatch(requests), 0);
    }

    /// @dev Signals and coordinates with a multiple of their field's order added: other words for the same number.
    function testFuzz_notCanonical(uint256 seed) external view {
        for (uint256 i = 0; i < TRIES; ++i) {
            seed = _next(seed);
            Statement memory statement = _statement(seed);
            uint256 place = (seed >> 8) % 8;
            // 2^256 holds five times either order at least
            uint256 times = 1 + (seed >> 16) % 4;
            statement.signals[place] += times * R;
            _assertRefused(statement, seed);
            statement = _statement(seed);
            statement.proof[place] += times * Curve.Q;
            _assertRefused(statement, seed);
        }
    }

    /// @dev By itself in both ways, and one in four beside an honest one too, before it or after it.
    function _assertRefused(Statement memory statement, uint256 seed) private view {
        assertFalse(_verify(statement.proof, statement.signals), "by itself");
        Statement[] memory alone = new Statement[](1);
        alone[0] = statement;
        assertFalse(_holdTogether(alone, 0), "by itself, as enrolled");
        if ((seed >> 32) % 4 != 0) return;
        Statement[] memory statements = new Statement[](2);
        statements[seed % 2] = statement;
        statements[1 - seed % 2] = _honest[(seed >> 4) % PATIENTS];
        assertFalse(_holdTogether(statements, seed % 2), "in a batch");
    }

    function _statement(uint256 seed) private view returns (Statement memory) {
        return _honest[seed % PATIENTS];
    }

    function _requestAt(uint256 number) private view returns (IEnrolments.Request memory) {
        return abi.decode(_requests[number], (IEnrolments.Request));
    }

    function _a(Statement memory statement) private pure returns (uint256[2] memory) {
        return [statement.proof[0], statement.proof[1]];
    }

    function _c(Statement memory statement) private pure returns (uint256[2] memory) {
        return [statement.proof[6], statement.proof[7]];
    }

    function _setA(Statement memory statement, uint256[2] memory a) private pure {
        (statement.proof[0], statement.proof[1]) = (a[0], a[1]);
    }

    function _setC(Statement memory statement, uint256[2] memory c) private pure {
        (statement.proof[6], statement.proof[7]) = (c[0], c[1]);
    }

    function _setB(Statement memory statement, Statement memory from) private pure {
        for (uint256 i = 2; i < 6; ++i) {
            statement.proof[i] = from.proof[i];
        }
    }

    function _negateB(Statement memory statement) private pure {
        statement.proof[4] = Curve.Q - statement.proof[4];
        statement.proof[5] = Curve.Q - statement.proof[5];
    }

    function _next(uint256 seed) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed)));
    }
}
