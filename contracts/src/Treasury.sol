// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IMembers} from "./interfaces/IMembers.sol";
import {ITreasury} from "./interfaces/ITreasury.sol";
import {Bonds} from "./libraries/Bonds.sol";

/// @title Treasury
/// @dev Every sum is in one of four books: escrows, bonds (free, locked, leaving), stakes, credits. Moving between books never calls out; money
/// enters by `fund`, `stake` and `depositBond` and leaves by `push` only, and these can't be re-entered.
contract Treasury is ITreasury, ReentrancyGuard {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;
    using Bonds for Bonds.Bond;

    /// @dev What a proxy did beside giving receipts, which are counted in its bond's slot.
    struct Served {
        uint32 attested;
        uint32 answered;
    }

    address private constant NATIVE = address(0);

    IMembers public immutable MEMBERS;
    address public immutable STUDIES;
    address public immutable ENROLMENTS;
    address public immutable DISPUTES;

    mapping(uint256 studyId => uint256) private _escrows;
    mapping(uint256 studyId => mapping(uint256 nullifier => uint256)) private _stakes;
    mapping(address token => mapping(address proxy => Bonds.Bond)) private _bonds;
    mapping(address token => mapping(address proxy => Served)) private _served;
    mapping(address proxy => mapping(address token => Exit)) private _exits;
    mapping(address account => mapping(address token => uint256)) private _credits;

    /// @param studies The studies contract, which may be deployed later at this address.
    /// @param enrolments The enrolments contract, likewise.
    /// @param disputes The disputes contract, likewise.
    constructor(IMembers members, address studies, address enrolments, address disputes) {
        MEMBERS = members;
        // What is deployed later has no code yet; whoever deploys compares afterwards (contracts/README.md)
        // slither-disable-start missing-zero-check
        STUDIES = studies;
        ENROLMENTS = enrolments;
        DISPUTES = disputes;
        // slither-disable-end missing-zero-check
    }

    modifier onlyStudies() {
        if (msg.sender != STUDIES) revert NotStudies(msg.sender);
        _;
    }

    modifier onlyEnrolments() {
        if (msg.sender != ENROLMENTS) revert NotEnrolments(msg.sender);
        _;
    }

    modifier onlyDisputes() {
        if (msg.sender != DISPUTES) revert NotDisputes(msg.sender);
        _;
    }

    /// @inheritdoc ITreasury
    function fund(uint256 studyId, address token, address payer, uint256 amount)
        external
        payable
        onlyStudies
        nonReentrant
    {
        _take(token, payer, amount);
        _escrows[studyId] += amount;
        emit EscrowFunded(studyId, token, amount);
    }

    /// @inheritdoc ITreasury
    function payFromEscrow(
        uint256 studyId,
        address token,
        address payee,
        uint256 amount,
        address[] calldata slots,
        uint256 fee
    ) external onlyStudies {
        uint256 sum = amount + slots.length * fee;
        if (sum == 0) return;
        uint256 held = _escrows[studyId];
        if (held < sum) revert EscrowTooSmall(studyId, held, sum);
        _escrows[studyId] = held - sum;
        emit EscrowPaid(studyId, sum);
        _credit(payee, token, amount);
        for (uint256 i = 0; i < slots.length; ++i) {
            _credit(slots[i], token, fee);
        }
    }

    /// @inheritdoc ITreasury
    function lock(address[] calldata proxies, address token, uint96 slice, uint256 most)
        external
        onlyEnrolments
        returns (uint256 granted)
    {
        mapping(address proxy => Bonds.Bond) storage bonds = _bonds[token];
        granted = most;
        for (uint256 i = 0; i < proxies.length; ++i) {
            uint256 free = bonds[proxies[i]].free();
            if (free < slice) revert NoFreeBond(proxies[i], token, free, slice);
            if (free < slice * granted) granted = free / slice;
        }
        uint256 change = Bonds.locking(slice, granted);
        for (uint256 i = 0; i < proxies.length; ++i) {
            address proxy = proxies[i];
            bonds[proxy] = bonds[proxy].add(change);
        }
    }

    /// @inheritdoc ITreasury
    function unlockUnused(address[] calldata proxies, address token, uint96 slice, uint256 count)
        external
        onlyEnrolments
    {
        mapping(address proxy => Bonds.Bond) storage bonds = _bonds[token];
        uint256 change = Bonds.locking(slice, count);
        for (uint256 i = 0; i < proxies.length; ++i) {
            address proxy = proxies[i];
            bonds[proxy] = bonds[proxy].subtract(change);
        }
    }

    /// @inheritdoc ITreasury
    function unlock(address[] calldata proxies, address token, uint96 slice) external onlyEnrolments {
        mapping(address proxy => Bonds.Bond) storage bonds = _bonds[token];
        for (uint256 i = 0; i < proxies.length; ++i) {
            bonds[proxies[i]] = bonds[proxies[i]].unlock(slice);
        }
    }

    /// @inheritdoc ITreasury
    function slash(
        address[] calldata proxies,
        address token,
        uint96 slice,
        address victim,
        uint256 compensation
    ) external onlyEnrolments returns (uint256 compensated) {
        mapping(address proxy => Bonds.Bond) storage bonds = _bonds[token];
        for (uint256 i = 0; i < proxies.length; ++i) {
            bonds[proxies[i]] = bonds[proxies[i]].slash(slice);
            emit BondSlashed(proxies[i], token, slice);
        }
        uint256 slashed = slice * proxies.length;
        compensated = slashed < compensation ? slashed : compensation;
        _credit(victim, token, compensated);
        _credit(MEMBERS.consortiumAccount(), token, slashed - compensated);
    }

    /// @inheritdoc ITreasury
    function countAttested(address[] calldata proxies, address token) external onlyEnrolments {
        for (uint256 i = 0; i < proxies.length; ++i) {
            _served[token][proxies[i]].attested += 1;
        }
    }

    /// @inheritdoc ITreasury
    function stake(uint256 studyId, uint256 nullifier, address token, address payer, uint256 amount)
        external
        payable
        onlyDisputes
        nonReentrant
    {
        // Written first: a token that calls its payer finds a stake that an ending can give back
        _stakes[studyId][nullifier] += amount;
        emit StakePut(studyId, nullifier, token, amount);
        _take(token, payer, amount);
    }

    /// @inheritdoc ITreasury
    function payStake(
        uint256 studyId,
        uint256 nullifier,
        address token,
        address payee,
        uint256 amount,
        address[] calldata proxies,
        uint256 each
    ) external onlyDisputes {
        uint256 sum = amount + proxies.length * each;
        if (sum == 0) return;
        uint256 held = _stakes[studyId][nullifier];
        if (held < sum) revert StakeTooSmall(held, sum);
        _stakes[studyId][nullifier] = held - sum;
        emit StakePaid(studyId, nullifier, sum);
        _credit(payee, token, amount);
        for (uint256 i = 0; i < proxies.length; ++i) {
            _credit(proxies[i], token, each);
        }
    }

    /// @inheritdoc ITreasury
    function countAnswered(address[] calldata proxies, address token) external onlyDisputes {
        for (uint256 i = 0; i < proxies.length; ++i) {
            _served[token][proxies[i]].answered += 1;
        }
    }

    /// @inheritdoc ITreasury
    function depositBond(address token, uint256 amount) external payable nonReentrant {
        if (!MEMBERS.isActive(msg.sender, IMembers.Role.Proxy)) revert NotProxy(msg.sender);
        if (amount == 0) revert AmountInvalid(amount);
        _bonds[token][msg.sender] = _bonds[token][msg.sender].deposit(amount);
        _take(token, msg.sender, amount);
        emit BondDeposited(msg.sender, token, amount);
    }

    /// @inheritdoc ITreasury
    function requestExit(address token, uint256 amount) external {
        Bonds.Bond bond = _bonds[token][msg.sender];
        if (amount == 0 || amount > bond.free()) revert AmountInvalid(amount);
        _bonds[token][msg.sender] = bond.withdraw(amount);
        Exit storage leaving = _exits[msg.sender][token];
        leaving.amount += amount.toUint96();
        leaving.releaseAt = (block.timestamp + MEMBERS.bounds().exitDelay).toUint64();
        emit ExitRequested(msg.sender, token, amount, leaving.releaseAt);
    }

    /// @inheritdoc ITreasury
    function completeExit(address proxy, address token) external {
        Exit memory leaving = _exits[proxy][token];
        // A sum of the books, to which nobody can add by sending
        // slither-disable-next-line incorrect-equality
        if (leaving.amount == 0 || block.timestamp < leaving.releaseAt) revert ExitNotDue(leaving.releaseAt);
        delete _exits[proxy][token];
        emit ExitCompleted(proxy, token, leaving.amount);
        _credit(proxy, token, leaving.amount);
    }

    /// @inheritdoc ITreasury
    function push(address account, address token) external nonReentrant {
        uint256 amount = _credits[account][token];
        if (amount == 0) revert NoCredit(account, token);
        _credits[account][token] = 0;
        emit CreditPaid(account, token, amount);
        if (token == NATIVE) {
            // Its own credit, which is zero by now
            // slither-disable-next-line arbitrary-send-eth,missing-zero-check
            (bool paid,) = account.call{value: amount}("");
            if (!paid) revert PaymentRefused(account);
        } else {
            IERC20(token).safeTransfer(account, amount);
        }
    }

    /// @inheritdoc ITreasury
    function creditOf(address account, address token) external view returns (uint256) {
        return _credits[account][token];
    }

    /// @inheritdoc ITreasury
    function bondOf(address proxy, address token) external view returns (Bond memory) {
        return _bonds[token][proxy].unpack();
    }

    /// @inheritdoc ITreasury
    function recordOf(address proxy, address token) external view returns (Record memory) {
        Bond memory bond = _bonds[token][proxy].unpack();
        Served storage served = _served[token][proxy];
        return Record({
            receipts: bond.receipts,
            attested: served.attested,
            answered: served.answered,
            slashed: bond.slashed
        });
    }

    /// @inheritdoc ITreasury
    function exitOf(address proxy, address token) external view returns (Exit memory) {
        return _exits[proxy][token];
    }

    /// @inheritdoc ITreasury
    function stakeOf(uint256 studyId, uint256 nullifier) external view returns (uint256) {
        return _stakes[studyId][nullifier];
    }

    /// @inheritdoc ITreasury
    function escrowOf(uint256 studyId) external view returns (uint256) {
        return _escrows[studyId];
    }

    function _credit(address account, address token, uint256 amount) private {
        // Likewise no balance
        // slither-disable-next-line incorrect-equality
        if (amount == 0) return;
        _credits[account][token] += amount;
        emit CreditAdded(account, token, amount);
    }

    /// @dev Takes exactly `amount`: a token that moves less, or more, is refused.
    function _take(address token, address payer, uint256 amount) private {
        if (token == NATIVE) {
            if (msg.value != amount) revert ValueMismatch(msg.value, amount);
            return;
        }
        if (msg.value != 0) revert ValueMismatch(msg.value, 0);
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(payer, address(this), amount);
        uint256 moved = IERC20(token).balanceOf(address(this)) - before;
        if (moved != amount) revert TransferMismatch(token, moved, amount);
    }
}
