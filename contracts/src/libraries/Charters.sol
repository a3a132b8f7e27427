// SPDX-License-Identifier: GPL-3.0-only
pragma solidity 0.8.30;

import {IStudies} from "../interfaces/IStudies.sol";

/// @title Charters of studies, kept as the code of contracts of their own
/// @notice What never changes is cheaper to read as code than as storage: one account instead of a slot for each word. The method is that
/// of 0xsequence's SSTORE2. The code begins with STOP, so that a call of it does nothing; it has no other instruction, so that it can't be destroyed.
library Charters {
    /// @dev STOP, opensAt, closesAt: what is before the encoded charter.
    uint256 private constant _HEAD = 17;
    /// @dev Returns, as the code to be deployed, whatever follows these eleven bytes.
    bytes11 private constant _DEPLOYER = 0x600b5981380380925939f3;

    /// @dev Where the dynamic members stand in `Charter` and in `Terms`.
    uint256 private constant _TERMS = 0x100;
    uint256 private constant _RECEIVING_KEY = 0x60;
    uint256 private constant _PROXIES = 0x80;

    /// @notice The charter could not be stored.
    error CharterNotStored();

    /// @dev Stores a charter; where it lies.
    function store(IStudies.Charter memory charter) internal returns (address place) {
        bytes memory creation = abi.encodePacked(
            _DEPLOYER, bytes1(0), charter.terms.opensAt, charter.terms.closesAt, abi.encode(charter)
        );
        assembly ("memory-safe") {
            place := create(0, add(creation, 0x20), mload(creation))
        }
        if (place == address(0)) revert CharterNotStored();
    }

    /// @dev The charter that lies there. A struct in memory is laid out as the ABI encodes it, but for its dynamic parts: a pointer stands where
    /// the encoding has an offset. What `store` encoded is hence decoded in place.
    function load(address place) internal view returns (IStudies.Charter memory charter) {
        uint256 length = place.code.length - _HEAD;
        assembly ("memory-safe") {
            let encoded := mload(0x40)
            mstore(0x40, add(encoded, length))
            extcodecopy(place, encoded, _HEAD, length)
            charter := add(encoded, mload(encoded))
            let terms := add(charter, mload(add(charter, _TERMS)))
            mstore(add(charter, _TERMS), terms)
            mstore(add(terms, _RECEIVING_KEY), add(terms, mload(add(terms, _RECEIVING_KEY))))
            mstore(add(terms, _PROXIES), add(terms, mload(add(terms, _PROXIES))))
        }
    }

    /// @dev Only from when until when patients may enrol.
    function times(address place) internal view returns (uint64 opensAt, uint64 closesAt) {
        assembly ("memory-safe") {
            extcodecopy(place, 0, 1, 0x20)
            let words := mload(0)
            opensAt := shr(192, words)
            closesAt := and(shr(128, words), 0xffffffffffffffff)
        }
    }
}
