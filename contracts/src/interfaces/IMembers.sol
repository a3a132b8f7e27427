// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

/// @title Who takes part, and within which bounds
/// @notice The consortium admits hospitals, institutions and proxies, and sets the bounds within which studies may be opened.
/// One address has one role, for ever: an account that was expelled can be admitted again in the same role only.
interface IMembers {
    /// @notice What an address may do.
    enum Role {
        None,
        Hospital,
        Institution,
        Proxy
    }

    /// @notice A member's standing.
    /// @param role The role it was admitted in.
    /// @param active False once it was expelled: what it began goes on, but it begins nothing new.
    struct Member {
        Role role;
        bool active;
    }

    /// @notice A proxy's public particulars.
    /// @param operator Whoever runs it; a study's proxies have distinct operators.
    /// @param sealingKey X25519 public key to which key fragments are sealed (RFC 9180).
    /// @param url Where its service answers.
    struct ProxyCard {
        address operator;
        bytes32 sealingKey;
        string url;
    }

    /// @notice Bounds on every study. Windows are in seconds and in blocks; both must have passed.
    /// @param minWindowSeconds Shortest delivery or challenge window; at least a day outside development chains.
    /// @param maxWindowSeconds Longest one.
    /// @param minWindowBlocks Fewest blocks of a window; at least 2,000 outside development chains.
    /// @param maxWindowBlocks Most blocks of a window.
    /// @param rootLifetime Seconds for which a replaced registry root is still accepted; at least a day.
    /// @param exitDelay Seconds between asking for bond back and receiving it; more than the longest window.
    /// @param maxStudySeconds Longest time between a study's opening and its closing.
    /// @param maxReceiptSeconds How far ahead a receipt's `validUntil` may lie.
    /// @param maxQuota Most enrolments of a study, below 2^24.
    /// @param maxAttempts Most attempts of one patient in one study, at most 16.
    struct Bounds {
        uint32 minWindowSeconds;
        uint32 maxWindowSeconds;
        uint32 minWindowBlocks;
        uint32 maxWindowBlocks;
        uint32 rootLifetime;
        uint32 exitDelay;
        uint32 maxStudySeconds;
        uint32 maxReceiptSeconds;
        uint32 maxQuota;
        uint8 maxAttempts;
    }

    /// @notice Bounds on the money of a study in one token.
    /// @param allowed Whether new studies may use the token.
    /// @param maxPrice Highest price of an enrolment, in the token's smallest unit.
    /// @param maxFee Highest fee of one proxy for one enrolment.
    /// @param minSlice Smallest slice of bond that a receipt locks.
    struct TokenBounds {
        bool allowed;
        uint128 maxPrice;
        uint128 maxFee;
        uint128 minSlice;
    }

    /// @notice A value set that criteria may name and records are rolled up for.
    /// @param digest SHA-256 over its codes (docs/FACTS.md, section 9).
    /// @param name URL and version: `url|version`.
    struct ValueSet {
        bytes32 digest;
        string name;
    }

    /// @notice An account was admitted, or admitted again.
    event MemberAdmitted(address indexed account, Role indexed role, address operator);
    /// @notice An account begins nothing new from here on.
    event MemberExpelled(address indexed account, Role indexed role);
    /// @notice A proxy said where it answers and to which key fragments are sealed.
    event ProxyDescribed(address indexed proxy, bytes32 sealingKey, string url);
    /// @notice The bounds changed; studies that are open keep theirs.
    event BoundsChanged(Bounds bounds);
    /// @notice The bounds of a token changed; the zero address is the native coin.
    event TokenBoundsChanged(address indexed token, TokenBounds bounds);
    /// @notice Who receives slashed bond beyond the patient's compensation.
    event ConsortiumAccountChanged(address indexed account);
    /// @notice A value set was published.
    event ValueSetPublished(bytes32 indexed digest, string name);

    /// @notice The address already has another role.
    error RoleTaken(address account, Role role);
    /// @notice The role can't be admitted in this way.
    error RoleInvalid(Role role);
    /// @notice The account is not an active member in this role.
    error NotMember(address account, Role role);
    /// @notice The zero address can't stand here.
    error AddressZero();
    /// @notice A proxy needs a sealing key and an address at which it answers.
    error ProxyCardInvalid();
    /// @notice A bound is out of its own bounds; `bound` names it.
    error BoundInvalid(bytes32 bound);
    /// @notice A value set needs a digest and a name of at most 512 bytes.
    error ValueSetInvalid();
    /// @notice The name stands for a set already; a changed set needs a version of its own.
    error ValueSetTaken(string name);

    /// @notice Admits a hospital or an institution, or one again that was expelled. Consortium only.
    function admit(address account, Role role) external;

    /// @notice Admits a proxy and names its operator. Consortium only.
    function admitProxy(address account, address operator) external;

    /// @notice Expels a member: it begins nothing new. What it began goes on, and no money of anybody is touched. Consortium only.
    function expel(address account) external;

    /// @notice A proxy says where it answers. Proxy only.
    function describe(bytes32 sealingKey, string calldata url) external;

    // Parameters are called by what they are; nothing here calls `bounds()`
    // slither-disable-start shadowing-local

    /// @notice Sets the bounds for studies opened from now on. Consortium only.
    function setBounds(Bounds calldata bounds) external;

    /// @notice Sets the bounds of a token for studies opened from now on. Consortium only.
    function setTokenBounds(address token, TokenBounds calldata bounds) external;

    // slither-disable-end shadowing-local

    /// @notice Names who receives slashed bond beyond compensation. Consortium only.
    function setConsortiumAccount(address account) external;

    /// @notice Publishes a value set. Its name stands for these codes for ever. Consortium only.
    function publishValueSet(bytes32 digest, string calldata name) external;

    /// @notice A member's role and whether it is active.
    function memberOf(address account) external view returns (Member memory);

    /// @notice Whether the account is an active member in this role.
    function isActive(address account, Role role) external view returns (bool);

    /// @notice How many times a proxy was expelled. While it is the same, whoever was an active proxy is one.
    function expulsions() external view returns (uint256);

    /// @notice A proxy's particulars.
    function proxyCard(address proxy) external view returns (ProxyCard memory);

    /// @notice The bounds in force.
    function bounds() external view returns (Bounds memory);

    /// @notice The bounds of a token in force.
    function tokenBounds(address token) external view returns (TokenBounds memory);

    /// @notice Seconds for which a replaced registry root is still accepted.
    function rootLifetime() external view returns (uint256);

    /// @notice Who receives slashed bond beyond compensation.
    function consortiumAccount() external view returns (address);

    /// @notice The digest of a published value set, zero for a name that stands for none.
    function valueSetDigest(string calldata name) external view returns (bytes32);

    /// @notice How many value sets were published.
    function valueSetCount() external view returns (uint256);

    /// @notice Published value sets in their order, from this place on, at most so many.
    function valueSets(uint256 from, uint256 most) external view returns (ValueSet[] memory);
}
