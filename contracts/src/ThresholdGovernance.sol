// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {NumberedEvents} from "./NumberedEvents.sol";
import {IThresholdGovernance} from "./interfaces/IThresholdGovernance.sol";

/// @title Decisions by a threshold of registrars
abstract contract ThresholdGovernance is IThresholdGovernance, NumberedEvents {
    struct Proposal {
        bytes32 callsHash;
        bool executed;
        // the tenure in which a registrar approved, 0 for no approval
        mapping(address registrar => uint256 tenure) approvals;
    }

    /// @dev Bounds the loops over registrars.
    uint256 private constant _MAX_REGISTRARS = 32;

    address[] private _registrars;
    // a number of its own for every time that an account joins, 0 outside: an approval counts in its tenure only
    mapping(address account => uint256 tenure) private _tenures;
    uint256 private _tenureCount;
    uint256 private _threshold;
    uint256 private _proposalCount;
    mapping(uint256 id => Proposal proposal) private _proposals;

    modifier onlyRegistrar() {
        if (_tenures[msg.sender] == 0) revert NotRegistrar(msg.sender);
        _;
    }

    modifier onlyGovernance() {
        if (msg.sender != address(this)) revert OnlyGovernance(msg.sender);
        _;
    }

    constructor(address[] memory registrars_, uint256 threshold_) {
        for (uint256 i = 0; i < registrars_.length; ++i) {
            _addRegistrar(registrars_[i]);
        }
        _setThreshold(threshold_);
    }

    /// @inheritdoc IThresholdGovernance
    function propose(Call[] calldata calls) external onlyRegistrar returns (uint256 id) {
        if (calls.length == 0) revert EmptyProposal();
        bytes32 callsHash = keccak256(abi.encode(calls));
        id = _proposalCount++;
        _proposals[id].callsHash = callsHash;
        (uint64 sequence, bytes32 prior) =
            _number(ProposalCreated.selector, abi.encode(id, msg.sender, callsHash));
        emit ProposalCreated(sequence, prior, id, msg.sender, callsHash);
        _approve(id, calls);
    }

    /// @inheritdoc IThresholdGovernance
    function approve(uint256 id, Call[] calldata calls) external onlyRegistrar {
        Proposal storage subject = _openProposal(id);
        bytes32 callsHash = keccak256(abi.encode(calls));
        if (callsHash != subject.callsHash) revert CallsMismatch(id, subject.callsHash, callsHash);
        if (_hasApproved(subject, msg.sender)) revert ProposalAlreadyApproved(id, msg.sender);
        _approve(id, calls);
    }

    /// @inheritdoc IThresholdGovernance
    function withdrawApproval(uint256 id) external onlyRegistrar {
        Proposal storage subject = _openProposal(id);
        if (!_hasApproved(subject, msg.sender)) revert ProposalNotApproved(id, msg.sender);
        delete subject.approvals[msg.sender];
        (uint64 sequence, bytes32 prior) =
            _number(ProposalApprovalWithdrawn.selector, abi.encode(id, msg.sender));
        emit ProposalApprovalWithdrawn(sequence, prior, id, msg.sender);
    }

    /// @inheritdoc IThresholdGovernance
    function addRegistrar(address registrar) external onlyGovernance {
        _addRegistrar(registrar);
    }

    /// @inheritdoc IThresholdGovernance
    function removeRegistrar(address registrar) external onlyGovernance {
        if (_tenures[registrar] == 0) revert RegistrarUnknown(registrar);
        uint256 remaining = _registrars.length - 1;
        if (remaining < _threshold) revert ThresholdOutOfRange(_threshold, remaining);
        delete _tenures[registrar];
        _dropFromList(registrar);
        (uint64 sequence, bytes32 prior) = _number(RegistrarRemoved.selector, abi.encode(registrar));
        emit RegistrarRemoved(sequence, prior, registrar);
    }

    /// @inheritdoc IThresholdGovernance
    function setThreshold(uint256 newThreshold) external onlyGovernance {
        _setThreshold(newThreshold);
    }

    /// @inheritdoc IThresholdGovernance
    function registrars() external view returns (address[] memory) {
        return _registrars;
    }

    /// @inheritdoc IThresholdGovernance
    function threshold() external view returns (uint256) {
        return _threshold;
    }

    /// @inheritdoc IThresholdGovernance
    function isRegistrar(address account) external view returns (bool) {
        return _tenures[account] != 0;
    }

    /// @inheritdoc IThresholdGovernance
    function proposalCount() external view returns (uint256) {
        return _proposalCount;
    }

    /// @inheritdoc IThresholdGovernance
    function proposal(uint256 id) external view returns (bytes32 callsHash, uint256 approvals, bool executed) {
        if (id >= _proposalCount) revert UnknownProposal(id);
        Proposal storage subject = _proposals[id];
        return (subject.callsHash, _approvalCount(subject), subject.executed);
    }

    function _approve(uint256 id, Call[] calldata calls) private {
        Proposal storage subject = _proposals[id];
        subject.approvals[msg.sender] = _tenures[msg.sender];
        (uint64 sequence, bytes32 prior) = _number(ProposalApproved.selector, abi.encode(id, msg.sender));
        emit ProposalApproved(sequence, prior, id, msg.sender);
        if (_approvalCount(subject) >= _threshold) _execute(id, calls);
    }

    /// @dev Closed before the calls, so that a target that calls back cannot execute twice.
    function _execute(uint256 id, Call[] calldata calls) private {
        _proposals[id].executed = true;
        (uint64 sequence, bytes32 prior) = _number(ProposalExecuted.selector, abi.encode(id));
        emit ProposalExecuted(sequence, prior, id);
        for (uint256 i = 0; i < calls.length; ++i) {
            Address.functionCall(calls[i].target, calls[i].data);
        }
    }

    function _addRegistrar(address registrar) private {
        if (registrar == address(0) || registrar == address(this)) revert InvalidRegistrar(registrar);
        if (_tenures[registrar] != 0) revert RegistrarExists(registrar);
        if (_registrars.length == _MAX_REGISTRARS) revert TooManyRegistrars(_MAX_REGISTRARS + 1, _MAX_REGISTRARS);
        _registrars.push(registrar);
        _tenures[registrar] = ++_tenureCount;
        (uint64 sequence, bytes32 prior) = _number(RegistrarAdded.selector, abi.encode(registrar));
        emit RegistrarAdded(sequence, prior, registrar);
    }

    function _setThreshold(uint256 newThreshold) private {
        uint256 count = _registrars.length;
        if (newThreshold == 0 || newThreshold > count) revert ThresholdOutOfRange(newThreshold, count);
        _threshold = newThreshold;
        (uint64 sequence, bytes32 prior) = _number(ThresholdChanged.selector, abi.encode(newThreshold));
        emit ThresholdChanged(sequence, prior, newThreshold);
    }

    function _dropFromList(address registrar) private {
        uint256 last = _registrars.length - 1;
        for (uint256 i = 0; i < last; ++i) {
            if (_registrars[i] == registrar) {
                _registrars[i] = _registrars[last];
                break;
            }
        }
        _registrars.pop();
    }

    function _openProposal(uint256 id) private view returns (Proposal storage subject) {
        if (id >= _proposalCount) revert UnknownProposal(id);
        subject = _proposals[id];
        if (subject.executed) revert ProposalAlreadyExecuted(id);
    }

    function _hasApproved(Proposal storage subject, address registrar) private view returns (bool) {
        uint256 tenure = _tenures[registrar];
        return tenure != 0 && subject.approvals[registrar] == tenure;
    }

    function _approvalCount(Proposal storage subject) private view returns (uint256 count) {
        uint256 length = _registrars.length;
        for (uint256 i = 0; i < length; ++i) {
            if (_hasApproved(subject, _registrars[i])) ++count;
        }
    }
}
