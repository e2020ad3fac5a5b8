// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Events that a replay can prove complete
/// @notice Every numbered event of the contract starts with `uint64 indexed sequence, bytes32 prior`. Sequences start
/// at 0 and have no gaps; `prior` is the rolling hash of all earlier events, zero before the first. The hash after an
/// event is
/// `keccak256(abi.encode(prior, sequence, uint64(block.number), topic0, keccak256(abi.encode(own arguments))))`,
/// where the own arguments are those after `prior`, indexed or not, in declared order.
/// @dev An auditor recomputes the hashes and compares the last one with `eventHash()`: a node that leaves events out,
/// alters or reorders them, or moves them to another block, is found.
interface INumberedEvents {
    /// @notice How many numbered events the contract has emitted; also the next sequence.
    function eventCount() external view returns (uint64);

    /// @notice The rolling hash of all numbered events so far, zero before the first.
    function eventHash() external view returns (bytes32);
}
