// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {INumberedEvents} from "./INumberedEvents.sol";

/// @title The anchor of an append-only log
/// @notice Stores checkpoints (size and root of a Merkle tree of RFC 9162, SHA-256) and accepts a new one only with a
/// proof that it extends the last. Nobody, the operators included, can rewrite or drop an entry once anchored.
/// @dev Does NOT check what the entries are, who signed them, or that anybody stores them: that is the work of the
/// verifier. OpenZeppelin's own RoleGranted and RoleRevoked events are emitted as well; they carry no number.
interface ITransparencyLog is INumberedEvents {
    /// @notice A checkpoint was stored.
    event CheckpointAnchored(
        uint64 indexed sequence, bytes32 prior, uint64 indexed size, bytes32 root, address operator
    );
    /// @notice Governance let an account append checkpoints.
    event OperatorAdded(uint64 indexed sequence, bytes32 prior, address operator);
    /// @notice An account may no longer append: governance took the role back or the account renounced it.
    event OperatorRemoved(uint64 indexed sequence, bytes32 prior, address operator);

    /// @notice The governance address holds no contract.
    error GovernanceHasNoCode(address governance);
    /// @notice The origin must have 1 to `maximum` bytes.
    error InvalidOrigin(uint256 length, uint256 maximum);
    /// @notice The maximum merge delay must be at least one block.
    error InvalidMaxMergeDelay(uint64 maxMergeDelay);
    /// @notice Only the operator role can be given or taken; governance is fixed for ever.
    error UnknownRole(bytes32 role);
    /// @notice The log only grows.
    error SizeNotGreater(uint64 size, uint64 newSize);
    /// @notice Readers of C2SP checkpoints hold sizes as signed 64-bit numbers.
    error SizeTooLarge(uint64 newSize, uint64 maximum);
    /// @notice Zero stands for "no checkpoint" and is no root.
    error ZeroRoot(uint64 newSize);
    /// @notice The first checkpoint extends nothing, so its proof must be empty.
    error ProofNotEmpty(uint256 proofLength);
    /// @notice The proof does not show that the new tree extends the last checkpoint.
    error InconsistentCheckpoint(uint64 size, bytes32 root, uint64 newSize, bytes32 newRoot, uint256 proofLength);

    /// @notice Stores the checkpoint (`newSize`, `newRoot`); operators only.
    /// @param newSize entries in the tree, greater than `size()`, at most 2^63 - 1
    /// @param newRoot root of the tree, not zero
    /// @param proof consistency proof (RFC 9162, 2.1.4) from `size()` to `newSize`; empty for the first checkpoint
    function append(uint64 newSize, bytes32 newRoot, bytes32[] calldata proof) external;

    /// @notice Entries in the last checkpoint, 0 before the first.
    function size() external view returns (uint64);

    /// @notice Root of the last checkpoint, zero before the first.
    function root() external view returns (bytes32);

    /// @notice Root of the checkpoint with exactly `checkpointSize` entries, zero when there is none.
    function rootAt(uint64 checkpointSize) external view returns (bytes32);

    /// @notice How many checkpoints were anchored.
    function checkpointCount() external view returns (uint64);

    /// @notice Origin line of the log's checkpoints (C2SP tlog-checkpoint).
    function origin() external view returns (string memory);

    /// @notice Most blocks that may lie between an entry's block and the block that anchored it. The contract cannot
    /// see entries and does not enforce it; auditors do.
    function maxMergeDelay() external view returns (uint64);

    /// @notice The contract that adds and removes operators; fixed for ever.
    function governance() external view returns (address);
}
