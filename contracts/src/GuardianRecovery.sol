// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OrganisationKeys} from "./OrganisationKeys.sol";
import {IGuardianRecovery} from "./interfaces/IGuardianRecovery.sol";

/// @title Recovery of an organisation that lost its keys
abstract contract GuardianRecovery is IGuardianRecovery, OrganisationKeys {
    struct GuardianSet {
        address[] guardians;
        uint256 threshold;
        // 0 where there is no such set
        uint64 effectiveBlock;
    }

    struct Recovery {
        // votes belong to a round; a veto or a completion begins the next one, which voids them
        uint64 round;
        uint64 readyBlock;
        bool running;
        address newKey;
    }

    /// @dev Bounds the loops over guardians.
    uint256 private constant _MAX_GUARDIANS = 16;
    /// @dev Keeps `block.number + delay` far from the end of uint64.
    uint64 private constant _MAX_DELAY = type(uint32).max;

    mapping(bytes32 organisation => GuardianSet) private _guardianSets;
    mapping(bytes32 organisation => GuardianSet) private _pendingSets;
    mapping(bytes32 organisation => Recovery) private _recoveries;
    mapping(bytes32 organisation => mapping(uint64 round => mapping(address guardian => address newKey))) private
        _votes;
    uint64 private immutable _recoveryDelay;

    constructor(uint64 recoveryDelay_) {
        if (recoveryDelay_ == 0 || recoveryDelay_ > _MAX_DELAY) revert InvalidDelay(recoveryDelay_, _MAX_DELAY);
        _recoveryDelay = recoveryDelay_;
    }

    /// @inheritdoc IGuardianRecovery
    function setGuardians(bytes32 organisation, address[] calldata guardians, uint256 threshold_)
        external
        onlyLiveKeyOf(organisation)
    {
        _settleGuardians(organisation);
        _setGuardians(_pendingSets[organisation], organisation, guardians, threshold_, _blockNumber() + _recoveryDelay);
    }

    /// @inheritdoc IGuardianRecovery
    function startRecovery(bytes32 organisation, address newKey) external {
        _settleGuardians(organisation);
        _requireVoter(organisation);
        _requireUnused(newKey);
        if (_voteCount(organisation, newKey) != 0) revert RecoveryAlreadyStarted(organisation, newKey);
        _recoveries[organisation].running = true;
        _castVote(organisation, newKey);
        (uint64 sequence, bytes32 prior) =
            _number(RecoveryStarted.selector, abi.encode(organisation, newKey, msg.sender));
        emit RecoveryStarted(sequence, prior, organisation, newKey, msg.sender);
    }

    /// @inheritdoc IGuardianRecovery
    function approveRecovery(bytes32 organisation, address newKey) external {
        _requireVoter(organisation);
        _requireUnused(newKey);
        if (_voteOf(organisation, msg.sender) == newKey) {
            revert RecoveryAlreadyApproved(organisation, newKey, msg.sender);
        }
        if (_voteCount(organisation, newKey) == 0) revert RecoveryNotStarted(organisation, newKey);
        _castVote(organisation, newKey);
        (uint64 sequence, bytes32 prior) =
            _number(RecoveryApproved.selector, abi.encode(organisation, newKey, msg.sender));
        emit RecoveryApproved(sequence, prior, organisation, newKey, msg.sender);
    }

    /// @inheritdoc IGuardianRecovery
    function vetoRecovery(bytes32 organisation) external onlyLiveKeyOf(organisation) {
        Recovery storage recovery = _recoveries[organisation];
        if (!recovery.running) revert NoRecovery(organisation);
        if (recovery.readyBlock != 0) _releaseKey(recovery.newKey);
        _nextRound(recovery);
        (uint64 sequence, bytes32 prior) = _number(RecoveryVetoed.selector, abi.encode(organisation, msg.sender));
        emit RecoveryVetoed(sequence, prior, organisation, msg.sender);
    }

    /// @inheritdoc IGuardianRecovery
    function completeRecovery(bytes32 organisation) external {
        Recovery storage recovery = _recoveries[organisation];
        address newKey = recovery.newKey;
        _requireReady(organisation, recovery);
        _nextRound(recovery);
        // whoever held the old keys may have named guardians and delegates: neither outlives them
        delete _pendingSets[organisation];
        _endDelegations(organisation);
        _endAllKeys(organisation);
        _releaseKey(newKey);
        _addKey(organisation, newKey);
        (uint64 sequence, bytes32 prior) = _number(RecoveryCompleted.selector, abi.encode(organisation, newKey));
        emit RecoveryCompleted(sequence, prior, organisation, newKey);
    }

    /// @inheritdoc IGuardianRecovery
    function recoveryDelay() external view returns (uint64) {
        return _recoveryDelay;
    }

    /// @inheritdoc IGuardianRecovery
    function guardiansOf(bytes32 organisation)
        external
        view
        onlyRegistered(organisation)
        returns (address[] memory guardians, uint256 threshold_)
    {
        GuardianSet storage inForce =
            _pendingIsDue(organisation) ? _pendingSets[organisation] : _guardianSets[organisation];
        return (inForce.guardians, inForce.threshold);
    }

    /// @inheritdoc IGuardianRecovery
    function pendingGuardiansOf(bytes32 organisation)
        external
        view
        onlyRegistered(organisation)
        returns (address[] memory guardians, uint256 threshold_, uint64 effectiveBlock)
    {
        GuardianSet storage pending = _pendingSets[organisation];
        if (_pendingIsDue(organisation)) return (new address[](0), 0, 0);
        return (pending.guardians, pending.threshold, pending.effectiveBlock);
    }

    /// @inheritdoc IGuardianRecovery
    function recoveryOf(bytes32 organisation)
        external
        view
        onlyRegistered(organisation)
        returns (bool running, address newKey, uint64 readyBlock)
    {
        Recovery storage recovery = _recoveries[organisation];
        return (recovery.running, recovery.newKey, recovery.readyBlock);
    }

    /// @inheritdoc IGuardianRecovery
    function recoveryApprovals(bytes32 organisation, address newKey)
        external
        view
        onlyRegistered(organisation)
        returns (uint256)
    {
        return _voteCount(organisation, newKey);
    }

    /// @dev Guardians named at registration are in force at once.
    function _setFirstGuardians(bytes32 organisation, address[] calldata guardians, uint256 threshold_) internal {
        _setGuardians(_guardianSets[organisation], organisation, guardians, threshold_, _blockNumber());
    }

    /// @dev Ends every delegation of the organisation at this block.
    function _endDelegations(bytes32 organisation) internal virtual;

    function _setGuardians(
        GuardianSet storage target,
        bytes32 organisation,
        address[] calldata guardians,
        uint256 threshold_,
        uint64 effectiveBlock
    ) private {
        _requireGuardians(guardians, threshold_);
        target.guardians = guardians;
        target.threshold = threshold_;
        target.effectiveBlock = effectiveBlock;
        (uint64 sequence, bytes32 prior) =
            _number(GuardiansSet.selector, abi.encode(organisation, guardians, threshold_, effectiveBlock));
        emit GuardiansSet(sequence, prior, organisation, guardians, threshold_, effectiveBlock);
    }

    /// @dev Moves a change that is due into force. Nothing moves while a recovery runs, so its voters stay the same.
    function _settleGuardians(bytes32 organisation) private {
        if (!_pendingIsDue(organisation)) return;
        _guardianSets[organisation] = _pendingSets[organisation];
        delete _pendingSets[organisation];
    }

    /// @dev Records the caller's vote; the delay begins when it is the one that reaches the threshold.
    function _castVote(bytes32 organisation, address newKey) private {
        Recovery storage recovery = _recoveries[organisation];
        _votes[organisation][recovery.round][msg.sender] = newKey;
        if (_voteCount(organisation, newKey) >= _guardianSets[organisation].threshold) {
            _reserveKey(newKey);
            recovery.newKey = newKey;
            recovery.readyBlock = _blockNumber() + _recoveryDelay;
        }
    }

    function _nextRound(Recovery storage recovery) private {
        recovery.round += 1;
        recovery.running = false;
        recovery.newKey = address(0);
        recovery.readyBlock = 0;
    }

    function _requireVoter(bytes32 organisation) private view {
        if (!_isGuardian(_guardianSets[organisation].guardians, msg.sender)) {
            revert NotGuardian(organisation, msg.sender);
        }
        Recovery storage recovery = _recoveries[organisation];
        if (recovery.readyBlock != 0) revert RecoveryAlreadyDecided(organisation, recovery.newKey);
    }

    function _requireReady(bytes32 organisation, Recovery storage recovery) private view {
        uint64 readyBlock = recovery.readyBlock;
        if (!recovery.running) revert NoRecovery(organisation);
        if (readyBlock == 0) revert RecoveryUndecided(organisation);
        if (_blockNumber() < readyBlock) revert RecoveryNotReady(organisation, readyBlock, _blockNumber());
    }

    function _pendingIsDue(bytes32 organisation) private view returns (bool) {
        uint64 effectiveBlock = _pendingSets[organisation].effectiveBlock;
        return effectiveBlock != 0 && effectiveBlock <= _blockNumber() && !_recoveries[organisation].running;
    }

    function _voteOf(bytes32 organisation, address guardian) private view returns (address) {
        return _votes[organisation][_recoveries[organisation].round][guardian];
    }

    function _voteCount(bytes32 organisation, address newKey) private view returns (uint256 count) {
        if (newKey == address(0)) return 0; // stands for "has not voted"
        address[] storage guardians = _guardianSets[organisation].guardians;
        uint256 length = guardians.length;
        for (uint256 i = 0; i < length; ++i) {
            if (_voteOf(organisation, guardians[i]) == newKey) ++count;
        }
    }

    function _isGuardian(address[] storage guardians, address account) private view returns (bool) {
        uint256 length = guardians.length;
        for (uint256 i = 0; i < length; ++i) {
            if (guardians[i] == account) return true;
        }
        return false;
    }

    function _requireGuardians(address[] calldata guardians, uint256 threshold_) private pure {
        uint256 count = guardians.length;
        if (count > _MAX_GUARDIANS) revert TooManyGuardians(count, _MAX_GUARDIANS);
        if (threshold_ > count || (threshold_ == 0 && count != 0)) {
            revert GuardianThresholdOutOfRange(threshold_, count);
        }
        for (uint256 i = 0; i < count; ++i) {
            if (guardians[i] == address(0)) revert InvalidGuardian(guardians[i]);
            for (uint256 j = 0; j < i; ++j) {
                if (guardians[i] == guardians[j]) revert InvalidGuardian(guardians[i]);
            }
        }
    }
}
