// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {INumberedEvents} from "./INumberedEvents.sol";

/// @title Decisions by a threshold of registrars
/// @notice Registrars propose lists of calls; when as many of them approve as the threshold says, the contract makes
/// the calls itself, all or none. "Governance" elsewhere means: a call that the contract makes to itself this way.
/// @dev Proposals do not expire: a registrar who changes their mind withdraws. Calls are not stored: each approval
/// brings them again, so a registrar's signature covers the very calls that they approve, whatever a node shows.
interface IThresholdGovernance is INumberedEvents {
    /// @notice One call of a proposal.
    struct Call {
        address target;
        bytes data;
    }

    /// @notice A registrar joined, at deployment or by governance.
    event RegistrarAdded(uint64 indexed sequence, bytes32 prior, address registrar);
    /// @notice A registrar left; their approvals no longer count, not even when they join again.
    event RegistrarRemoved(uint64 indexed sequence, bytes32 prior, address registrar);
    /// @notice So many registrars must approve from now on.
    event ThresholdChanged(uint64 indexed sequence, bytes32 prior, uint256 threshold);
    /// @notice A proposal was made; `callsHash` is `keccak256(abi.encode(calls))`.
    event ProposalCreated(uint64 indexed sequence, bytes32 prior, uint256 id, address proposer, bytes32 callsHash);
    /// @notice A registrar approved; the proposer's own approval comes right after the creation.
    event ProposalApproved(uint64 indexed sequence, bytes32 prior, uint256 id, address registrar);
    /// @notice A registrar took their approval back.
    event ProposalApprovalWithdrawn(uint64 indexed sequence, bytes32 prior, uint256 id, address registrar);
    /// @notice The threshold was reached; the events of the calls follow in the same transaction.
    event ProposalExecuted(uint64 indexed sequence, bytes32 prior, uint256 id);

    /// @notice The caller is no registrar.
    error NotRegistrar(address caller);
    /// @notice Only a decision of the registrars may do this.
    error OnlyGovernance(address caller);
    /// @notice Zero and the contract itself cannot be registrars.
    error InvalidRegistrar(address registrar);
    /// @notice The account is a registrar already.
    error RegistrarExists(address registrar);
    /// @notice The account is no registrar.
    error RegistrarUnknown(address registrar);
    /// @notice More registrars than the contract can count in one call.
    error TooManyRegistrars(uint256 count, uint256 maximum);
    /// @notice The threshold must lie between 1 and the number of registrars.
    error ThresholdOutOfRange(uint256 threshold, uint256 count);
    /// @notice A proposal needs at least one call.
    error EmptyProposal();
    /// @notice No proposal has this number.
    error UnknownProposal(uint256 id);
    /// @notice The proposal was executed and is closed.
    error ProposalAlreadyExecuted(uint256 id);
    /// @notice The calls are not those of the proposal.
    error CallsMismatch(uint256 id, bytes32 expected, bytes32 got);
    /// @notice The registrar has approved already.
    error ProposalAlreadyApproved(uint256 id, address registrar);
    /// @notice The registrar has given no approval that counts.
    error ProposalNotApproved(uint256 id, address registrar);

    /// @notice Makes a proposal and approves it; executes it at once where one approval is enough. Registrars only.
    /// @return id number of the proposal; numbers start at 0 and have no gaps
    function propose(Call[] calldata calls) external returns (uint256 id);

    /// @notice Approves proposal `id` and executes it when the threshold is reached. Registrars only.
    /// @dev Where the threshold was lowered after the last approval, a registrar withdraws and approves again. When a
    /// call fails, the whole approval reverts with the reason of that call.
    /// @param calls the same calls as in the proposal
    function approve(uint256 id, Call[] calldata calls) external;

    /// @notice Takes the caller's approval back. Registrars only.
    function withdrawApproval(uint256 id) external;

    /// @notice Adds a registrar; the threshold stays. Governance only.
    function addRegistrar(address registrar) external;

    /// @notice Removes a registrar; refused where fewer than the threshold would stay. Governance only.
    function removeRegistrar(address registrar) external;

    /// @notice Sets how many registrars must approve. Governance only.
    function setThreshold(uint256 newThreshold) external;

    /// @notice All registrars; the order has no meaning.
    function registrars() external view returns (address[] memory);

    /// @notice How many registrars must approve.
    function threshold() external view returns (uint256);

    /// @notice Whether `account` is a registrar.
    function isRegistrar(address account) external view returns (bool);

    /// @notice How many proposals were made; also the number of the next one.
    function proposalCount() external view returns (uint256);

    /// @notice State of proposal `id`.
    /// @return callsHash `keccak256(abi.encode(calls))`
    /// @return approvals approvals that count now: those of present registrars
    /// @return executed whether the calls were made
    function proposal(uint256 id) external view returns (bytes32 callsHash, uint256 approvals, bool executed);
}
