// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {INumberedEvents} from "./INumberedEvents.sol";

/// @title Organisations and the keys that sign for them
/// @notice A key is valid in a range of blocks [from, until): added by an event in block N it is valid from N, ended in
/// block N it is invalid at N and later. `type(uint64).max` stands for "open". An address is a key of at most one
/// organisation, once, for ever. A "live" key is one that was added and not ended.
/// @dev Does NOT check that `id` is a real or well-formed identifier, that `name` belongs to it, or that whoever adds a
/// key holds its secret: registrars and the registration policy do.
interface IOrganisationKeys is INumberedEvents {
    /// @notice Registrars admitted an organisation; `organisation` is `keccak256(bytes(id))`.
    event OrganisationRegistered(
        uint64 indexed sequence, bytes32 prior, bytes32 indexed organisation, string id, string name
    );
    /// @notice The key is valid from this block on.
    event KeyAdded(uint64 indexed sequence, bytes32 prior, bytes32 indexed organisation, address indexed key);
    /// @notice The key is invalid at this block and later.
    event KeyEnded(uint64 indexed sequence, bytes32 prior, bytes32 indexed organisation, address indexed key);
    /// @notice The key was in wrong hands: it is invalid at `sinceBlock` and later, whatever it signed.
    event KeyCompromised(
        uint64 indexed sequence, bytes32 prior, bytes32 indexed organisation, address indexed key, uint64 sinceBlock
    );

    /// @notice The identifier was registered before.
    error OrganisationExists(bytes32 organisation);
    /// @notice No such organisation.
    error UnknownOrganisation(bytes32 organisation);
    /// @notice A text must have 1 to `maximum` bytes.
    error InvalidText(uint256 length, uint256 maximum);
    /// @notice A delay must lie between 1 and `maximum` blocks.
    error InvalidDelay(uint64 delay, uint64 maximum);
    /// @notice Zero and the registry itself cannot be keys.
    error InvalidKey(address key);
    /// @notice The address is or was a key, or a recovery has reserved it.
    error KeyAlreadyUsed(address key);
    /// @notice The address was never added as a key.
    error UnknownKey(address key);
    /// @notice The key was ended before.
    error KeyNotLive(address key);
    /// @notice The caller is no live key of the organisation.
    error NotLiveKeyOf(bytes32 organisation, address caller);
    /// @notice More live keys than a recovery can end in one call.
    error TooManyKeys(bytes32 organisation, uint256 maximum);
    /// @notice A compromise cannot begin after the present block.
    error CompromiseInFuture(uint64 sinceBlock, uint64 blockNumber);
    /// @notice A key may reach back only to block `earliest`; governance may go further.
    error CompromiseTooEarly(uint64 sinceBlock, uint64 earliest);
    /// @notice The recorded block is as early already; it can only go down.
    error CompromiseNotEarlier(address key, uint64 sinceBlock, uint64 recorded);

    /// @notice Adds a key. Caller: a live key of the organisation.
    /// @param key address that was never a key before
    function addKey(bytes32 organisation, address key) external;

    /// @notice Ends the calling key and adds `newKey` in its place. Caller: a live key.
    function rotateKey(address newKey) external;

    /// @notice Ends a live key. Caller: a live key of the same organisation, or governance.
    /// @dev The last key may be ended too: then only guardians can bring the organisation back.
    function revokeKey(address key) external;

    /// @notice Declares that `key` was in wrong hands from `sinceBlock` on, and ends it where it is live.
    /// Caller: a live key of the same organisation (also `key` itself) for blocks within the lookback, or governance.
    /// @dev Cannot be undone, nor moved to a later block. A thief can report too, but not beyond the lookback.
    /// @param sinceBlock at most the present block, and before the block recorded so far
    function reportCompromise(address key, uint64 sinceBlock) external;

    /// @notice Blocks that a key may reach back when it reports a compromise.
    function compromiseLookback() external view returns (uint64);

    /// @notice Whether the organisation was registered.
    function organisationExists(bytes32 organisation) external view returns (bool);

    /// @notice What is recorded of a key; zeros for an address that was never added.
    /// @return organisation whose key it is or was
    /// @return fromBlock first block at which it is valid
    /// @return untilBlock first block at which it is not valid any more
    /// @return compromisedFrom first block at which it counts as compromised
    function keyOf(address key)
        external
        view
        returns (bytes32 organisation, uint64 fromBlock, uint64 untilBlock, uint64 compromisedFrom);

    /// @notice Whether `key` could sign for `organisation` at `atBlock`, as far as is known now.
    /// @dev Says nothing of roles. The answer for a past block can change from true to false by a compromise report.
    function isValidKey(bytes32 organisation, address key, uint64 atBlock) external view returns (bool);

    /// @notice Live keys of the organisation; the order has no meaning. Ended keys are in the events.
    function keysOf(bytes32 organisation) external view returns (address[] memory);
}
