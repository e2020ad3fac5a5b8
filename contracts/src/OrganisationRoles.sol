// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OrganisationKeys} from "./OrganisationKeys.sol";
import {IOrganisationRoles} from "./interfaces/IOrganisationRoles.sol";

/// @title Roles that registrars grant, and delegates that organisations name
abstract contract OrganisationRoles is IOrganisationRoles, OrganisationKeys {
    struct BlockRange {
        uint64 fromBlock;
        uint64 untilBlock;
    }

    mapping(bytes32 organisation => mapping(bytes32 role => mapping(bytes32 scope => BlockRange))) private _roles;
    // delegations belong to an era of the organisation; ending them all is to begin the next era
    mapping(bytes32 organisation => uint256) private _eras;
    mapping(
        bytes32 organisation
            => mapping(uint256 era => mapping(address delegate => mapping(bytes32 scope => uint64 untilBlock)))
    ) private _delegates;

    /// @inheritdoc IOrganisationRoles
    function grantRole(bytes32 organisation, bytes32 role, bytes32 scope, uint64 fromBlock, uint64 untilBlock)
        external
        onlyGovernance
        onlyRegistered(organisation)
    {
        uint64 start = fromBlock > _blockNumber() ? fromBlock : _blockNumber();
        if (role == bytes32(0)) revert InvalidRole(role);
        if (start >= untilBlock) revert EmptyRange(start, untilBlock);
        uint64 granted = _roles[organisation][role][scope].untilBlock;
        if (granted > _blockNumber()) revert RoleAlreadyGranted(organisation, role, scope, granted);
        _roles[organisation][role][scope] = BlockRange(start, untilBlock);
        (uint64 sequence, bytes32 prior) =
            _number(RoleGranted.selector, abi.encode(organisation, role, scope, start, untilBlock));
        emit RoleGranted(sequence, prior, organisation, role, scope, start, untilBlock);
    }

    /// @inheritdoc IOrganisationRoles
    function revokeRole(bytes32 organisation, bytes32 role, bytes32 scope) external onlyGovernance {
        BlockRange storage range = _roles[organisation][role][scope];
        if (range.untilBlock <= _blockNumber()) revert RoleNotGranted(organisation, role, scope);
        range.untilBlock = _blockNumber();
        (uint64 sequence, bytes32 prior) = _number(RoleRevoked.selector, abi.encode(organisation, role, scope));
        emit RoleRevoked(sequence, prior, organisation, role, scope);
    }

    /// @inheritdoc IOrganisationRoles
    function addDelegate(bytes32 organisation, address delegate, bytes32 scope, uint64 untilBlock)
        external
        onlyLiveKeyOf(organisation)
    {
        if (delegate == address(0)) revert InvalidDelegate(delegate);
        if (untilBlock <= _blockNumber()) revert EmptyRange(_blockNumber(), untilBlock);
        _delegates[organisation][_eras[organisation]][delegate][scope] = untilBlock;
        (uint64 sequence, bytes32 prior) =
            _number(DelegateAdded.selector, abi.encode(organisation, delegate, scope, untilBlock));
        emit DelegateAdded(sequence, prior, organisation, delegate, scope, untilBlock);
    }

    /// @inheritdoc IOrganisationRoles
    function removeDelegate(bytes32 organisation, address delegate, bytes32 scope)
        external
        onlyLiveKeyOf(organisation)
    {
        if (_delegateUntil(organisation, delegate, scope) <= _blockNumber()) {
            revert DelegateNotActive(organisation, delegate, scope);
        }
        _delegates[organisation][_eras[organisation]][delegate][scope] = _blockNumber();
        (uint64 sequence, bytes32 prior) =
            _number(DelegateRemoved.selector, abi.encode(organisation, delegate, scope));
        emit DelegateRemoved(sequence, prior, organisation, delegate, scope);
    }

    /// @inheritdoc IOrganisationRoles
    function roleRange(bytes32 organisation, bytes32 role, bytes32 scope)
        external
        view
        returns (uint64 fromBlock, uint64 untilBlock)
    {
        BlockRange storage range = _roles[organisation][role][scope];
        return (range.fromBlock, range.untilBlock);
    }

    /// @inheritdoc IOrganisationRoles
    function delegateUntil(bytes32 organisation, address delegate, bytes32 scope) external view returns (uint64) {
        return _delegateUntil(organisation, delegate, scope);
    }

    function _beginEra(bytes32 organisation) internal {
        _eras[organisation] += 1;
    }

    function _delegateUntil(bytes32 organisation, address delegate, bytes32 scope) private view returns (uint64) {
        return _delegates[organisation][_eras[organisation]][delegate][scope];
    }
}
