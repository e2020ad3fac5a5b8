"""Words for anchoring: what the anchorer waits for, refuses, and reports."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

WORDS: Final = {
    "ANCHOR_ROW_MISSING": Words(
        "前 {size} 条中缺第 {index} 条：存储受损，未上链。请检查存储",
        "entry {index} of the first {size} is missing: the store is damaged, nothing was sent. Check the store",
    ),
    "ANCHOR_ROOT_MISMATCH": Words(
        "前 {size} 条重新读出后算得的根为 {got}，检查点为 {expected}：存储或内存出错，未上链。请检查存储",
        "the first {size} entries, read back, have root {got}, not the checkpoint's {expected}: store or memory are "
        "damaged, nothing was sent. Check the store",
    ),
    "ANCHOR_NOT_GROWING": Words(
        "检查点规模 {size} 不在上一个（{last}）与日志长度之间",
        "checkpoint size {size} is not between the last, {last}, and the log's",
    ),
    "ANCHOR_STATE": Words(
        "检查点 {size} 的状态为 {got}，不能这样继续；可能有另一进程在处理",
        "checkpoint {size} is {got}, so this step cannot follow; another process may be at work",
    ),
    "ANCHOR_QUARANTINED": Words(
        "事件 {id}（{cause}，检查点 {size}）未处理，暂停上链。请查明原因后放行：tanji incident release {id}",
        "incident {id} ({cause}, checkpoint {size}) is open and nothing is anchored. Find the cause, then: tanji incident release {id}",
    ),
    "ANCHOR_PENDING": Words(
        "{seconds} 秒内未完成上链，仍在进行。请稍后用 status 查看",
        "anchoring did not end within {seconds} s and goes on. Look at status later",
    ),
    "ANCHOR_CHAIN_SIZE": Words(
        "链上日志规模为 {got}，应为 {expected}；等待节点跟上",
        "the chain's log has size {got}, not {expected}; waiting for the node to catch up",
    ),
    "ANCHOR_CHAIN_YOUNG": Words(
        "链只到区块 {got}，而条目登记于区块 {expected}；等待链长高",
        "the chain is at block {got}, but entries were registered at {expected}; waiting for it to grow",
    ),
    "ANCHOR_NONCE_BEHIND": Words(
        "账户序号为 {got}，应为 {expected}：节点落后，或链丢失了交易；等待",
        "the account's nonce is {got}, not {expected}: the node lags, or the chain lost transactions; waiting",
    ),
    "ANCHOR_MOVING": Words(
        "检查点 {size} 所在区块正在变动，稍后再看", "the block of checkpoint {size} is changing, looking again later"
    ),
    "CHAIN_STALLED": Words(
        "链停在区块 {block} 已 {seconds} 秒，而已发出的检查点还在等待出块：可能有超过三分之一的验证者停机。"
        "已登记的条目不会丢失，也不要另行签署；请联系链的运维方",
        "the chain has stood at block {block} for {seconds} s while a checkpoint that was sent waits: more than a third of "
        "the validators may be down. No entry is lost and nothing is to be signed again; tell whoever runs the chain",
    ),
    "ANCHOR_LOST": Words(
        "检查点所在区块 {block}（{was}）已不在链上（现为 {is}，链高 {head}）：链丢失或改写了状态，将重发同一笔交易",
        "block {block} ({was}) of an anchored checkpoint is gone (now {is}, head {head}): the chain lost or rewrote state; "
        "the same transaction is sent again",
    ),
    "NONCE_GAP": Words(
        "账户序号为 {chain_nonce}，应为 {expected}：有人用上链账户发过别的交易。请查明是谁",
        "the account's nonce is {chain_nonce}, not {expected}: someone else sent transactions with it. Find out who",
    ),
    "ORPHAN_ANCHOR": Words(
        "链上有本库未签过的检查点：规模 {size}，根 {root}，交易 {transaction}。上链密钥可能被盗，或库来自旧备份",
        "the chain has a checkpoint that this store never signed: size {size}, root {root}, transaction {transaction}. "
        "The operator's key may be stolen, or the store comes from an old backup",
    ),
    "BEHIND_CHAIN": Words(
        "本库只有 {entries} 条，链上已有检查点 {sizes}：库来自旧备份，拒绝上链。请先从审计文件夹补齐：tanji store refill",
        "the store has {entries} entries, the chain has checkpoints {sizes}: the store comes from an old backup and must not "
        "anchor. Recover the entries from an audit folder first: tanji store refill",
    ),
    "CHAIN_REWRITTEN": Words(
        "合约 {contract} 自第 {kept} 号起的 {lost} 个事件不再是原样：链丢失或改写了状态",
        "{lost} events of contract {contract} from number {kept} on are not what they were: the chain lost or rewrote state",
    ),
    "NODE_BEHIND": Words(
        "节点只到区块 {got}，低于已证实的 {known}（合约 {contract}）；等待节点跟上",
        "the node is at block {got}, below the proven {known} (contract {contract}); waiting for it to catch up",
    ),
    "LEASE_TAKEN": Words("另一个 {name} 进程正在运行", "another {name} process is running"),
    "INCIDENT_UNKNOWN": Words("没有未处理的事件 {got}", "there is no open incident {got}"),
    "INCIDENT_STANDS": Words(
        "事件 {id}（{cause}）的原因仍在，不能放行",
        "the cause of incident {id} ({cause}) still stands, it cannot be released",
    ),
}
