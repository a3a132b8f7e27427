// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEligibilityVerifier} from "../interfaces/IEligibilityVerifier.sol";
import {IStudies} from "../interfaces/IStudies.sol";
import {PublicSignals} from "./PublicSignals.sol";

/// @title Claims, put straight into the call that verifies them
library Claims {
    /// @dev Of `verifyClaims`: selector, the study's point, the array's offset and its length.
    uint256 private constant _HEAD = 0x84;
    uint256 private constant _CLAIM = 0x1a0;

    /// @dev Room for so many claims.
    function room(uint256 capacity) internal pure returns (bytes memory) {
        return new bytes(_HEAD + capacity * _CLAIM);
    }

    /// @dev Writes a claim at a place of the room.
    function put(
        bytes memory claims,
        uint256 place,
        uint256[8] calldata proof,
        PublicSignals.Claimed memory signals
    ) internal pure {
        assembly ("memory-safe") {
            let at := add(add(claims, add(0x20, _HEAD)), mul(place, _CLAIM))
            calldatacopy(at, proof, 0x100)
            at := add(at, 0x100)
            mstore(at, mload(signals))
            mstore(add(at, 0x20), mload(add(signals, 0x20)))
            mstore(add(at, 0x40), mload(add(signals, 0x40)))
            mstore(add(at, 0x60), mload(add(signals, 0x60)))
            mstore(add(at, 0x80), mload(add(signals, 0x80)))
        }
    }

    /// @dev Whether the study's verifier finds that the first `count` claims hold.
    function hold(bytes memory claims, uint256 count, IStudies.Charter memory charter)
        internal
        view
        returns (bool holds)
    {
        address verifier = charter.verifier;
        (uint256 x, uint256 y) = (charter.pointX, charter.pointY);
        bytes4 selector = IEligibilityVerifier.verifyClaims.selector;
        assembly ("memory-safe") {
            let start := add(claims, 0x20)
            mstore(start, selector)
            mstore(add(start, 4), x)
            mstore(add(start, 0x24), y)
            mstore(add(start, 0x44), 0x60)
            mstore(add(start, 0x64), count)
            let answered := staticcall(gas(), verifier, start, add(_HEAD, mul(count, _CLAIM)), 0, 0x20)
            holds := and(and(answered, gt(returndatasize(), 0x1f)), eq(mload(0), 1))
        }
    }
}
