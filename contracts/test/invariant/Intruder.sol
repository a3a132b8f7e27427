// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Model} from "./Model.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

/// @notice Tries every door that only the project's own contracts may go through, with what would be taken if they did.
abstract contract Intruder is Model {
    uint256 private constant DOORS = 21;

    function intrude(uint256 seed) external step {
        seed = _mix(seed);
        if (_places.length == 0) return;
        address[5] memory callers =
            [STRANGER, CONSORTIUM, _institution.addr, _proxies[0].addr, address(_registry)];
        uint256 door = (seed >> 8) % DOORS;
        Place storage place = _places[(seed >> 16) % _places.length];
        (string memory name, address target, bytes memory data) = door < 10
            ? _treasuryDoor(door, place)
            : door < 14 ? _studiesDoor(door, place) : _enrolmentsDoor(door, place);
        name = string.concat("door ", name);
        _call(name, Property.Doors, callers[seed % callers.length], target, 0, data);
    }

    function _treasuryDoor(uint256 door, Place storage place)
        private
        view
        returns (string memory name, address target, bytes memory data)
    {
        target = address(_treasury);
        Book storage book = _books[place.study];
        (uint256 study, uint256 nullifier, address token) = (book.id, place.nullifier, book.token);
        address[] memory one = new address[](1);
        one[0] = _proxies[1].addr;
        if (door == 0) {
            name = "Treasury.fund";
            data = abi.encodeCall(ITreasury.fund, (study, token, STRANGER, 0));
        } else if (door == 1) {
            name = "Treasury.payFromEscrow";
            data = abi.encodeCall(ITreasury.payFromEscrow, (study, token, STRANGER, 1, one, 0));
        } else if (door == 2) {
            name = "Treasury.lock";
            data = abi.encodeCall(ITreasury.lock, (one, token, 1, 1));
        } else if (door == 3) {
            name = "Treasury.unlockUnused";
            data = abi.encodeCall(ITreasury.unlockUnused, (one, token, 1, 1));
        } else if (door == 4) {
            name = "Treasury.unlock";
            data = abi.encodeCall(ITreasury.unlock, (one, token, 1));
        } else if (door == 5) {
            name = "Treasury.slash";
            data = abi.encodeCall(ITreasury.slash, (one, token, 1, STRANGER, 1));
        } else if (door == 6) {
            name = "Treasury.countAttested";
            data = abi.encodeCall(ITreasury.countAttested, (one, token));
        } else if (door == 7) {
            name = "Treasury.stake";
            data = abi.encodeCall(ITreasury.stake, (study, nullifier, token, STRANGER, 0));
        } else if (door == 8) {
            name = "Treasury.payStake";
            data = abi.encodeCall(ITreasury.payStake, (study, nullifier, token, STRANGER, 0, one, 0));
        } else {
            name = "Treasury.countAnswered";
            data = abi.encodeCall(ITreasury.countAnswered, (one, token));
        }
    }

    function _studiesDoor(uint256 door, Place storage place)
        private
        view
        returns (string memory name, address target, bytes memory data)
    {
        target = address(_studies);
        uint256 study = _books[place.study].id;
        address[] memory none = new address[](0);
        if (door == 10) {
            name = "Studies.reserve";
            data = abi.encodeCall(IStudies.reserve, (study, 1));
        } else if (door == 11) {
            name = "Studies.unreserve";
            data = abi.encodeCall(IStudies.unreserve, (study, 0));
        } else if (door == 12) {
            name = "Studies.release";
            data = abi.encodeCall(IStudies.release, (study, none));
        } else {
            name = "Studies.settle";
            data = abi.encodeCall(IStudies.settle, (study, STRANGER, none));
        }
    }

    function _enrolmentsDoor(uint256 door, Place storage place)
        private
        view
        returns (string memory name, address target, bytes memory data)
    {
        target = address(_enrolments);
        (uint256 study, uint256 nullifier) = (_books[place.study].id, place.nullifier);
        IEnrolments.State challenged = IEnrolments.State.Challenged;
        if (door == 14) {
            name = "Enrolments.dispute";
            data = abi.encodeCall(IEnrolments.dispute, (study, nullifier, place.details, challenged));
        } else if (door == 15) {
            name = "Enrolments.resume";
            data = abi.encodeCall(IEnrolments.resume, (study, nullifier));
        } else if (door == 16) {
            name = "Enrolments.fail";
            data = abi.encodeCall(IEnrolments.fail, (study, nullifier, place.details, 1));
        } else if (door == 17) {
            name = "Enrolments.fault";
            data = abi.encodeCall(IEnrolments.fault, (study, nullifier, place.details));
        } else if (door == 18) {
            (name, target) = ("Disputes.close", address(_disputes));
            data = abi.encodeCall(IDisputes.close, (study, nullifier));
        } else {
            data = abi.encodeCall(IAccessManaged.setAuthority, (STRANGER));
            (name, target) = door == 19
                ? ("Members.setAuthority", address(_members))
                : ("Studies.setAuthority", address(_studies));
        }
    }
}
