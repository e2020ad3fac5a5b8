// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGuardianRecovery} from "./IGuardianRecovery.sol";
import {IOrganisationKeys} from "./IOrganisationKeys.sol";
import {IOrganisationRoles} from "./IOrganisationRoles.sol";
import {IThresholdGovernance} from "./IThresholdGovernance.sol";

/// @title Who may sign what, and since which block
/// @notice Organisations, their keys, guardians, roles and delegates, governed by a threshold of registrars.
interface IOrganisationRegistry is IOrganisationRoles, IGuardianRecovery, IOrganisationKeys, IThresholdGovernance {
    /// @notice Registers an organisation with its first key. Governance only.
    /// @param id unified social credit code or URN, 1 to 256 bytes, unique; `keccak256(bytes(id))` names it on chain
    /// @param name for people, 1 to 512 bytes of UTF-8
    /// @param key address that was never a key before
    /// @param guardians in force at once; empty for no recovery
    /// @param guardianThreshold votes that a recovery needs; 0 exactly when there are no guardians
    function registerOrganisation(
        string calldata id,
        string calldata name,
        address key,
        address[] calldata guardians,
        uint256 guardianThreshold
    ) external;
}
