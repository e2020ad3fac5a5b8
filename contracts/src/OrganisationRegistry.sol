// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GuardianRecovery} from "./GuardianRecovery.sol";
import {OrganisationKeys} from "./OrganisationKeys.sol";
import {OrganisationRoles} from "./OrganisationRoles.sol";
import {ThresholdGovernance} from "./ThresholdGovernance.sol";
import {IOrganisationRegistry} from "./interfaces/IOrganisationRegistry.sol";

/// @title Who may sign what, and since which block
contract OrganisationRegistry is IOrganisationRegistry, GuardianRecovery, OrganisationRoles {
    /// @param registrars_ first registrars, 1 to 32, each once
    /// @param threshold_ how many of them must approve
    /// @param recoveryDelay_ in blocks, 1 to 2^32 - 1
    /// @param compromiseLookback_ in blocks; 0 lets keys report the present block only
    constructor(
        address[] memory registrars_,
        uint256 threshold_,
        uint64 recoveryDelay_,
        uint64 compromiseLookback_
    )
        ThresholdGovernance(registrars_, threshold_)
        OrganisationKeys(compromiseLookback_)
        GuardianRecovery(recoveryDelay_)
    {}

    /// @inheritdoc IOrganisationRegistry
    function registerOrganisation(
        string calldata id,
        string calldata name,
        address key,
        address[] calldata guardians,
        uint256 guardianThreshold
    ) external onlyGovernance {
        bytes32 organisation = _createOrganisation(id, name);
        _addKey(organisation, key);
        _setFirstGuardians(organisation, guardians, guardianThreshold);
    }

    function _endDelegations(bytes32 organisation) internal override {
        _beginEra(organisation);
    }
}
