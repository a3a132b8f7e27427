// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IMembers} from "../../src/interfaces/IMembers.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {Deployed} from "../helpers/Deployed.sol";
import {Typed} from "../helpers/Typed.sol";

/// @notice Each term at both sides of its bound.
contract StudyTermsTest is Deployed {
    function test_open_takesTermsAtTheirBounds() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.price = 10 ether;
        terms.fee = 1 ether;
        terms.deliverySeconds = 1 hours;
        terms.deliveryBlocks = 10;
        terms.challengeSeconds = 30 days;
        terms.challengeBlocks = 100_000;
        terms.closesAt = uint64(block.timestamp + 3650 days);
        terms.quota = 1;
        terms.criteriaHash = Typed.R - 1;
        _openStudy(terms);
        terms.price = 0;
        terms.fee = 0;
        terms.quota = 1_000_000;
        _openStudy(terms);
    }

    function test_open_takesThresholdAndProxiesAtTheirBounds() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.threshold = 2;
        terms.proxies = _someProxies(3);
        _openStudy(terms);
        terms.threshold = 8;
        terms.proxies = _someProxies(16);
        _openStudy(terms);
    }

    function test_open_revertsWithTermInvalid_content() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.criteriaHash = 0;
        _expectTermInvalid(terms, "criteriaHash");
        terms.criteriaHash = Typed.R;
        _expectTermInvalid(terms, "criteriaHash");
        terms = _terms(address(0));
        terms.criteriaDocument = 0;
        _expectTermInvalid(terms, "criteriaDocument");
        terms = _terms(address(0));
        terms.agreement = 0;
        _expectTermInvalid(terms, "agreement");
        terms = _terms(address(0));
        terms.purposes = 0;
        _expectTermInvalid(terms, "purposes");
    }

    /// @dev A slice has to fit where bonds are kept, whatever the consortium allows.
    function test_open_revertsWithTermInvalid_sliceTooLarge() public {
        vm.prank(CONSORTIUM);
        _members.setTokenBounds(address(0), IMembers.TokenBounds(true, type(uint128).max, 0, 1));
        IStudies.Terms memory terms = _terms(address(0));
        terms.fee = 0;
        terms.price = uint128(type(uint96).max) * M + 1;
        _expectTermInvalid(terms, "price");
        --terms.price;
        _openStudy(terms);
    }

    function test_open_revertsWithTermInvalid_receivingKey() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.receivingKey = abi.encodePacked(bytes1(0x02), uint256(5));
        _expectTermInvalid(terms, "receivingKey");
        terms.receivingKey = new bytes(33);
        _expectTermInvalid(terms, "receivingKey");
        terms.receivingKey = "";
        _expectTermInvalid(terms, "receivingKey");
    }

    function test_open_revertsWithTermInvalid_times() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.closesAt = terms.opensAt;
        _expectTermInvalid(terms, "closesAt");
        terms.opensAt = uint64(block.timestamp + 1 days);
        terms.closesAt = terms.opensAt;
        _expectTermInvalid(terms, "closesAt");
        terms.opensAt = 0;
        terms.closesAt = uint64(block.timestamp);
        _expectTermInvalid(terms, "closesAt");
        terms.closesAt = uint64(block.timestamp + 3650 days + 1);
        _expectTermInvalid(terms, "closesAt");
    }

    function test_open_revertsWithTermInvalid_deliveryWindow() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.deliverySeconds = 1 hours - 1;
        _expectTermInvalid(terms, "deliveryWindow");
        terms.deliverySeconds = 30 days + 1;
        _expectTermInvalid(terms, "deliveryWindow");
        terms = _terms(address(0));
        terms.deliveryBlocks = 9;
        _expectTermInvalid(terms, "deliveryWindow");
        terms.deliveryBlocks = 100_001;
        _expectTermInvalid(terms, "deliveryWindow");
    }

    function test_open_revertsWithTermInvalid_challengeWindow() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.challengeSeconds = 1 hours - 1;
        _expectTermInvalid(terms, "challengeWindow");
        terms.challengeSeconds = 30 days + 1;
        _expectTermInvalid(terms, "challengeWindow");
        terms = _terms(address(0));
        terms.challengeBlocks = 9;
        _expectTermInvalid(terms, "challengeWindow");
        terms.challengeBlocks = 100_001;
        _expectTermInvalid(terms, "challengeWindow");
    }

    function test_open_revertsWithTermInvalid_money() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.price = 10 ether + 1;
        _expectTermInvalid(terms, "price");
        terms = _terms(address(0));
        terms.fee = 1 ether + 1;
        _expectTermInvalid(terms, "fee");
        terms = _terms(makeAddr("a token nobody allowed"));
        _expectTermInvalid(terms, "token");
        terms = _terms(address(0));
        terms.quota = 0;
        _expectTermInvalid(terms, "quota");
        terms.quota = 1_000_001;
        _expectTermInvalid(terms, "quota");
    }

    function test_open_revertsWithTermInvalid_threshold() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.threshold = 1;
        _expectTermInvalid(terms, "threshold");
        terms.proxies = _someProxies(16);
        terms.threshold = 9;
        _expectTermInvalid(terms, "threshold");
    }

    function test_open_revertsWithTermInvalid_proxies() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.proxies = _someProxies(4);
        _expectTermInvalid(terms, "proxies");
        terms.proxies = _someProxies(17);
        _expectTermInvalid(terms, "proxies");
    }

    function test_open_revertsWithProxyInvalid_notActive() public {
        IStudies.Terms memory terms = _terms(address(0));
        terms.proxies[1] = STRANGER;
        _expectProxyInvalid(terms, STRANGER);
        terms.proxies[1] = HOSPITAL;
        _expectProxyInvalid(terms, HOSPITAL);
        terms = _terms(address(0));
        _expel(terms.proxies[4]);
        _expectProxyInvalid(terms, terms.proxies[4]);
    }

    function test_open_revertsWithProxyInvalid_operators() public {
        IStudies.Terms memory terms = _terms(address(0));
        address twin = makeAddr("twin");
        _admitProxy(twin, _members.proxyCard(terms.proxies[0]).operator);
        terms.proxies[3] = twin;
        _expectProxyInvalid(terms, twin);
        address own = makeAddr("the institution's own");
        _admitProxy(own, _institution.addr);
        terms.proxies[3] = own;
        _expectProxyInvalid(terms, own);
        terms.proxies[3] = terms.proxies[2];
        _expectProxyInvalid(terms, terms.proxies[2]);
    }

    function test_open_boundsChangeForStudiesToCome() public {
        IStudies.Terms memory terms = _terms(address(0));
        uint256 studyId = _openStudy(terms);
        IMembers.Bounds memory tighter = _bounds();
        tighter.minWindowSeconds = 10 days;
        vm.prank(CONSORTIUM);
        _members.setBounds(tighter);
        assertEq(_studies.termsOf(studyId).deliverySeconds, WINDOW);
        _expectTermInvalid(terms, "deliveryWindow");
    }

    function _someProxies(uint160 count) private returns (address[] memory proxies) {
        proxies = new address[](count);
        for (uint160 i = 0; i < count; ++i) {
            proxies[i] = address(0xbeef00 + i);
            if (!_members.isActive(proxies[i], IMembers.Role.Proxy)) {
                _admitProxy(proxies[i], address(0xfeed00 + i));
            }
        }
    }

    function _expectTermInvalid(IStudies.Terms memory terms, bytes32 term) private {
        vm.expectRevert(abi.encodeWithSelector(IStudies.TermInvalid.selector, term));
        vm.prank(_institution.addr);
        _studies.open(terms);
    }

    function _expectProxyInvalid(IStudies.Terms memory terms, address proxy) private {
        vm.expectRevert(abi.encodeWithSelector(IStudies.ProxyInvalid.selector, proxy));
        vm.prank(_institution.addr);
        _studies.open(terms);
    }
}
