// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Consistency proofs of RFC 9162
/// @notice Shows that a Merkle tree of SHA-256 is an extension of an earlier one, without seeing its entries.
library ConsistencyProof {
    /// @notice Section 2.1.4.2: whether `proof` shows that the first `firstSize` entries of the tree with
    /// `secondRoot` are those of the tree with `firstRoot`.
    /// @dev Requires 0 < firstSize < secondSize: there the RFC's proof is never empty. A proof that is longer or
    /// shorter than the two sizes demand is refused, so each pair of trees has exactly one proof. Both roots are
    /// computed in full before they are compared. Does not check that a tree of `secondSize` entries exists.
    /// @param proof nodes in the order of the RFC, 32 bytes each
    function verify(
        uint64 firstSize,
        bytes32 firstRoot,
        uint64 secondSize,
        bytes32 secondRoot,
        bytes32[] calldata proof
    ) internal view returns (bool) {
        if (firstSize == 0 || firstSize >= secondSize || proof.length == 0) return false;
        uint256 first = firstSize - 1;
        uint256 second = secondSize - 1;
        while (first & 1 == 1) {
            first >>= 1;
            second >>= 1;
        }
        // `first` is now 0 exactly when `firstSize` is a power of two: then the old root itself is the first node
        uint256 used = first == 0 ? 0 : 1;
        bytes32 firstComputed = first == 0 ? firstRoot : proof[0];
        bytes32 secondComputed = firstComputed;
        for (uint256 i = used; i < proof.length; ++i) {
            if (second == 0) return false;
            if (first & 1 == 1 || first == second) {
                firstComputed = _node(proof[i], firstComputed);
                secondComputed = _node(proof[i], secondComputed);
                while (first & 1 == 0 && first != 0) {
                    first >>= 1;
                    second >>= 1;
                }
            } else {
                secondComputed = _node(secondComputed, proof[i]);
            }
            first >>= 1;
            second >>= 1;
        }
        return second == 0 && firstComputed == firstRoot && secondComputed == secondRoot;
    }

    /// @dev Section 2.1.1: SHA-256(0x01 || left || right); the prefix keeps a node from being taken for a leaf.
    /// Assembly because Solidity's `sha256` copies its input twice: about 500 gas a node, a fifth of a checkpoint. The
    /// input lies in unallocated memory and the output in scratch space. Precompile 2 fails only for want of gas.
    function _node(bytes32 left, bytes32 right) private view returns (bytes32 hash) {
        assembly ("memory-safe") {
            let input := mload(0x40)
            mstore8(input, 0x01)
            mstore(add(input, 0x01), left)
            mstore(add(input, 0x21), right)
            if iszero(staticcall(gas(), 2, input, 0x41, 0x00, 0x20)) { revert(0x00, 0x00) }
            hash := mload(0x00)
        }
    }
}
