// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

/// @title All the money
/// @notice Holds escrows of studies, bonds of proxies and credits of everybody, in native coin (the zero address) and in ERC-20 tokens. Only the
/// studies and enrolments contracts move an escrow or a locked bond, by the rules of an ending; no role of the consortium can.
interface ITreasury {
    /// @notice A proxy's bond in one token.
    /// @param free What it can lock for receipts, or ask back.
    /// @param locked What its receipts lock.
    /// @param receipts How many of its receipts ever locked a slice.
    /// @param slashed How many of these slices were taken.
    struct Bond {
        uint96 free;
        uint96 locked;
        uint32 receipts;
        uint32 slashed;
    }

    /// @notice How a proxy served in one token, counted from its first receipt on.
    /// @param receipts Receipts that an enrolment carried.
    /// @param attested Enrolments that it attested.
    /// @param answered Challenges that it answered.
    /// @param slashed Receipts whose slice of bond was taken.
    struct Record {
        uint32 receipts;
        uint32 attested;
        uint32 answered;
        uint32 slashed;
    }

    /// @notice What a proxy asked back.
    /// @param amount In the token's smallest unit.
    /// @param releaseAt When it may be credited, in Unix seconds.
    struct Exit {
        uint96 amount;
        uint64 releaseAt;
    }

    /// @notice Money came into a study's escrow.
    event EscrowFunded(uint256 indexed studyId, address indexed token, uint256 amount);
    /// @notice Money left a study's escrow for credits.
    event EscrowPaid(uint256 indexed studyId, uint256 amount);
    /// @notice A challenger put up a bond, or what demanded segments cost.
    event StakePut(uint256 indexed studyId, uint256 indexed nullifier, address indexed token, uint256 amount);
    /// @notice Part of a stake became credits.
    event StakePaid(uint256 indexed studyId, uint256 indexed nullifier, uint256 amount);
    /// @notice A proxy raised its bond.
    event BondDeposited(address indexed proxy, address indexed token, uint256 amount);
    /// @notice A proxy asked bond back.
    event ExitRequested(address indexed proxy, address indexed token, uint256 amount, uint256 releaseAt);
    /// @notice Bond that was asked back became a credit.
    event ExitCompleted(address indexed proxy, address indexed token, uint256 amount);
    /// @notice A slice of a silent proxy's bond was taken.
    event BondSlashed(address indexed proxy, address indexed token, uint256 amount);
    /// @notice Somebody is owed more.
    event CreditAdded(address indexed account, address indexed token, uint256 amount);
    /// @notice A credit was paid out to its owner.
    event CreditPaid(address indexed account, address indexed token, uint256 amount);

    /// @notice Only the studies contract may call this.
    error NotStudies(address caller);
    /// @notice Only the enrolments contract may call this.
    error NotEnrolments(address caller);
    /// @notice Only the disputes contract may call this.
    error NotDisputes(address caller);
    /// @notice The stake holds less than is to be paid.
    error StakeTooSmall(uint256 held, uint256 needed);
    /// @notice The caller is not an active proxy.
    error NotProxy(address account);
    /// @notice The sum does not fit in 96 bits, or is zero where one is needed.
    error AmountInvalid(uint256 amount);
    /// @notice Native coin was sent with a token, or not as much as was named.
    error ValueMismatch(uint256 sent, uint256 expected);
    /// @notice A token moved another sum than asked; tokens that take a fee can't be used.
    error TransferMismatch(address token, uint256 moved, uint256 expected);
    /// @notice The proxy has not enough free bond for one more receipt.
    error NoFreeBond(address proxy, address token, uint256 free, uint256 needed);
    /// @notice The escrow holds less than is to be paid.
    error EscrowTooSmall(uint256 studyId, uint256 held, uint256 needed);
    /// @notice Nothing is to be paid out.
    error NoCredit(address account, address token);
    /// @notice Nothing was asked back, or it is not due yet.
    error ExitNotDue(uint256 releaseAt);
    /// @notice The receiver refused native coin; the credit stays.
    error PaymentRefused(address account);

    /// @notice Takes `amount` of `token` from `payer` into the escrow of a study. Studies only.
    function fund(uint256 studyId, address token, address payer, uint256 amount) external payable;

    /// @notice Moves `amount` to the credit of `payee` and `fee` to that of each slot, from a study's escrow. Studies only.
    function payFromEscrow(
        uint256 studyId,
        address token,
        address payee,
        uint256 amount,
        address[] calldata slots,
        uint256 fee
    ) external;

    /// @notice Locks slices of each proxy's free bond, and counts as many receipts of each. Enrolments only.
    /// @param most How many slices of each are wanted, at least 1.
    /// @return granted How many were locked, of each the same and at least 1.
    function lock(address[] calldata proxies, address token, uint96 slice, uint256 most)
        external
        returns (uint256 granted);

    /// @notice Frees slices that were locked and not used, with their receipts. Enrolments only.
    function unlockUnused(address[] calldata proxies, address token, uint96 slice, uint256 count) external;

    /// @notice Frees a locked slice of each proxy. Enrolments only.
    function unlock(address[] calldata proxies, address token, uint96 slice) external;

    /// @notice Takes a locked slice of each proxy; of the sum, `victim` is credited up to `compensation` and the consortium the rest. Enrolments only.
    /// @return compensated What the victim was credited.
    function slash(
        address[] calldata proxies,
        address token,
        uint96 slice,
        address victim,
        uint256 compensation
    ) external returns (uint256 compensated);

    /// @notice Counts an attestation of each proxy. Enrolments only.
    function countAttested(address[] calldata proxies, address token) external;

    /// @notice Takes `amount` of `token` from `payer` as the stake of a dispute over an enrolment. Disputes only.
    function stake(uint256 studyId, uint256 nullifier, address token, address payer, uint256 amount)
        external
        payable;

    /// @notice Moves `amount` to the credit of `payee` and `each` to that of each proxy, from an enrolment's stake. Disputes only.
    function payStake(
        uint256 studyId,
        uint256 nullifier,
        address token,
        address payee,
        uint256 amount,
        address[] calldata proxies,
        uint256 each
    ) external;

    /// @notice Counts an answer of each proxy. Disputes only.
    function countAnswered(address[] calldata proxies, address token) external;

    /// @notice Raises the caller's bond. Proxy only.
    function depositBond(address token, uint256 amount) external payable;

    /// @notice Asks free bond back; it can lock nothing from here on, and is released after the exit delay. A second request adds to the first and
    /// starts its delay anew.
    function requestExit(address token, uint256 amount) external;

    /// @notice Credits a proxy with what it asked back, once due. Anyone may call.
    function completeExit(address proxy, address token) external;

    /// @notice Pays a credit out to its owner. Anyone may call.
    function push(address account, address token) external;

    /// @notice What an account is owed in a token.
    function creditOf(address account, address token) external view returns (uint256);

    /// @notice A proxy's bond in a token.
    function bondOf(address proxy, address token) external view returns (Bond memory);

    /// @notice How a proxy served in a token.
    function recordOf(address proxy, address token) external view returns (Record memory);

    /// @notice What a proxy asked back in a token.
    function exitOf(address proxy, address token) external view returns (Exit memory);

    /// @notice What was put up in a dispute over an enrolment and not paid out.
    function stakeOf(uint256 studyId, uint256 nullifier) external view returns (uint256);

    /// @notice What a study's escrow holds.
    function escrowOf(uint256 studyId) external view returns (uint256);
}
