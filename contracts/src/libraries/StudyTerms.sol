// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IMembers} from "../interfaces/IMembers.sol";
import {IStudies} from "../interfaces/IStudies.sol";
import {Field} from "./Field.sol";
import {Secp256k1} from "./Secp256k1.sol";

/// @title What the terms of a study must be
library StudyTerms {
    using SafeCast for uint256;

    uint256 internal constant MIN_THRESHOLD = 2;
    uint256 internal constant MAX_THRESHOLD = 8;
    uint256 internal constant MAX_PROXIES = 16;

    /// @dev Refuses terms that are out of the consortium's bounds, or that make no sense.
    function check(IStudies.Terms calldata terms, IMembers members, address institution) internal view {
        _checkContent(terms);
        _checkTimes(terms, members.bounds());
        _checkMoney(terms, members.tokenBounds(terms.token));
        _checkProxies(terms, members, institution);
    }

    /// @dev What each receipt locks: price / m rounded up, at least the token's smallest slice.
    /// A proxy's bond is kept in 96 bits for each token.
    function slice(IStudies.Terms calldata terms, uint128 minSlice) internal pure returns (uint96) {
        uint256 share = Math.ceilDiv(terms.price, terms.threshold);
        uint256 larger = share > minSlice ? share : minSlice;
        if (larger > type(uint96).max) revert IStudies.TermInvalid("price");
        return larger.toUint96();
    }

    /// @dev What one place in the quota costs: the price, and a fee for every proxy.
    function unit(IStudies.Terms memory terms) internal pure returns (uint256) {
        return uint256(terms.price) + terms.proxies.length * uint256(terms.fee);
    }

    function _checkContent(IStudies.Terms calldata terms) private view {
        if (terms.criteriaHash == 0 || terms.criteriaHash >= Field.R) {
            revert IStudies.TermInvalid("criteriaHash");
        }
        if (terms.criteriaDocument == bytes32(0)) revert IStudies.TermInvalid("criteriaDocument");
        if (terms.agreement == bytes32(0)) revert IStudies.TermInvalid("agreement");
        if (terms.purposes == 0) revert IStudies.TermInvalid("purposes");
        if (!Secp256k1.isCompressedPoint(terms.receivingKey)) revert IStudies.TermInvalid("receivingKey");
    }

    function _checkTimes(IStudies.Terms calldata terms, IMembers.Bounds memory bounds) private view {
        if (terms.closesAt <= block.timestamp || terms.closesAt <= terms.opensAt) {
            revert IStudies.TermInvalid("closesAt");
        }
        if (terms.closesAt > block.timestamp + bounds.maxStudySeconds) {
            revert IStudies.TermInvalid("closesAt");
        }
        _checkWindow(terms.deliverySeconds, terms.deliveryBlocks, bounds, "deliveryWindow");
        _checkWindow(terms.challengeSeconds, terms.challengeBlocks, bounds, "challengeWindow");
        if (terms.quota == 0 || terms.quota > bounds.maxQuota) revert IStudies.TermInvalid("quota");
    }

    function _checkWindow(uint32 seconds_, uint32 blocks, IMembers.Bounds memory bounds, bytes32 term)
        private
        pure
    {
        bool secondsFit = seconds_ >= bounds.minWindowSeconds && seconds_ <= bounds.maxWindowSeconds;
        bool blocksFit = blocks >= bounds.minWindowBlocks && blocks <= bounds.maxWindowBlocks;
        if (!secondsFit || !blocksFit) revert IStudies.TermInvalid(term);
    }

    function _checkMoney(IStudies.Terms calldata terms, IMembers.TokenBounds memory bounds) private pure {
        if (!bounds.allowed) revert IStudies.TermInvalid("token");
        if (terms.price > bounds.maxPrice) revert IStudies.TermInvalid("price");
        if (terms.fee > bounds.maxFee) revert IStudies.TermInvalid("fee");
    }

    function _checkProxies(IStudies.Terms calldata terms, IMembers members, address institution)
        private
        view
    {
        uint256 m = terms.threshold;
        uint256 n = terms.proxies.length;
        if (m < MIN_THRESHOLD || m > MAX_THRESHOLD) revert IStudies.TermInvalid("threshold");
        if (n < 2 * m - 1 || n > MAX_PROXIES) revert IStudies.TermInvalid("proxies");
        address[] memory operators = new address[](n);
        for (uint256 i = 0; i < n; ++i) {
            address proxy = terms.proxies[i];
            if (!members.isActive(proxy, IMembers.Role.Proxy)) revert IStudies.ProxyInvalid(proxy);
            address operator = members.proxyCard(proxy).operator;
            if (operator == institution) revert IStudies.ProxyInvalid(proxy);
            for (uint256 j = 0; j < i; ++j) {
                if (operators[j] == operator || terms.proxies[j] == proxy) {
                    revert IStudies.ProxyInvalid(proxy);
                }
            }
            operators[i] = operator;
        }
    }
}
