// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

/// @notice Points of BN254's first group, by the precompiles of EIP-196.
library Curve {
    uint256 internal constant Q = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;

    function add(uint256[2] memory one, uint256[2] memory other)
        internal
        view
        returns (uint256[2] memory sum)
    {
        (bool ok, bytes memory answer) = address(6).staticcall(abi.encode(one, other));
        require(ok, "not on the curve");
        return abi.decode(answer, (uint256[2]));
    }

    function multiply(uint256[2] memory point, uint256 by) internal view returns (uint256[2] memory product) {
        (bool ok, bytes memory answer) = address(7).staticcall(abi.encode(point, by));
        require(ok, "not on the curve");
        return abi.decode(answer, (uint256[2]));
    }

    function negate(uint256[2] memory point) internal pure returns (uint256[2] memory) {
        return [point[0], point[1] == 0 ? 0 : Q - point[1]];
    }

    /// @dev A point of the curve that is not infinity, for any number.
    function pointOf(uint256 number) internal view returns (uint256[2] memory) {
        uint256 order = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;
        return multiply([uint256(1), 2], 1 + number % (order - 1));
    }
}
