// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IEligibilityVerifier} from "../interfaces/IEligibilityVerifier.sol";
import {PublicSignals} from "./PublicSignals.sol";

/// @title Claims, put straight into the call that verifies them
/// @notice The words of a claim are the same in `verifyProof` and in each element of `verifyBatch`, so that a claim is written once.
library Claims {
    /// @dev Of `verifyBatch`: selector, the array's offset and its length.
    uint256 private constant _HEAD = 0x44;
    uint256 private constant _CLAIM = 0x200;

    /// @dev Room for so many claims.
    function room(uint256 capacity) internal pure returns (bytes memory) {
        return new bytes(_HEAD + capacity * _CLAIM);
    }

    /// @dev Writes a claim at a place of the room.
    function put(
        bytes memory claims,
        uint256 place,
        uint256[8] calldata proof,
        PublicSignals.Signals memory signals
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
            mstore(add(at, 0xa0), mload(add(signals, 0xa0)))
            mstore(add(at, 0xc0), mload(add(signals, 0xc0)))
            mstore(add(at, 0xe0), mload(add(signals, 0xe0)))
        }
    }

    /// @dev Whether the verifier finds that the first `count` claims hold, of which there is one at least.
    function hold(bytes memory claims, uint256 count, address verifier) internal view returns (bool holds) {
        uint256 one = uint32(IEligibilityVerifier.verifyProof.selector);
        bytes4 many = IEligibilityVerifier.verifyBatch.selector;
        assembly ("memory-safe") {
            let start := add(claims, 0x20)
            let size := add(_HEAD, mul(count, _CLAIM))
            switch count
            case 1 {
                // The four bytes before the first claim
                mstore(add(start, sub(_HEAD, 0x20)), one)
                start := add(start, sub(_HEAD, 4))
                size := add(4, _CLAIM)
            }
            default {
                mstore(start, many)
                mstore(add(start, 4), 0x20)
                mstore(add(start, 0x24), count)
            }
            let answered := staticcall(gas(), verifier, start, size, 0, 0x20)
            holds := and(and(answered, gt(returndatasize(), 0x1f)), eq(mload(0), 1))
        }
    }
}
