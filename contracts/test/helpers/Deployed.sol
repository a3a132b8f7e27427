// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IEligibilityVerifier} from "../../src/interfaces/IEligibilityVerifier.sol";
import {IEnrolments} from "../../src/interfaces/IEnrolments.sol";
import {IMembers} from "../../src/interfaces/IMembers.sol";
import {IRecordRegistry} from "../../src/interfaces/IRecordRegistry.sol";
import {IStudies} from "../../src/interfaces/IStudies.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Bounded} from "./Bounded.sol";
import {MockEvidence} from "./MockEvidence.sol";
import {MockVerifier} from "./MockVerifier.sol";
import {TestToken} from "./TestToken.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice All contracts, deployed in the order of contracts/README.md, with one hospital, one institution and five proxies.
abstract contract Deployed is Bounded {
    /// @dev Odd, so that a third of it has to be rounded.
    uint128 internal constant PRICE = 1 ether + 1;
    uint128 internal constant FEE = 0.01 ether + 3;
    uint128 internal constant BOND = 1_000 ether;
    uint256 internal constant N = 5;
    uint8 internal constant M = 3;
    uint32 internal constant WINDOW = 2 days;
    uint32 internal constant WINDOW_BLOCKS = 200;

    address internal immutable HOSPITAL = makeAddr("hospital");
    address internal immutable STRANGER = makeAddr("stranger");
    address internal immutable EVIDENCE = makeAddr("evidence verifier");

    IRecordRegistry internal _registry;
    ITreasury internal _treasury;
    IStudies internal _studies;
    IEnrolments internal _enrolments;
    IDisputes internal _disputes;
    MockVerifier internal _verifier;
    TestToken internal _token;
    Vm.Wallet internal _institution;
    Vm.Wallet[] internal _proxies;
    uint256 internal _root;

    function setUp() public virtual {
        vm.warp(1_770_000_000);
        vm.roll(1_000);
        _deployMembers();
        _deployRest();
        _token = new TestToken();
        _verifier = new MockVerifier();
        _admitAll();
        _allow(address(0));
        _allow(address(_token));
        vm.prank(CONSORTIUM);
        _studies.setVerifier(8, address(_verifier));
        _insert(1);
    }

    /// @dev What judges evidence lies at a chosen address, so that tests with another one have the same addresses.
    function _installEvidence() internal virtual {
        vm.etch(EVIDENCE, address(new MockEvidence()).code);
    }

    /// @dev Treasury, studies, enrolments and disputes name one another, hence three addresses are known before their contracts are.
    function _deployRest() private {
        _registry = IRecordRegistry(deployCode("RecordRegistry.sol:RecordRegistry", abi.encode(_members)));
        uint256 nonce = vm.getNonce(address(this));
        address studies = vm.computeCreateAddress(address(this), nonce + 1);
        address enrolments = vm.computeCreateAddress(address(this), nonce + 2);
        address disputes = vm.computeCreateAddress(address(this), nonce + 3);
        bytes memory arguments = abi.encode(_members, studies, enrolments, disputes);
        _treasury = ITreasury(deployCode("Treasury.sol:Treasury", arguments));
        arguments = abi.encode(_manager, _members, _treasury, enrolments);
        _studies = IStudies(deployCode("Studies.sol:Studies", arguments));
        arguments = abi.encode(_members, _registry, _treasury, _studies, disputes);
        _enrolments = IEnrolments(deployCode("Enrolments.sol:Enrolments", arguments));
        arguments = abi.encode(_treasury, _studies, _enrolments, EVIDENCE);
        _disputes = IDisputes(deployCode("Disputes.sol:Disputes", arguments));
        assertEq(address(_disputes), disputes);
        _installEvidence();
        assertEq(address(_studies), studies);
        assertEq(address(_enrolments), enrolments);
    }

    function _admitAll() private {
        _institution = vm.createWallet("institution");
        _admit(HOSPITAL, IMembers.Role.Hospital);
        _admit(_institution.addr, IMembers.Role.Institution);
        for (uint256 i = 0; i < N; ++i) {
            string memory name = string.concat("proxy ", vm.toString(i));
            Vm.Wallet memory proxy = vm.createWallet(name);
            _proxies.push(proxy);
            _admitProxy(proxy.addr, makeAddr(string.concat("operator of ", name)));
        }
    }

    function _allow(address token) internal {
        vm.prank(CONSORTIUM);
        _members.setTokenBounds(
            token, IMembers.TokenBounds({allowed: true, maxPrice: 10 ether, maxFee: 1 ether, minSlice: 1})
        );
    }

    /// @dev One more record in the registry; its root is what requests are made against.
    function _insert(uint256 commitment) internal {
        uint256[] memory batch = new uint256[](1);
        batch[0] = commitment;
        vm.prank(HOSPITAL);
        _registry.insert(batch);
        _root = _registry.currentRoot();
    }

    /// @dev Every proxy puts up the same bond in a token.
    function _bondAll(address token) internal {
        for (uint256 i = 0; i < N; ++i) {
            _bond(_proxies[i].addr, token, BOND);
        }
    }

    function _bond(address proxy, address token, uint256 amount) internal {
        uint256 value = _provide(proxy, token, amount);
        vm.prank(proxy);
        _treasury.depositBond{value: value}(token, amount);
    }

    /// @dev Gives an account a sum to pay to the treasury; what it has to send along.
    function _provide(address account, address token, uint256 amount) internal returns (uint256 value) {
        if (token == address(0)) {
            vm.deal(account, account.balance + amount);
            return amount;
        }
        TestToken(token).mint(account, amount);
        vm.prank(account);
        TestToken(token).approve(address(_treasury), amount);
    }

    /// @dev Terms within all bounds: m = 3 of n = 5, ten places.
    function _terms(address token) internal view returns (IStudies.Terms memory terms) {
        address[] memory proxies = new address[](N);
        for (uint256 i = 0; i < N; ++i) {
            proxies[i] = _proxies[i].addr;
        }
        terms = IStudies.Terms({
            criteriaHash: 0xc417e71a,
            criteriaDocument: keccak256("criteria"),
            agreement: keccak256("agreement"),
            receivingKey: abi.encodePacked(
                bytes1(_institution.publicKeyY % 2 == 0 ? 0x02 : 0x03), _institution.publicKeyX
            ),
            proxies: proxies,
            token: token,
            price: PRICE,
            fee: FEE,
            opensAt: uint64(block.timestamp),
            closesAt: uint64(block.timestamp + 100 days),
            deliverySeconds: WINDOW,
            deliveryBlocks: WINDOW_BLOCKS,
            challengeSeconds: 2 * WINDOW,
            challengeBlocks: 2 * WINDOW_BLOCKS,
            quota: 10,
            maxRecordAge: 365,
            minimumRecords: 1,
            purposes: 5,
            openings: 8,
            threshold: M
        });
    }

    /// @dev What one place of a study with these terms costs.
    function _unit(IStudies.Terms memory terms) internal pure returns (uint256) {
        return uint256(terms.price) + terms.proxies.length * terms.fee;
    }

    function _openStudy(IStudies.Terms memory terms) internal returns (uint256 studyId) {
        uint256 value = _provide(_institution.addr, terms.token, terms.quota * _unit(terms));
        vm.prank(_institution.addr);
        return _studies.open{value: value}(terms);
    }

    /// @dev The verifier contract as the tests see it.
    function _keyHash() internal view returns (bytes32) {
        return IEligibilityVerifier(address(_verifier)).verifyingKeyHash();
    }
}
