// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IThresholdGovernance} from "../../../contracts/src/interfaces/IThresholdGovernance.sol";

/// @title A hostile target of a proposal: while it is called, it tries to have the same proposal executed again
/// @notice It is a registrar itself, so only the closing of the proposal before its calls stops it.
contract ReentrantTarget {
    uint256 public calls;
    bytes public refusal;

    function reenter(uint256 id, IThresholdGovernance.Call[] calldata again) external {
        ++calls;
        try IThresholdGovernance(msg.sender).approve(id, again) {}
        catch (bytes memory reason) {
            refusal = reason;
        }
    }
}
