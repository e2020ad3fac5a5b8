// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {INumberedEvents} from "./interfaces/INumberedEvents.sol";

/// @title Counter and rolling hash behind numbered events
abstract contract NumberedEvents is INumberedEvents {
    bytes32 private _eventHash;
    uint64 private _eventCount;

    /// @inheritdoc INumberedEvents
    function eventCount() external view returns (uint64) {
        return _eventCount;
    }

    /// @inheritdoc INumberedEvents
    function eventHash() external view returns (bytes32) {
        return _eventHash;
    }

    /// @dev Takes the number of one event; the caller emits it at once.
    /// @param topic0 selector of the event
    /// @param arguments `abi.encode` of the event's arguments after `prior`, in declared order
    /// @return sequence number of this event
    /// @return prior rolling hash of the events before it
    function _number(bytes32 topic0, bytes memory arguments) internal returns (uint64 sequence, bytes32 prior) {
        sequence = _eventCount;
        prior = _eventHash;
        _eventCount = sequence + 1;
        _eventHash = keccak256(abi.encode(prior, sequence, _blockNumber(), topic0, keccak256(arguments)));
    }

    /// @dev Block numbers order everything; `block.timestamp` is never read, because some chains give milliseconds.
    function _blockNumber() internal view returns (uint64) {
        return uint64(block.number);
    }
}
