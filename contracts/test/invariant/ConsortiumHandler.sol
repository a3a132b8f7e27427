// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IMembers} from "../../src/interfaces/IMembers.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {MeantVerifier} from "./MeantVerifier.sol";
import {Model} from "./Model.sol";

/// @notice The consortium, which expels and admits, changes bounds and verifiers, and publishes; proxies that describe themselves.
abstract contract ConsortiumHandler is Model {
    address internal immutable TREASURER_2 = makeAddr("another consortium account");
    address internal immutable OTHER_HOSPITAL = makeAddr("another hospital");
    address internal immutable SPARE_PROXY = makeAddr("a proxy without studies");

    address[] internal _accounts;
    mapping(address account => IMembers.Role) internal _roles;
    string[] internal _setNames;
    mapping(string name => bytes32) internal _setDigests;
    address[2] internal _meantVerifiers;

    function admit(uint256 seed) external step {
        seed = _mix(seed);
        address account = _accounts[seed % _accounts.length];
        // One that was expelled, if there is one
        for (uint256 i = 0; i < _accounts.length && _active[account] != IMembers.Role.None; ++i) {
            account = _accounts[(seed + i) % _accounts.length];
        }
        IMembers.Role role = _roles[account];
        bool other = (seed >> 64) % 16 == 0;
        if (other) {
            role = role == IMembers.Role.Hospital ? IMembers.Role.Institution : IMembers.Role.Hospital;
        }
        bool isProxy = role == IMembers.Role.Proxy;
        bytes memory data = isProxy
            ? abi.encodeCall(IMembers.admitProxy, (account, _operatorOf(account)))
            : abi.encodeCall(IMembers.admit, (account, role));
        Property forbiddenBy =
            other || _active[account] != IMembers.Role.None ? Property.Members : Property.None;
        string memory name = isProxy ? "Members.admitProxy" : "Members.admit";
        if (_asConsortium(name, forbiddenBy, seed, address(_members), data)) _active[account] = role;
    }

    /// @dev Seldom one that the studies need.
    function expel(uint256 seed) external step {
        seed = _mix(seed);
        bool needed = (seed >> 64) % 4 == 0;
        address account = needed
            ? _accounts[seed % _accounts.length]
            : (seed >> 32) % 2 == 0 ? OTHER_HOSPITAL : SPARE_PROXY;
        Property forbiddenBy = _active[account] == IMembers.Role.None ? Property.Members : Property.None;
        bytes memory data = abi.encodeCall(IMembers.expel, (account));
        if (_asConsortium("Members.expel", forbiddenBy, seed, address(_members), data)) {
            _active[account] = IMembers.Role.None;
        }
    }

    function describe(uint256 seed) external step {
        seed = _mix(seed);
        address account = _accounts[seed % _accounts.length];
        Property forbiddenBy = Property.None;
        if (_roles[account] != IMembers.Role.Proxy) forbiddenBy = Property.Doors;
        else if (_active[account] == IMembers.Role.None) forbiddenBy = Property.Expelled;
        bytes memory data = abi.encodeCall(IMembers.describe, (bytes32(seed | 1), "https://proxy.example"));
        _call("Members.describe", forbiddenBy, account, address(_members), 0, data);
    }

    function setBounds(uint256 seed) external step {
        seed = _mix(seed);
        IMembers.Bounds memory next = _bounds();
        next.maxWindowSeconds = 4 days;
        next.exitDelay = uint32(4 days + 1 + (seed >> 32) % 10 days);
        next.rootLifetime = uint32(1 days + (seed >> 64) % 3 days);
        next.maxAttempts = uint8(1 + (seed >> 96) % 4);
        Property forbiddenBy = Property.None;
        if ((seed >> 104) % 8 == 0) {
            next.exitDelay = next.maxWindowSeconds;
            forbiddenBy = Property.Members;
        }
        bytes memory data = abi.encodeCall(IMembers.setBounds, (next));
        _asConsortium("Members.setBounds", forbiddenBy, seed, address(_members), data);
    }

    function setTokenBounds(uint256 seed) external step {
        seed = _mix(seed);
        address token = seed % 2 == 0 ? address(0) : address(_token);
        IMembers.TokenBounds memory next = IMembers.TokenBounds({
            allowed: (seed >> 8) % 8 != 0,
            maxPrice: 10 ether,
            maxFee: 1 ether,
            minSlice: uint128(1 + (seed >> 32) % 0.2 ether)
        });
        bytes memory data = abi.encodeCall(IMembers.setTokenBounds, (token, next));
        _asConsortium("Members.setTokenBounds", Property.None, seed, address(_members), data);
    }

    function setConsortiumAccount(uint256 seed) external step {
        seed = _mix(seed);
        address next = (seed >> 8) % 2 == 0 ? TREASURER : TREASURER_2;
        bytes memory data = abi.encodeCall(IMembers.setConsortiumAccount, (next));
        if (_asConsortium("Members.setConsortiumAccount", Property.None, seed, address(_members), data)) {
            _consortiumAccount = next;
        }
    }

    function publishValueSet(uint256 seed) external step {
        seed = _mix(seed);
        string memory name = vm.toString(seed % 256);
        bytes32 digest = bytes32(seed | 1);
        Property forbiddenBy = _setDigests[name] == bytes32(0) ? Property.None : Property.Members;
        bytes memory data = abi.encodeCall(IMembers.publishValueSet, (digest, name));
        if (!_asConsortium("Members.publishValueSet", forbiddenBy, seed, address(_members), data)) return;
        _setNames.push(name);
        _setDigests[name] = digest;
    }

    function setVerifier(uint256 seed) external step {
        seed = _mix(seed);
        uint256 which = (seed >> 8) % 9;
        address verifier = which == 8 ? address(0) : _meantVerifiers[which % 2];
        bytes memory data = abi.encodeCall(IStudies.setVerifier, (8, verifier));
        _asConsortium("Studies.setVerifier", Property.None, seed, address(_studies), data);
    }

    function _founded() internal {
        _consortiumAccount = TREASURER;
        _joined(HOSPITAL, IMembers.Role.Hospital);
        _joined(OTHER_HOSPITAL, IMembers.Role.Hospital);
        _joined(_institution.addr, IMembers.Role.Institution);
        for (uint256 i = 0; i < N; ++i) {
            _joined(_proxies[i].addr, IMembers.Role.Proxy);
        }
        _joined(SPARE_PROXY, IMembers.Role.Proxy);
        _admit(OTHER_HOSPITAL, IMembers.Role.Hospital);
        _admitProxy(SPARE_PROXY, _operatorOf(SPARE_PROXY));
        _meantVerifiers = [address(new MeantVerifier()), address(new MeantVerifier())];
        vm.prank(CONSORTIUM);
        _studies.setVerifier(8, _meantVerifiers[0]);
    }

    function _joined(address account, IMembers.Role role) private {
        _accounts.push(account);
        _roles[account] = role;
        _active[account] = role;
    }

    /// @dev Now and then it is somebody else who tries.
    function _asConsortium(
        string memory name,
        Property forbiddenBy,
        uint256 seed,
        address target,
        bytes memory data
    ) private returns (bool) {
        bool usurped = (seed >> 240) % 8 == 0;
        address caller = usurped ? _accounts[(seed >> 200) % _accounts.length] : CONSORTIUM;
        return _call(name, usurped ? Property.Doors : forbiddenBy, caller, target, 0, data);
    }

    function _operatorOf(address account) private returns (address) {
        return makeAddr(string.concat("operator of ", vm.toString(account)));
    }
}
