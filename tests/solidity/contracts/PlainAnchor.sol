// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What most anchoring contracts do: one mapping write and one event for each declaration
/// @notice The peer of scripts/bench_gas.py. It proves only that a digest was sent before a block.
contract PlainAnchor {
    event Anchored(bytes32 indexed digest, address indexed sender);

    error AlreadyAnchored(bytes32 digest);

    mapping(bytes32 digest => uint256 blockNumber) public anchoredAt;

    function anchor(bytes32 digest) external {
        if (anchoredAt[digest] != 0) revert AlreadyAnchored(digest);
        anchoredAt[digest] = block.number;
        emit Anchored(digest, msg.sender);
    }
}
