// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ThresholdGovernance} from "./ThresholdGovernance.sol";
import {IOrganisationKeys} from "./interfaces/IOrganisationKeys.sol";

/// @title Organisations and the keys that sign for them
abstract contract OrganisationKeys is IOrganisationKeys, ThresholdGovernance {
    struct KeyRecord {
        bytes32 organisation;
        uint64 fromBlock;
        uint64 untilBlock;
        uint64 compromisedFrom;
    }

    uint64 internal constant _OPEN = type(uint64).max;
    uint256 private constant _MAX_ID_BYTES = 256;
    uint256 private constant _MAX_NAME_BYTES = 512;
    /// @dev A thief with one key cannot add so many that a recovery runs out of gas when it ends them.
    uint256 private constant _MAX_LIVE_KEYS = 16;

    mapping(bytes32 organisation => bool) private _organisations;
    mapping(bytes32 organisation => address[]) private _liveKeys;
    mapping(address key => KeyRecord) private _keys;
    mapping(address key => bool) private _reserved;
    uint64 private immutable _compromiseLookback;

    modifier onlyLiveKeyOf(bytes32 organisation) {
        _requireLiveKeyOf(organisation, msg.sender);
        _;
    }

    modifier onlyRegistered(bytes32 organisation) {
        if (!_organisations[organisation]) revert UnknownOrganisation(organisation);
        _;
    }

    constructor(uint64 compromiseLookback_) {
        _compromiseLookback = compromiseLookback_;
    }

    /// @inheritdoc IOrganisationKeys
    function addKey(bytes32 organisation, address key) external onlyLiveKeyOf(organisation) {
        _addKey(organisation, key);
    }

    /// @inheritdoc IOrganisationKeys
    function rotateKey(address newKey) external {
        bytes32 organisation = _keys[msg.sender].organisation;
        _requireLiveKeyOf(organisation, msg.sender);
        _endKey(organisation, msg.sender);
        _addKey(organisation, newKey);
    }

    /// @inheritdoc IOrganisationKeys
    function revokeKey(address key) external {
        bytes32 organisation = _knownKey(key).organisation;
        if (msg.sender != address(this)) _requireLiveKeyOf(organisation, msg.sender);
        if (!_isLive(key)) revert KeyNotLive(key);
        _endKey(organisation, key);
    }

    /// @inheritdoc IOrganisationKeys
    function reportCompromise(address key, uint64 sinceBlock) external {
        KeyRecord storage record = _knownKey(key);
        bytes32 organisation = record.organisation;
        uint64 blockNumber = _blockNumber();
        if (sinceBlock > blockNumber) revert CompromiseInFuture(sinceBlock, blockNumber);
        if (msg.sender != address(this)) {
            _requireLiveKeyOf(organisation, msg.sender);
            uint64 earliest = blockNumber > _compromiseLookback ? blockNumber - _compromiseLookback : 0;
            if (sinceBlock < earliest) revert CompromiseTooEarly(sinceBlock, earliest);
        }
        if (sinceBlock >= record.compromisedFrom) {
            revert CompromiseNotEarlier(key, sinceBlock, record.compromisedFrom);
        }
        if (_isLive(key)) _endKey(organisation, key);
        record.compromisedFrom = sinceBlock;
        (uint64 sequence, bytes32 prior) =
            _number(KeyCompromised.selector, abi.encode(organisation, key, sinceBlock));
        emit KeyCompromised(sequence, prior, organisation, key, sinceBlock);
    }

    /// @inheritdoc IOrganisationKeys
    function compromiseLookback() external view returns (uint64) {
        return _compromiseLookback;
    }

    /// @inheritdoc IOrganisationKeys
    function organisationExists(bytes32 organisation) external view returns (bool) {
        return _organisations[organisation];
    }

    /// @inheritdoc IOrganisationKeys
    function keyOf(address key) external view returns (bytes32, uint64, uint64, uint64) {
        KeyRecord storage record = _keys[key];
        return (record.organisation, record.fromBlock, record.untilBlock, record.compromisedFrom);
    }

    /// @inheritdoc IOrganisationKeys
    function isValidKey(bytes32 organisation, address key, uint64 atBlock) external view returns (bool) {
        KeyRecord storage record = _keys[key];
        return record.organisation == organisation && record.fromBlock <= atBlock && atBlock < record.untilBlock
            && atBlock < record.compromisedFrom;
    }

    /// @inheritdoc IOrganisationKeys
    function keysOf(bytes32 organisation) external view onlyRegistered(organisation) returns (address[] memory) {
        return _liveKeys[organisation];
    }

    function _createOrganisation(string calldata id, string calldata name) internal returns (bytes32 organisation) {
        _requireText(id, _MAX_ID_BYTES);
        _requireText(name, _MAX_NAME_BYTES);
        organisation = keccak256(bytes(id));
        if (_organisations[organisation]) revert OrganisationExists(organisation);
        _organisations[organisation] = true;
        (uint64 sequence, bytes32 prior) =
            _number(OrganisationRegistered.selector, abi.encode(organisation, id, name));
        emit OrganisationRegistered(sequence, prior, organisation, id, name);
    }

    function _addKey(bytes32 organisation, address key) internal {
        _requireUnused(key);
        address[] storage live = _liveKeys[organisation];
        if (live.length == _MAX_LIVE_KEYS) revert TooManyKeys(organisation, _MAX_LIVE_KEYS);
        live.push(key);
        _keys[key] = KeyRecord(organisation, _blockNumber(), _OPEN, _OPEN);
        (uint64 sequence, bytes32 prior) = _number(KeyAdded.selector, abi.encode(organisation, key));
        emit KeyAdded(sequence, prior, organisation, key);
    }

    function _endAllKeys(bytes32 organisation) internal {
        address[] storage live = _liveKeys[organisation];
        while (live.length != 0) {
            _endKey(organisation, live[live.length - 1]);
        }
    }

    /// @dev Nobody else can use up the address while a recovery waits.
    function _reserveKey(address key) internal {
        _requireUnused(key);
        _reserved[key] = true;
    }

    function _releaseKey(address key) internal {
        delete _reserved[key];
    }

    function _requireUnused(address key) internal view {
        if (key == address(0) || key == address(this)) revert InvalidKey(key);
        if (_keys[key].fromBlock != 0 || _reserved[key]) revert KeyAlreadyUsed(key);
    }

    function _endKey(bytes32 organisation, address key) private {
        _keys[key].untilBlock = _blockNumber();
        address[] storage live = _liveKeys[organisation];
        uint256 last = live.length - 1;
        for (uint256 i = 0; i < last; ++i) {
            if (live[i] == key) {
                live[i] = live[last];
                break;
            }
        }
        live.pop();
        (uint64 sequence, bytes32 prior) = _number(KeyEnded.selector, abi.encode(organisation, key));
        emit KeyEnded(sequence, prior, organisation, key);
    }

    function _requireLiveKeyOf(bytes32 organisation, address caller) private view {
        if (!_isLive(caller) || _keys[caller].organisation != organisation) {
            revert NotLiveKeyOf(organisation, caller);
        }
    }

    function _isLive(address key) private view returns (bool) {
        return _keys[key].untilBlock == _OPEN;
    }

    function _knownKey(address key) private view returns (KeyRecord storage record) {
        record = _keys[key];
        if (record.fromBlock == 0) revert UnknownKey(key);
    }

    function _requireText(string calldata text, uint256 maximum) private pure {
        uint256 length = bytes(text).length;
        if (length == 0 || length > maximum) revert InvalidText(length, maximum);
    }
}
