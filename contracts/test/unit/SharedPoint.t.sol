// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEvidenceVerifier} from "../../src/interfaces/IEvidenceVerifier.sol";
import {Evidence} from "../helpers/Evidence.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Shared points over a receiving key and a precursor whose secrets the test knows, so that either equation can fail alone:
/// s·G = k·G + c·B and s·P = k·P + c·D (docs/PROTOCOL.md section 17).
contract SharedPointTest is Evidence {
    uint256 private constant N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private constant B = uint256(keccak256("receiving key")) % N;
    uint256 private constant P = uint256(keccak256("precursor")) % N;
    uint256 private constant K = uint256(keccak256("nonce")) % N;

    IEvidenceVerifier.Grant private _grant;
    bytes private _key;

    function setUp() public {
        _readEvidence();
        _key = _compress(_times(B));
        (_grant.precursorPrefix, _grant.precursorX) = _split(_compress(_times(P)));
    }

    /// @dev No fragments combine to nothing, which is no revert.
    function test_combines_takesASharedPointOverBothEquations() public {
        (IEvidenceVerifier.SharedPoint memory shared,) = _shared(B, B);
        assertFalse(this.combines(shared));
    }

    /// @dev Another point than the receiving key's, though the same number is behind both sides of the equation over P.
    function test_combines_refusesWhatHoldsOverThePrecursorAlone() public {
        (IEvidenceVerifier.SharedPoint memory shared,) = _shared(B + 1, B + 1);
        vm.expectRevert(IEvidenceVerifier.SharedPointInvalid.selector);
        this.combines(shared);
    }

    /// @dev Another point, with the receiving key's own response; the product is either side of the equation over P.
    function test_combines_refusesWhatHoldsOverTheGeneratorAlone() public {
        (IEvidenceVerifier.SharedPoint memory shared, IEvidenceVerifier.Point memory sum) = _shared(B + 1, B);
        vm.expectRevert(IEvidenceVerifier.SharedPointInvalid.selector);
        this.combines(shared);
        shared.product = sum;
        vm.expectRevert(IEvidenceVerifier.SharedPointInvalid.selector);
        this.combines(shared);
    }

    /// @dev With the compressed form of the right one, which is all of a point that is hashed.
    function test_combines_refusesPointsOffTheCurve() public {
        for (uint256 i = 0; i < 3; ++i) {
            (IEvidenceVerifier.SharedPoint memory shared,) = _shared(B, B);
            if (i == 0) shared.point.y ^= 2;
            if (i == 1) shared.commitmentG.y ^= 2;
            if (i == 2) shared.commitmentP.y ^= 2;
            vm.expectRevert(IEvidenceVerifier.SharedPointInvalid.selector);
            this.combines(shared);
        }
    }

    /// @dev Outside, so that a revert can be expected of it alone.
    function combines(IEvidenceVerifier.SharedPoint calldata shared) external view returns (bool) {
        IEvidenceVerifier.Fragment[] memory none = new IEvidenceVerifier.Fragment[](0);
        return _evidence.combines(_envelope, _key, _grant, none, shared, new bytes[](0));
    }

    /// @dev A point d·P and a response k + c·b, with the product s·P; and k·P + c·D, which is that if b is d.
    function _shared(uint256 d, uint256 b)
        private
        returns (IEvidenceVerifier.SharedPoint memory shared, IEvidenceVerifier.Point memory sum)
    {
        shared.point = _times(mulmod(d, P, N));
        shared.commitmentG = _times(K);
        shared.commitmentP = _times(mulmod(K, P, N));
        bytes memory statement = bytes.concat(_compress(_times(P)), _key, _compress(shared.point));
        bytes memory commitments = bytes.concat(_compress(shared.commitmentG), _compress(shared.commitmentP));
        uint256 c = uint256(sha256(bytes.concat("medshare.shared-point", statement, commitments))) % N;
        uint256 s = addmod(K, mulmod(c, b, N), N);
        shared.response = s;
        shared.product = _times(mulmod(s, P, N));
        sum = _times(mulmod(addmod(K, mulmod(c, d, N), N), P, N));
    }

    function _times(uint256 scalar) private returns (IEvidenceVerifier.Point memory) {
        Vm.Wallet memory wallet = vm.createWallet(scalar);
        return IEvidenceVerifier.Point(wallet.publicKeyX, wallet.publicKeyY);
    }

    function _compress(IEvidenceVerifier.Point memory point) private pure returns (bytes memory) {
        return abi.encodePacked(uint8(2 + (point.y & 1)), point.x);
    }
}
