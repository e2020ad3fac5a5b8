"""Words of the registrars' decisions: what a proposed call would do, and what is wrong with a proposal."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

WORDS: Final = {
    "CALL_REGISTER_ORGANISATION": Words(
        "登记组织 {id} {name}，首个钥匙 {key}，监护人 {guardians}（找回需 {guardianThreshold} 人）",
        "register organisation {id} {name} with key {key}, guardians {guardians} ({guardianThreshold} of them recover)",
    ),
    "CALL_GRANT_ROLE": Words(
        "授予 {organisation} 角色 {role}，范围 {scope}，区块 [{fromBlock}, {untilBlock})",
        "grant {organisation} the role {role}, scope {scope}, for blocks [{fromBlock}, {untilBlock})",
    ),
    "CALL_REVOKE_ROLE": Words(
        "收回 {organisation} 的角色 {role}，范围 {scope}", "revoke the role {role}, scope {scope}, of {organisation}"
    ),
    "CALL_REVOKE_KEY": Words("吊销钥匙 {key}", "end the key {key}"),
    "CALL_REPORT_COMPROMISE": Words(
        "宣布钥匙 {key} 自区块 {sinceBlock} 起泄露（不可撤销）",
        "declare the key {key} stolen since block {sinceBlock} (cannot be undone)",
    ),
    "CALL_ADD_REGISTRAR": Words("增加登记方 {registrar}", "add the registrar {registrar}"),
    "CALL_REMOVE_REGISTRAR": Words("去除登记方 {registrar}", "remove the registrar {registrar}"),
    "CALL_SET_THRESHOLD": Words(
        "把登记方的门限改为 {newThreshold}", "set the threshold of the registrars to {newThreshold}"
    ),
    "CALL_ADD_OPERATOR": Words("准许账户 {account} 锚定日志", "let the account {account} anchor the log"),
    "CALL_REMOVE_OPERATOR": Words(
        "不再准许账户 {account} 锚定日志", "let the account {account} anchor the log no more"
    ),
    "CALL_OTHER": Words(
        "未知的调用，请勿在弄清之前批准：合约 {target}，数据 {data}",
        "an unknown call, not to be approved before it is understood: contract {target}, data {data}",
    ),
    "PROPOSAL_UNKNOWN": Words(
        "没有提案 {got}。用 tanji org proposals 查看", "there is no proposal {got}. See: tanji org proposals"
    ),
    "PROPOSAL_CALLS_UNKNOWN": Words(
        "节点给不出提案 {proposal} 的交易，不知道它要做什么，不能批准。请换一个节点",
        "the node does not give the transaction of proposal {proposal}, so nobody knows what it does. Ask another node",
    ),
    "PROPOSAL_CALLS": Words(
        "节点给出的提案 {proposal} 的内容与合约记录的摘要不符，不予批准",
        "what the node gives as proposal {proposal} does not have the hash that the contract keeps; it is not approved",
    ),
    "PROPOSAL_DONE": Words("提案 {proposal} 已执行", "proposal {proposal} was executed already"),
    "CONFIRMATION_NEEDED": Words(
        "此操作需要确认：请在终端运行，或加 --yes", "this needs a confirmation: run it on a terminal, or add --yes"
    ),
    "NOT_CONFIRMED": Words("未确认，什么都没有做", "not confirmed, nothing was done"),
}
