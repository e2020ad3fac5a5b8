// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {INumberedEvents} from "./INumberedEvents.sol";

/// @title Roles that registrars grant, and delegates that organisations name
/// @notice Roles and scopes are ASCII texts padded with zeros on the right; a scope of zero means any. Ranges of blocks
/// are [from, until), `type(uint64).max` stands for "open".
/// @dev Does NOT know which roles and scopes exist or what each allows: the registration policy and the verifier do.
interface IOrganisationRoles is INumberedEvents {
    /// @notice The organisation holds the role in [fromBlock, untilBlock). Ranges of one (role, scope) never overlap.
    event RoleGranted(
        uint64 indexed sequence,
        bytes32 prior,
        bytes32 indexed organisation,
        bytes32 indexed role,
        bytes32 scope,
        uint64 fromBlock,
        uint64 untilBlock
    );
    /// @notice The organisation does not hold the role at this block and later, until it is granted again.
    event RoleRevoked(
        uint64 indexed sequence, bytes32 prior, bytes32 indexed organisation, bytes32 indexed role, bytes32 scope
    );
    /// @notice The delegate may sign statements of the kind `scope` from this block until `untilBlock`; replaces what
    /// was set before for the same delegate and scope.
    event DelegateAdded(
        uint64 indexed sequence,
        bytes32 prior,
        bytes32 indexed organisation,
        address indexed delegate,
        bytes32 scope,
        uint64 untilBlock
    );
    /// @notice The delegation ends at this block. A completed recovery ends all of them without this event.
    event DelegateRemoved(
        uint64 indexed sequence, bytes32 prior, bytes32 indexed organisation, address indexed delegate, bytes32 scope
    );

    /// @notice The range holds no block.
    error EmptyRange(uint64 fromBlock, uint64 untilBlock);
    /// @notice The role needs a name.
    error InvalidRole(bytes32 role);
    /// @notice The role is granted until `untilBlock`: revoke it first.
    error RoleAlreadyGranted(bytes32 organisation, bytes32 role, bytes32 scope, uint64 untilBlock);
    /// @notice No grant of this role and scope is in force or to come.
    error RoleNotGranted(bytes32 organisation, bytes32 role, bytes32 scope);
    /// @notice Zero cannot be a delegate.
    error InvalidDelegate(address delegate);
    /// @notice No such delegation is in force.
    error DelegateNotActive(bytes32 organisation, address delegate, bytes32 scope);

    /// @notice Grants a role. Governance only.
    /// @param fromBlock first block; never before the block of the grant: earlier values, also 0, mean that block, so
    /// that no grant makes a past statement right
    /// @param untilBlock first block at which it is not held any more
    function grantRole(bytes32 organisation, bytes32 role, bytes32 scope, uint64 fromBlock, uint64 untilBlock)
        external;

    /// @notice Ends a role at this block. Governance only.
    function revokeRole(bytes32 organisation, bytes32 role, bytes32 scope) external;

    /// @notice Lets `delegate` sign statements of the kind `scope` for the organisation from this block on.
    /// Caller: a live key of it.
    /// @param scope kind of statement, zero for any
    /// @param untilBlock first block at which the delegation does not hold any more
    function addDelegate(bytes32 organisation, address delegate, bytes32 scope, uint64 untilBlock) external;

    /// @notice Ends a delegation at this block. Caller: a live key of the organisation.
    function removeDelegate(bytes32 organisation, address delegate, bytes32 scope) external;

    /// @notice The last grant of exactly this role and scope, zeros when there was none; earlier ones are in the events.
    function roleRange(bytes32 organisation, bytes32 role, bytes32 scope)
        external
        view
        returns (uint64 fromBlock, uint64 untilBlock);

    /// @notice First block at which the last delegation of exactly this scope does not hold any more; 0 when there was
    /// none since the organisation was registered or last recovered.
    function delegateUntil(bytes32 organisation, address delegate, bytes32 scope) external view returns (uint64);
}
