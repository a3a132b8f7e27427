// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IMembers} from "./interfaces/IMembers.sol";

/// @title Members
/// @dev The consortium acts through OpenZeppelin's AccessManager, which can put delays and several accounts before each function.
contract Members is IMembers, AccessManaged {
    uint256 private constant MIN_SECONDS = 1 days;
    uint256 private constant MIN_BLOCKS = 2_000;
    uint256 private constant MOST_ATTEMPTS = 16;
    uint256 private constant LONGEST_NAME = 512;

    mapping(address account => Member) private _members;
    mapping(address proxy => ProxyCard) private _cards;
    mapping(address token => TokenBounds) private _tokenBounds;
    ValueSet[] private _valueSets;
    mapping(bytes32 nameHash => bytes32 digest) private _digests;
    uint256 private _expulsions;
    Bounds private _bounds;
    address private _consortiumAccount;

    constructor(address accessManager, address consortiumAccount_, Bounds memory bounds_)
        AccessManaged(accessManager)
    {
        _setConsortiumAccount(consortiumAccount_);
        _setBounds(bounds_);
    }

    /// @inheritdoc IMembers
    function admit(address account, Role role) external restricted {
        if (role != Role.Hospital && role != Role.Institution) revert RoleInvalid(role);
        _admit(account, role, address(0));
    }

    /// @inheritdoc IMembers
    function admitProxy(address account, address operator) external restricted {
        if (operator == address(0)) revert AddressZero();
        _cards[account].operator = operator;
        _admit(account, Role.Proxy, operator);
    }

    /// @inheritdoc IMembers
    function expel(address account) external restricted {
        Member storage member = _members[account];
        if (!member.active) revert NotMember(account, member.role);
        member.active = false;
        if (member.role == Role.Proxy) ++_expulsions;
        emit MemberExpelled(account, member.role);
    }

    /// @inheritdoc IMembers
    function describe(bytes32 sealingKey, string calldata url) external {
        if (!isActive(msg.sender, Role.Proxy)) revert NotMember(msg.sender, Role.Proxy);
        if (sealingKey == bytes32(0) || bytes(url).length == 0 || bytes(url).length > 256) {
            revert ProxyCardInvalid();
        }
        _cards[msg.sender].sealingKey = sealingKey;
        _cards[msg.sender].url = url;
        emit ProxyDescribed(msg.sender, sealingKey, url);
    }

    /// @inheritdoc IMembers
    function setBounds(Bounds calldata bounds_) external restricted {
        _setBounds(bounds_);
    }

    /// @inheritdoc IMembers
    function setTokenBounds(address token, TokenBounds calldata bounds_) external restricted {
        _tokenBounds[token] = bounds_;
        emit TokenBoundsChanged(token, bounds_);
    }

    /// @inheritdoc IMembers
    function setConsortiumAccount(address account) external restricted {
        _setConsortiumAccount(account);
    }

    /// @inheritdoc IMembers
    function publishValueSet(bytes32 digest, string calldata name) external restricted {
        uint256 length = bytes(name).length;
        if (digest == bytes32(0) || length == 0 || length > LONGEST_NAME) revert ValueSetInvalid();
        bytes32 nameHash = keccak256(bytes(name));
        if (_digests[nameHash] != bytes32(0)) revert ValueSetTaken(name);
        _digests[nameHash] = digest;
        _valueSets.push(ValueSet({digest: digest, name: name}));
        emit ValueSetPublished(digest, name);
    }

    /// @inheritdoc IMembers
    function memberOf(address account) external view returns (Member memory) {
        return _members[account];
    }

    /// @inheritdoc IMembers
    function isActive(address account, Role role) public view returns (bool) {
        Member storage member = _members[account];
        return member.active && member.role == role;
    }

    /// @inheritdoc IMembers
    function expulsions() external view returns (uint256) {
        return _expulsions;
    }

    /// @inheritdoc IMembers
    function proxyCard(address proxy) external view returns (ProxyCard memory) {
        return _cards[proxy];
    }

    /// @inheritdoc IMembers
    function bounds() external view returns (Bounds memory) {
        return _bounds;
    }

    /// @inheritdoc IMembers
    function tokenBounds(address token) external view returns (TokenBounds memory) {
        return _tokenBounds[token];
    }

    /// @inheritdoc IMembers
    function rootLifetime() external view returns (uint256) {
        return _bounds.rootLifetime;
    }

    /// @inheritdoc IMembers
    function consortiumAccount() external view returns (address) {
        return _consortiumAccount;
    }

    /// @inheritdoc IMembers
    function valueSetDigest(string calldata name) external view returns (bytes32) {
        return _digests[keccak256(bytes(name))];
    }

    /// @inheritdoc IMembers
    function valueSetCount() external view returns (uint256) {
        return _valueSets.length;
    }

    /// @inheritdoc IMembers
    function valueSets(uint256 from, uint256 most) external view returns (ValueSet[] memory page) {
        uint256 count = _valueSets.length;
        uint256 rest = from < count ? count - from : 0;
        page = new ValueSet[](rest < most ? rest : most);
        for (uint256 i = 0; i < page.length; ++i) {
            page[i] = _valueSets[from + i];
        }
    }

    function _admit(address account, Role role, address operator) private {
        if (account == address(0)) revert AddressZero();
        Member storage member = _members[account];
        if (member.role != Role.None && (member.role != role || member.active)) {
            revert RoleTaken(account, member.role);
        }
        member.role = role;
        member.active = true;
        emit MemberAdmitted(account, role, operator);
    }

    function _setConsortiumAccount(address account) private {
        if (account == address(0)) revert AddressZero();
        _consortiumAccount = account;
        emit ConsortiumAccountChanged(account);
    }

    /// @dev One condition for each bound, one after the other.
    // slither-disable-next-line cyclomatic-complexity
    function _setBounds(Bounds memory next) private {
        if (next.minWindowSeconds == 0 || next.maxWindowSeconds < next.minWindowSeconds) {
            revert BoundInvalid("windowSeconds");
        }
        if (next.minWindowBlocks == 0 || next.maxWindowBlocks < next.minWindowBlocks) {
            revert BoundInvalid("windowBlocks");
        }
        // A chain that halts must not run windows out, nor a night nobody watches
        if (!_isDevelopmentChain()) {
            if (next.minWindowSeconds < MIN_SECONDS) revert BoundInvalid("windowSeconds");
            if (next.minWindowBlocks < MIN_BLOCKS) revert BoundInvalid("windowBlocks");
        }
        // A batch of enrolments may wait, and the reference day may be yesterday
        if (next.rootLifetime < 1 days) revert BoundInvalid("rootLifetime");
        if (next.exitDelay <= next.maxWindowSeconds) revert BoundInvalid("exitDelay");
        if (next.maxStudySeconds == 0) revert BoundInvalid("maxStudySeconds");
        if (next.maxReceiptSeconds == 0) revert BoundInvalid("maxReceiptSeconds");
        // Studies count their places in 24 bits
        if (next.maxQuota == 0 || next.maxQuota > type(uint24).max) revert BoundInvalid("maxQuota");
        if (next.maxAttempts == 0 || next.maxAttempts > MOST_ATTEMPTS) revert BoundInvalid("maxAttempts");
        _bounds = next;
        emit BoundsChanged(next);
    }

    /// @dev Anvil's and Geth's development chain ids.
    function _isDevelopmentChain() private view returns (bool) {
        return block.chainid == 31_337 || block.chainid == 1_337;
    }
}
