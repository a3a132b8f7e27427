// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IMembers} from "../../src/interfaces/IMembers.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {Model} from "./Model.sol";

/// @notice Studies, bonds and credits: where money comes in and goes out.
abstract contract MoneyHandler is Model {
    uint256 private constant MOST_STUDIES = 8;

    function open(uint256 seed) external step {
        _openOne(_mix(seed));
    }

    function topUp(uint256 seed) external step {
        seed = _mix(seed);
        Book storage book = _bookOf(seed);
        uint32 additional = uint32(1 + (seed >> 32) % 3);
        Property forbiddenBy = _hasEnded(book) ? Property.Windows : _asInstitution();
        address caller = _institutionOrNot(seed);
        if (caller != _institution.addr) forbiddenBy = Property.Doors;
        uint256 sum = additional * book.unit;
        uint256 value = _provide(caller, book.token, sum);
        bytes memory data = abi.encodeCall(IStudies.topUp, (book.id, additional));
        if (!_call("Studies.topUp", forbiddenBy, caller, address(_studies), value, data)) return;
        book.quota += additional;
        book.escrow += sum;
        _paidIn[book.token] += sum;
    }

    /// @dev Seldom by its institution, or there would be nothing to enrol in.
    function closeStudy(uint256 seed) external step {
        seed = _mix(seed);
        Book storage book = _bookOf(seed);
        address caller = (seed >> 64) % 24 == 0 ? _institution.addr : STRANGER;
        Property forbiddenBy = _hasEnded(book) ? Property.Windows : Property.None;
        if (caller != _institution.addr) forbiddenBy = Property.Doors;
        bytes memory data = abi.encodeCall(IStudies.close, (book.id));
        if (_call("Studies.close", forbiddenBy, caller, address(_studies), 0, data)) book.closed = true;
    }

    function withdrawStudy(uint256 seed) external step {
        Book storage book = _bookOf(_mix(seed));
        Property forbiddenBy = _hasEnded(book) ? Property.None : Property.Windows;
        bytes memory data = abi.encodeCall(IStudies.withdraw, (book.id));
        if (!_call("Studies.withdraw", forbiddenBy, STRANGER, address(_studies), 0, data)) return;
        uint256 rest = book.escrow - book.open * book.unit;
        book.escrow -= rest;
        _pay(book.token, _institution.addr, rest);
    }

    function depositBond(uint256 seed) external step {
        seed = _mix(seed);
        (address proxy, address token) = _proxyAndToken(seed);
        if ((seed >> 64) % 16 == 0) proxy = STRANGER;
        _deposit(proxy, token, 1 + (seed >> 128) % 5 ether);
    }

    /// @dev Small parts: a proxy without bond gives no receipts.
    function requestExit(uint256 seed) external step {
        seed = _mix(seed);
        (address proxy, address token) = _proxyAndToken(seed);
        Purse storage purse = _purses[token][proxy];
        bool tooMuch = (seed >> 64) % 8 == 0 || purse.free == 0;
        uint256 amount = tooMuch ? purse.free + 1 : 1 + (seed >> 128) % (purse.free / 4 + 1);
        if (amount > purse.free) tooMuch = true;
        _leave(proxy, token, amount, tooMuch ? Property.Bonds : Property.None);
    }

    function completeExit(uint256 seed) external step {
        (address proxy, address token) = _proxyAndToken(_mix(seed));
        _complete(proxy, token);
    }

    function push(uint256 seed) external step {
        seed = _mix(seed);
        (address proxy, address token) = _proxyAndToken(seed);
        address[5] memory owners = [proxy, PAYOUT, TREASURER, _consortiumAccount, _institution.addr];
        _pushOne(owners[(seed >> 64) % 5], token);
    }

    function pass(uint256 seed) external step {
        seed = _mix(seed);
        ++_tallyOf("time passes").done;
        _pass(seed % WINDOW, (seed >> 64) % WINDOW_BLOCKS);
    }

    function _openOne(uint256 seed) internal {
        if (_books.length == MOST_STUDIES) return;
        IStudies.Terms memory terms = _drawn(seed);
        uint256 sum = terms.quota * _unit(terms);
        uint256 value = _provide(_institution.addr, terms.token, sum);
        bytes memory data = abi.encodeCall(IStudies.open, (terms));
        Property forbiddenBy = _asInstitution();
        if (!_members.tokenBounds(terms.token).allowed) forbiddenBy = Property.Members;
        if (_studies.verifierOf(8) == address(0)) forbiddenBy = Property.Doors;
        for (uint256 i = 0; i < N; ++i) {
            if (!_isActive(_proxies[i].addr)) forbiddenBy = Property.Expelled;
        }
        if (!_call("Studies.open", forbiddenBy, _institution.addr, address(_studies), value, data)) return;
        _booked(abi.decode(_answered, (uint256)), terms);
        _paidIn[terms.token] += sum;
    }

    function _drawn(uint256 seed) private view returns (IStudies.Terms memory terms) {
        terms = _terms(seed % 2 == 0 ? address(0) : address(_token));
        terms.price = uint128((seed >> 32) % 3 ether);
        terms.fee = uint128((seed >> 96) % 0.1 ether);
        terms.threshold = (seed >> 160) % 2 == 0 ? 2 : 3;
        terms.quota = uint32(2 + (seed >> 168) % 40);
        terms.minimumRecords = uint32((seed >> 176) % 4);
        terms.closesAt = uint64(block.timestamp + 10 days + (seed >> 184) % 100 days);
        if ((seed >> 216) % 4 == 0) terms.opensAt = uint64(block.timestamp + 1 days);
    }

    function _booked(uint256 studyId, IStudies.Terms memory terms) private {
        Book storage book = _books.push();
        book.id = studyId;
        book.token = terms.token;
        book.price = terms.price;
        book.fee = terms.fee;
        book.unit = _unit(terms);
        book.threshold = terms.threshold;
        book.minimum = terms.minimumRecords;
        IMembers.TokenBounds memory bounds = _members.tokenBounds(terms.token);
        uint256 share = (uint256(terms.price) + terms.threshold - 1) / terms.threshold;
        book.slice = share > bounds.minSlice ? share : bounds.minSlice;
        book.maxAttempts = _members.bounds().maxAttempts;
        book.opensAt = terms.opensAt;
        book.closesAt = terms.closesAt;
        book.quota = terms.quota;
        book.escrow = terms.quota * book.unit;
        book.charter = _charterHash(studyId);
    }

    /// @dev All that was settled for good: terms, verifier, slice and bounds of the opening.
    function _charterHash(uint256 studyId) internal view returns (bytes32) {
        return keccak256(abi.encode(_studies.charterOf(studyId), _studies.charterOf(studyId).code));
    }

    function _deposit(address proxy, address token, uint256 amount) internal {
        Property forbiddenBy = Property.None;
        if (!_isActive(proxy)) forbiddenBy = proxy == STRANGER ? Property.Doors : Property.Expelled;
        uint256 value = _provide(proxy, token, amount);
        bytes memory data = abi.encodeWithSignature("depositBond(address,uint256)", token, amount);
        if (!_call("Treasury.depositBond", forbiddenBy, proxy, address(_treasury), value, data)) return;
        _purses[token][proxy].free += amount;
        _paidIn[token] += amount;
    }

    function _leave(address proxy, address token, uint256 amount, Property forbiddenBy) internal {
        bytes memory data = abi.encodeWithSignature("requestExit(address,uint256)", token, amount);
        if (!_call("Treasury.requestExit", forbiddenBy, proxy, address(_treasury), 0, data)) return;
        Purse storage purse = _purses[token][proxy];
        purse.free -= amount;
        purse.leaving += amount;
        purse.releaseAt = block.timestamp + _members.bounds().exitDelay;
    }

    function _complete(address proxy, address token) internal {
        Purse storage purse = _purses[token][proxy];
        bool due = purse.leaving != 0 && block.timestamp >= purse.releaseAt;
        bytes memory data = abi.encodeWithSignature("completeExit(address,address)", proxy, token);
        Property forbiddenBy = due ? Property.None : Property.Windows;
        if (!_call("Treasury.completeExit", forbiddenBy, STRANGER, address(_treasury), 0, data)) return;
        _pay(token, proxy, purse.leaving);
        (purse.leaving, purse.releaseAt) = (0, 0);
    }

    /// @dev What arrives is what counts, not what the books say.
    function _pushOne(address owner, address token) internal {
        uint256 before = _balanceOf(owner, token);
        Property forbiddenBy = _owed[token][owner] == 0 ? Property.Credits : Property.None;
        bytes memory data = abi.encodeWithSignature("push(address,address)", owner, token);
        if (!_call("Treasury.push", forbiddenBy, STRANGER, address(_treasury), 0, data)) return;
        uint256 arrived = _balanceOf(owner, token) - before;
        if (arrived != _owed[token][owner]) _break(Property.Credits, "Treasury.push");
        _paidOut[token] += arrived;
        _owed[token][owner] = 0;
    }

    function _bookOf(uint256 seed) internal view returns (Book storage) {
        return _books[(seed >> 16) % _books.length];
    }

    function _proxyAndToken(uint256 seed) internal view returns (address proxy, address token) {
        proxy = _proxies[seed % N].addr;
        token = (seed >> 32) % 2 == 0 ? address(0) : address(_token);
    }

    function _isActive(address proxy) internal view returns (bool) {
        return _active[proxy] == IMembers.Role.Proxy;
    }

    function _asInstitution() private view returns (Property) {
        bool active = _active[_institution.addr] == IMembers.Role.Institution;
        return active ? Property.None : Property.Expelled;
    }

    function _institutionOrNot(uint256 seed) private view returns (address) {
        return (seed >> 200) % 8 == 0 ? STRANGER : _institution.addr;
    }
}
