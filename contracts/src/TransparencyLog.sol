// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {NumberedEvents} from "./NumberedEvents.sol";
import {ITransparencyLog} from "./interfaces/ITransparencyLog.sol";
import {ConsistencyProof} from "./libraries/ConsistencyProof.sol";

/// @title The anchor of an append-only log
contract TransparencyLog is ITransparencyLog, AccessControl, NumberedEvents {
    /// @notice Role of the accounts that may append.
    bytes32 public constant OPERATOR_ROLE = keccak256("OPERATOR_ROLE");
    uint256 private constant _MAX_ORIGIN_BYTES = 255;
    uint64 private constant _MAX_SIZE = uint64(type(int64).max);

    // these two share the storage slot of the event counter, because NumberedEvents is the last base: one write for all
    uint64 private _size;
    uint64 private _checkpointCount;
    mapping(uint64 size => bytes32 root) private _roots;
    string private _origin;
    address private immutable _governance;
    uint64 private immutable _maxMergeDelay;

    /// @param governance_ contract that adds and removes operators: the OrganisationRegistry
    /// @param origin_ origin line of the log's checkpoints, 1 to 255 bytes
    /// @param maxMergeDelay_ in blocks, at least 1
    constructor(address governance_, string memory origin_, uint64 maxMergeDelay_) {
        uint256 length = bytes(origin_).length;
        if (governance_.code.length == 0) revert GovernanceHasNoCode(governance_);
        if (length == 0 || length > _MAX_ORIGIN_BYTES) revert InvalidOrigin(length, _MAX_ORIGIN_BYTES);
        if (maxMergeDelay_ == 0) revert InvalidMaxMergeDelay(maxMergeDelay_);
        _governance = governance_;
        _origin = origin_;
        _maxMergeDelay = maxMergeDelay_;
        super._grantRole(DEFAULT_ADMIN_ROLE, governance_);
    }

    /// @inheritdoc ITransparencyLog
    function append(uint64 newSize, bytes32 newRoot, bytes32[] calldata proof) external onlyRole(OPERATOR_ROLE) {
        _requireExtension(newSize, newRoot, proof);
        _size = newSize;
        _checkpointCount += 1;
        _roots[newSize] = newRoot;
        (uint64 sequence, bytes32 prior) =
            _number(CheckpointAnchored.selector, abi.encode(newSize, newRoot, msg.sender));
        emit CheckpointAnchored(sequence, prior, newSize, newRoot, msg.sender);
    }

    /// @inheritdoc ITransparencyLog
    function size() external view returns (uint64) {
        return _size;
    }

    /// @inheritdoc ITransparencyLog
    function root() external view returns (bytes32) {
        return _roots[_size];
    }

    /// @inheritdoc ITransparencyLog
    function rootAt(uint64 checkpointSize) external view returns (bytes32) {
        return _roots[checkpointSize];
    }

    /// @inheritdoc ITransparencyLog
    function checkpointCount() external view returns (uint64) {
        return _checkpointCount;
    }

    /// @inheritdoc ITransparencyLog
    function origin() external view returns (string memory) {
        return _origin;
    }

    /// @inheritdoc ITransparencyLog
    function maxMergeDelay() external view returns (uint64) {
        return _maxMergeDelay;
    }

    /// @inheritdoc ITransparencyLog
    function governance() external view returns (address) {
        return _governance;
    }

    /// @dev Refuses every role but the operator's, so that nobody ever shares or leaves the governance of the log.
    function _grantRole(bytes32 role, address account) internal override returns (bool granted) {
        if (role != OPERATOR_ROLE) revert UnknownRole(role);
        granted = super._grantRole(role, account);
        if (granted) {
            (uint64 sequence, bytes32 prior) = _number(OperatorAdded.selector, abi.encode(account));
            emit OperatorAdded(sequence, prior, account);
        }
    }

    /// @dev See `_grantRole`; an operator may also renounce.
    function _revokeRole(bytes32 role, address account) internal override returns (bool revoked) {
        if (role != OPERATOR_ROLE) revert UnknownRole(role);
        revoked = super._revokeRole(role, account);
        if (revoked) {
            (uint64 sequence, bytes32 prior) = _number(OperatorRemoved.selector, abi.encode(account));
            emit OperatorRemoved(sequence, prior, account);
        }
    }

    function _requireExtension(uint64 newSize, bytes32 newRoot, bytes32[] calldata proof) private view {
        uint64 oldSize = _size;
        if (newSize <= oldSize) revert SizeNotGreater(oldSize, newSize);
        if (newSize > _MAX_SIZE) revert SizeTooLarge(newSize, _MAX_SIZE);
        if (newRoot == bytes32(0)) revert ZeroRoot(newSize);
        if (oldSize == 0) {
            if (proof.length != 0) revert ProofNotEmpty(proof.length);
            return;
        }
        bytes32 oldRoot = _roots[oldSize];
        if (!ConsistencyProof.verify(oldSize, oldRoot, newSize, newRoot, proof)) {
            revert InconsistentCheckpoint(oldSize, oldRoot, newSize, newRoot, proof.length);
        }
    }
}
