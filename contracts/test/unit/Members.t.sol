// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IMembers} from "../../src/interfaces/IMembers.sol";
import {Bounded} from "../helpers/Bounded.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

contract MembersTest is Bounded {
    address private immutable HOSPITAL = makeAddr("hospital");
    address private immutable PROXY = makeAddr("proxy");
    address private immutable OPERATOR = makeAddr("operator");
    bytes32 private constant SEALING_KEY = keccak256("a sealing key");

    function setUp() public {
        _deployMembers();
    }

    function test_admit_recordsRole() public {
        vm.expectEmit(address(_members));
        emit IMembers.MemberAdmitted(HOSPITAL, IMembers.Role.Hospital, address(0));
        _admit(HOSPITAL, IMembers.Role.Hospital);

        IMembers.Member memory member = _members.memberOf(HOSPITAL);
        assertEq(uint8(member.role), uint8(IMembers.Role.Hospital));
        assertTrue(member.active);
        assertTrue(_members.isActive(HOSPITAL, IMembers.Role.Hospital));
        assertFalse(_members.isActive(HOSPITAL, IMembers.Role.Institution));
    }

    function test_admit_againAfterExpulsion() public {
        _admit(HOSPITAL, IMembers.Role.Hospital);
        vm.expectEmit(address(_members));
        emit IMembers.MemberExpelled(HOSPITAL, IMembers.Role.Hospital);
        _expel(HOSPITAL);
        assertFalse(_members.isActive(HOSPITAL, IMembers.Role.Hospital));
        _admit(HOSPITAL, IMembers.Role.Hospital);
        assertTrue(_members.isActive(HOSPITAL, IMembers.Role.Hospital));
    }

    function test_admit_revertsWithRoleInvalid() public {
        vm.startPrank(CONSORTIUM);
        vm.expectRevert(abi.encodeWithSelector(IMembers.RoleInvalid.selector, IMembers.Role.None));
        _members.admit(HOSPITAL, IMembers.Role.None);
        vm.expectRevert(abi.encodeWithSelector(IMembers.RoleInvalid.selector, IMembers.Role.Proxy));
        _members.admit(HOSPITAL, IMembers.Role.Proxy);
    }

    function test_admit_revertsWithRoleTaken() public {
        _admit(HOSPITAL, IMembers.Role.Hospital);
        bytes memory taken =
            abi.encodeWithSelector(IMembers.RoleTaken.selector, HOSPITAL, IMembers.Role.Hospital);
        vm.expectRevert(taken);
        _admit(HOSPITAL, IMembers.Role.Hospital);
        vm.expectRevert(taken);
        _admit(HOSPITAL, IMembers.Role.Institution);
        vm.expectRevert(taken);
        _admitProxy(HOSPITAL, OPERATOR);
        // One address has one role, for ever
        _expel(HOSPITAL);
        vm.expectRevert(taken);
        _admit(HOSPITAL, IMembers.Role.Institution);
    }

    function test_admit_revertsWithAddressZero() public {
        vm.expectRevert(IMembers.AddressZero.selector);
        _admit(address(0), IMembers.Role.Hospital);
    }

    function test_consortiumFunctions_revertWithAccessManagedUnauthorized() public {
        bytes memory unauthorized =
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, HOSPITAL);
        IMembers.Bounds memory bounds = _bounds();
        IMembers.TokenBounds memory token = IMembers.TokenBounds(true, 1, 1, 1);
        vm.startPrank(HOSPITAL);
        vm.expectRevert(unauthorized);
        _members.admit(HOSPITAL, IMembers.Role.Hospital);
        vm.expectRevert(unauthorized);
        _members.admitProxy(PROXY, OPERATOR);
        vm.expectRevert(unauthorized);
        _members.expel(PROXY);
        vm.expectRevert(unauthorized);
        _members.publishValueSet(SEALING_KEY, "urn:a|1");
        vm.expectRevert(unauthorized);
        _members.setBounds(bounds);
        vm.expectRevert(unauthorized);
        _members.setTokenBounds(address(0), token);
        vm.expectRevert(unauthorized);
        _members.setConsortiumAccount(HOSPITAL);
    }

    function test_admitProxy_namesOperator() public {
        vm.expectEmit(address(_members));
        emit IMembers.MemberAdmitted(PROXY, IMembers.Role.Proxy, OPERATOR);
        _admitProxy(PROXY, OPERATOR);
        assertEq(_members.proxyCard(PROXY).operator, OPERATOR);
        assertTrue(_members.isActive(PROXY, IMembers.Role.Proxy));
    }

    function test_admitProxy_revertsWithAddressZero() public {
        vm.expectRevert(IMembers.AddressZero.selector);
        _admitProxy(PROXY, address(0));
        vm.expectRevert(IMembers.AddressZero.selector);
        _admitProxy(address(0), OPERATOR);
    }

    function test_expel_revertsWithNotMember() public {
        vm.expectRevert(abi.encodeWithSelector(IMembers.NotMember.selector, HOSPITAL, IMembers.Role.None));
        _expel(HOSPITAL);
        _admit(HOSPITAL, IMembers.Role.Hospital);
        _expel(HOSPITAL);
        vm.expectRevert(abi.encodeWithSelector(IMembers.NotMember.selector, HOSPITAL, IMembers.Role.Hospital));
        _expel(HOSPITAL);
    }

    function test_describe_keepsCard() public {
        _admitProxy(PROXY, OPERATOR);
        vm.expectEmit(address(_members));
        emit IMembers.ProxyDescribed(PROXY, SEALING_KEY, "https://proxy.example");
        vm.prank(PROXY);
        _members.describe(SEALING_KEY, "https://proxy.example");

        IMembers.ProxyCard memory card = _members.proxyCard(PROXY);
        assertEq(card.operator, OPERATOR);
        assertEq(card.sealingKey, SEALING_KEY);
        assertEq(card.url, "https://proxy.example");
    }

    function test_describe_takesAnAddressOf256Bytes() public {
        _admitProxy(PROXY, OPERATOR);
        string memory longest = string(new bytes(256));
        vm.prank(PROXY);
        _members.describe(SEALING_KEY, longest);
        assertEq(_members.proxyCard(PROXY).url, longest);
    }

    function test_describe_revertsWithNotMember() public {
        vm.expectRevert(abi.encodeWithSelector(IMembers.NotMember.selector, PROXY, IMembers.Role.Proxy));
        vm.prank(PROXY);
        _members.describe(SEALING_KEY, "https://proxy.example");
    }

    function test_describe_revertsWithProxyCardInvalid() public {
        _admitProxy(PROXY, OPERATOR);
        vm.startPrank(PROXY);
        vm.expectRevert(IMembers.ProxyCardInvalid.selector);
        _members.describe(bytes32(0), "https://proxy.example");
        vm.expectRevert(IMembers.ProxyCardInvalid.selector);
        _members.describe(SEALING_KEY, "");
        vm.expectRevert(IMembers.ProxyCardInvalid.selector);
        _members.describe(SEALING_KEY, string(new bytes(257)));
    }

    function test_setBounds_changesThem() public {
        IMembers.Bounds memory next = _bounds();
        next.maxAttempts = 16;
        next.rootLifetime = 1 days;
        vm.expectEmit(address(_members));
        emit IMembers.BoundsChanged(next);
        vm.prank(CONSORTIUM);
        _members.setBounds(next);
        assertEq(abi.encode(_members.bounds()), abi.encode(next));
        assertEq(_members.rootLifetime(), 1 days);
    }

    /// @dev The least that is taken of each.
    function test_setBounds_takesTheLeast() public {
        IMembers.Bounds memory least = _bounds();
        (least.minWindowSeconds, least.maxWindowSeconds) = (1, 1);
        (least.minWindowBlocks, least.maxWindowBlocks) = (1, 1);
        (least.exitDelay, least.rootLifetime) = (2, 1 days);
        (least.maxStudySeconds, least.maxReceiptSeconds) = (1, 1);
        (least.maxQuota, least.maxAttempts) = (1, 1);
        vm.prank(CONSORTIUM);
        _members.setBounds(least);
        assertEq(abi.encode(_members.bounds()), abi.encode(least));
    }

    function test_setBounds_revertsWithBoundInvalid() public {
        IMembers.Bounds memory next = _bounds();
        next.minWindowSeconds = 0;
        _expectBoundInvalid(next, "windowSeconds");
        next = _bounds();
        next.maxWindowSeconds = next.minWindowSeconds - 1;
        _expectBoundInvalid(next, "windowSeconds");
        next = _bounds();
        next.minWindowBlocks = 0;
        _expectBoundInvalid(next, "windowBlocks");
        next = _bounds();
        next.maxWindowBlocks = next.minWindowBlocks - 1;
        _expectBoundInvalid(next, "windowBlocks");
        next = _bounds();
        next.rootLifetime = 1 days - 1;
        _expectBoundInvalid(next, "rootLifetime");
        next = _bounds();
        next.exitDelay = next.maxWindowSeconds;
        _expectBoundInvalid(next, "exitDelay");
        next = _bounds();
        next.maxStudySeconds = 0;
        _expectBoundInvalid(next, "maxStudySeconds");
        next = _bounds();
        next.maxReceiptSeconds = 0;
        _expectBoundInvalid(next, "maxReceiptSeconds");
        next = _bounds();
        next.maxQuota = 0;
        _expectBoundInvalid(next, "maxQuota");
        next.maxQuota = type(uint24).max;
        vm.prank(CONSORTIUM);
        _members.setBounds(next);
        assertEq(_members.bounds().maxQuota, type(uint24).max);
        next = _bounds();
        next.maxAttempts = 0;
        _expectBoundInvalid(next, "maxAttempts");
        next.maxAttempts = 17;
        _expectBoundInvalid(next, "maxAttempts");
    }

    function test_setBounds_asksForLongWindowsOutsideDevelopmentChains() public {
        IMembers.Bounds memory next = _bounds();
        vm.chainId(1_337);
        vm.prank(CONSORTIUM);
        _members.setBounds(next);

        vm.chainId(2_026);
        next.minWindowSeconds = 1 days - 1;
        next.minWindowBlocks = 2_000;
        _expectBoundInvalid(next, "windowSeconds");
        next.minWindowSeconds = 1 days;
        next.minWindowBlocks = 1_999;
        _expectBoundInvalid(next, "windowBlocks");
        next.minWindowBlocks = 2_000;
        vm.prank(CONSORTIUM);
        _members.setBounds(next);
    }

    function test_setTokenBounds_changesThem() public {
        IMembers.TokenBounds memory next =
            IMembers.TokenBounds({allowed: true, maxPrice: 100, maxFee: 10, minSlice: 1});
        vm.expectEmit(address(_members));
        emit IMembers.TokenBoundsChanged(address(0), next);
        vm.prank(CONSORTIUM);
        _members.setTokenBounds(address(0), next);
        assertEq(abi.encode(_members.tokenBounds(address(0))), abi.encode(next));
    }

    function test_setConsortiumAccount_changesIt() public {
        assertEq(_members.consortiumAccount(), TREASURER);
        vm.expectEmit(address(_members));
        emit IMembers.ConsortiumAccountChanged(HOSPITAL);
        vm.prank(CONSORTIUM);
        _members.setConsortiumAccount(HOSPITAL);
        assertEq(_members.consortiumAccount(), HOSPITAL);
    }

    function test_setConsortiumAccount_revertsWithAddressZero() public {
        vm.expectRevert(IMembers.AddressZero.selector);
        vm.prank(CONSORTIUM);
        _members.setConsortiumAccount(address(0));
    }

    function test_constructor_checksBounds() public {
        IMembers.Bounds memory wrong = _bounds();
        wrong.maxQuota = 0;
        vm.expectRevert(abi.encodeWithSelector(IMembers.BoundInvalid.selector, bytes32("maxQuota")));
        _newMembers(wrong);
    }

    function _expectBoundInvalid(IMembers.Bounds memory next, bytes32 bound) private {
        vm.expectRevert(abi.encodeWithSelector(IMembers.BoundInvalid.selector, bound));
        vm.prank(CONSORTIUM);
        _members.setBounds(next);
    }

    function test_publishValueSet_isListedAndFoundByName() public {
        vm.startPrank(CONSORTIUM);
        vm.expectEmit(address(_members));
        emit IMembers.ValueSetPublished(keccak256("1"), "urn:a|1");
        _members.publishValueSet(keccak256("1"), "urn:a|1");
        _members.publishValueSet(keccak256("2"), "urn:a|2");
        // Another name for the same codes
        _members.publishValueSet(keccak256("1"), "urn:b|1");
        vm.stopPrank();

        assertEq(_members.valueSetDigest("urn:a|2"), keccak256("2"));
        assertEq(_members.valueSetDigest("urn:b|1"), keccak256("1"));
        assertEq(_members.valueSetDigest("urn:a"), bytes32(0));
        assertEq(_members.valueSetCount(), 3);
        IMembers.ValueSet[] memory page = _members.valueSets(1, 10);
        assertEq(page.length, 2);
        assertEq(page[0].name, "urn:a|2");
        assertEq(page[1].name, "urn:b|1");
        assertEq(page[1].digest, keccak256("1"));
        assertEq(_members.valueSets(0, 1).length, 1);
        assertEq(_members.valueSets(3, 1).length, 0);
        assertEq(_members.valueSets(type(uint256).max, type(uint256).max).length, 0);
    }

    function test_publishValueSet_revertsWithValueSetTaken() public {
        vm.startPrank(CONSORTIUM);
        _members.publishValueSet(keccak256("1"), "urn:a|1");
        bytes memory taken = abi.encodeWithSelector(IMembers.ValueSetTaken.selector, "urn:a|1");
        vm.expectRevert(taken);
        _members.publishValueSet(keccak256("2"), "urn:a|1");
        vm.expectRevert(taken);
        _members.publishValueSet(keccak256("1"), "urn:a|1");
    }

    function test_publishValueSet_revertsWithValueSetInvalid() public {
        vm.startPrank(CONSORTIUM);
        vm.expectRevert(IMembers.ValueSetInvalid.selector);
        _members.publishValueSet(bytes32(0), "urn:a|1");
        vm.expectRevert(IMembers.ValueSetInvalid.selector);
        _members.publishValueSet(keccak256("1"), "");
        vm.expectRevert(IMembers.ValueSetInvalid.selector);
        _members.publishValueSet(keccak256("1"), string(new bytes(513)));
        _members.publishValueSet(keccak256("1"), string(new bytes(512)));
        _members.publishValueSet(bytes32(uint256(1)), "u");
        assertEq(_members.valueSetDigest("u"), bytes32(uint256(1)));
    }
}
