"""Words of what validators sealed: headers, seals, and state proven from them."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

WORDS: Final = {
    "QBFT_HEADER": Words(
        "节点给出的区块头不是 QBFT 的，或与其哈希不符：{got}",
        "the node's block header is not one of QBFT, or does not have its hash: {got}",
    ),
    "QBFT_VALIDATORS": Words(
        "区块 {block} 写着另外的 {got} 个验证者，信任文件中是 {expected} 个：可能是另一条链，或验证者已更换",
        "block {block} names {got} other validators, the trust file has {expected}: another chain, or they were changed",
    ),
    "QBFT_SEAL": Words(
        "区块 {block} 有一个不算数的签封 {got}：重复、格式不对，或不是所信任的验证者签的",
        "block {block} has a seal that does not count, {got}: repeated, malformed, or not by a validator that is trusted",
    ),
    "QBFT_QUORUM": Words(
        "区块 {block} 只有 {got} 位验证者签封，需要 {expected} 位：不能证明它属于所信任的链",
        "block {block} is sealed by {got} validators and needs {expected}: nothing proves that it is of the trusted chain",
    ),
    "STATE_PROOF": Words(
        "节点给出的状态证明不成立（{contract}，区块 {block}）",
        "the node's proof of state does not hold ({contract}, block {block})",
    ),
    "HEADS_NOT_SEALED": Words(
        "合约 {contract} 的事件有 {got}，而验证者签封的区块中是 {expected}：节点隐藏或编造了事件",
        "the events of contract {contract} are {got}, but {expected} in the block that the validators sealed: the node hides "
        "or invents events",
    ),
}
