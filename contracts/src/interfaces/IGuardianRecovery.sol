// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {INumberedEvents} from "./INumberedEvents.sol";

/// @title Recovery of an organisation that lost its keys
/// @notice Guardians vote for a new key; when their threshold agrees on one, a delay begins, in which any live key may
/// veto; then anybody completes the recovery, which ends every live key and every delegation and adds the new key.
/// @dev Each guardian has one vote and may move it until the threshold is reached, so a single hostile guardian cannot
/// block the others. A thief who holds a live key can veto: then registrars revoke that key first. Does NOT check that
/// guardians are independent of each other or of the organisation.
interface IGuardianRecovery is INumberedEvents {
    /// @notice Guardians were set; they are in force from `effectiveBlock` on, unless a recovery is running then (it
    /// keeps the old ones in force until it ends) or completes before (it drops the change).
    event GuardiansSet(
        uint64 indexed sequence,
        bytes32 prior,
        bytes32 indexed organisation,
        address[] guardians,
        uint256 threshold,
        uint64 effectiveBlock
    );
    /// @notice A guardian voted first for `newKey`.
    event RecoveryStarted(
        uint64 indexed sequence, bytes32 prior, bytes32 indexed organisation, address newKey, address guardian
    );
    /// @notice A further guardian voted for `newKey`.
    event RecoveryApproved(
        uint64 indexed sequence, bytes32 prior, bytes32 indexed organisation, address newKey, address guardian
    );
    /// @notice A live key stopped the recovery; all votes are void.
    event RecoveryVetoed(uint64 indexed sequence, bytes32 prior, bytes32 indexed organisation, address key);
    /// @notice `newKey` is the only live key (its KeyAdded comes before), all delegations ended at this block, and a
    /// change of guardians that was not in force is dropped.
    event RecoveryCompleted(uint64 indexed sequence, bytes32 prior, bytes32 indexed organisation, address newKey);

    /// @notice More guardians than the contract can count in one call.
    error TooManyGuardians(uint256 count, uint256 maximum);
    /// @notice The threshold must lie between 1 and the number of guardians, or both must be 0.
    error GuardianThresholdOutOfRange(uint256 threshold, uint256 count);
    /// @notice Zero, or named twice.
    error InvalidGuardian(address guardian);
    /// @notice The caller is no guardian of the organisation at this block.
    error NotGuardian(bytes32 organisation, address caller);
    /// @notice A guardian has voted for this key already: approve instead of start, or nothing to do.
    error RecoveryAlreadyStarted(bytes32 organisation, address newKey);
    /// @notice No guardian has voted for this key.
    error RecoveryNotStarted(bytes32 organisation, address newKey);
    /// @notice The guardian's vote is for this key already.
    error RecoveryAlreadyApproved(bytes32 organisation, address newKey, address guardian);
    /// @notice The guardians have agreed on `newKey`; only a veto or the completion comes now.
    error RecoveryAlreadyDecided(bytes32 organisation, address newKey);
    /// @notice No recovery is running.
    error NoRecovery(bytes32 organisation);
    /// @notice The guardians' threshold is not reached.
    error RecoveryUndecided(bytes32 organisation);
    /// @notice The delay runs until block `readyBlock`.
    error RecoveryNotReady(bytes32 organisation, uint64 readyBlock, uint64 blockNumber);

    /// @notice Sets the guardians, in force after the recovery delay, so that a thief cannot swap them at once. Replaces
    /// a change that is not in force yet. Caller: a live key of the organisation.
    /// @param guardians at most 16, each once; empty for no recovery
    /// @param threshold votes that a recovery needs; 0 exactly when there are no guardians
    function setGuardians(bytes32 organisation, address[] calldata guardians, uint256 threshold) external;

    /// @notice Votes, as the first, for `newKey`. Caller: a guardian.
    /// @param newKey address that was never a key
    function startRecovery(bytes32 organisation, address newKey) external;

    /// @notice Votes for `newKey`, for which another guardian voted before. Caller: a guardian.
    function approveRecovery(bytes32 organisation, address newKey) external;

    /// @notice Stops the running recovery. Caller: a live key of the organisation.
    function vetoRecovery(bytes32 organisation) external;

    /// @notice Completes the recovery once its delay is over. Caller: anybody.
    function completeRecovery(bytes32 organisation) external;

    /// @notice Blocks between the guardians' decision and its completion, and before new guardians are in force.
    function recoveryDelay() external view returns (uint64);

    /// @notice Guardians in force now, and how many of them a recovery needs.
    function guardiansOf(bytes32 organisation) external view returns (address[] memory guardians, uint256 threshold);

    /// @notice The change of guardians that is not in force yet; zeros when there is none.
    function pendingGuardiansOf(bytes32 organisation)
        external
        view
        returns (address[] memory guardians, uint256 threshold, uint64 effectiveBlock);

    /// @notice State of the recovery.
    /// @return running whether a guardian has voted
    /// @return newKey key on which the threshold agreed, zero before
    /// @return readyBlock first block at which it can be completed, 0 before the threshold agreed
    function recoveryOf(bytes32 organisation) external view returns (bool running, address newKey, uint64 readyBlock);

    /// @notice Votes for `newKey` in the running recovery.
    function recoveryApprovals(bytes32 organisation, address newKey) external view returns (uint256);
}
