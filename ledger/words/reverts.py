"""Words for the contracts' own errors: code REVERTED_ and the ABI's name; values by the ABI's parameter names."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

_ROWS: Final = {
    # registrars
    "NOT_REGISTRAR": ("{caller} 不是登记机构", "{caller} is not a registrar"),
    "ONLY_GOVERNANCE": (
        "此事须由登记机构表决，{caller} 无权单独执行",
        "registrars must decide this, not {caller} alone",
    ),
    "REGISTRAR_EXISTS": ("{registrar} 已是登记机构", "{registrar} is a registrar already"),
    "REGISTRAR_UNKNOWN": ("{registrar} 不是登记机构", "{registrar} is no registrar"),
    "INVALID_REGISTRAR": ("{registrar} 不能作登记机构", "{registrar} cannot be a registrar"),
    "TOO_MANY_REGISTRARS": ("登记机构有 {count} 个，上限 {maximum}", "{count} registrars, the limit is {maximum}"),
    "THRESHOLD_OUT_OF_RANGE": (
        "门槛 {threshold} 须在 1 至 {count} 之间",
        "threshold {threshold} is not in 1 to {count}",
    ),
    "EMPTY_PROPOSAL": ("提案没有内容", "the proposal holds no call"),
    "UNKNOWN_PROPOSAL": ("没有提案 {id}", "there is no proposal {id}"),
    "PROPOSAL_ALREADY_EXECUTED": ("提案 {id} 已执行", "proposal {id} was executed already"),
    "PROPOSAL_ALREADY_APPROVED": ("{registrar} 已批准提案 {id}", "{registrar} approved proposal {id} already"),
    "PROPOSAL_NOT_APPROVED": ("{registrar} 未批准过提案 {id}", "{registrar} has not approved proposal {id}"),
    "CALLS_MISMATCH": (
        "提案 {id} 的内容不同：摘要为 {got}，应为 {expected}。请核对所批准的内容",
        "the calls differ from proposal {id}: hash {got}, not {expected}. Check what you approve",
    ),
    "FAILED_CALL": ("提案中的调用失败，对方没有说明原因", "a call of the proposal failed without a reason"),
    "ADDRESS_EMPTY_CODE": ("{target} 上没有合约", "there is no contract at {target}"),
    "INSUFFICIENT_BALANCE": ("余额 {balance} 不足 {needed}", "balance {balance} is less than {needed}"),
    # organisations and keys
    "ORGANISATION_EXISTS": (
        "该组织已登记（{organisation}）",
        "the organisation is registered already ({organisation})",
    ),
    "UNKNOWN_ORGANISATION": ("该组织尚未登记（{organisation}）", "the organisation is not registered ({organisation})"),
    "INVALID_TEXT": (
        "文字为 {length} 字节，须在 1 至 {maximum} 之间",
        "a text of {length} bytes; 1 to {maximum} are allowed",
    ),
    "INVALID_DELAY": ("延迟 {delay} 须在 1 至 {maximum} 个区块之间", "delay {delay} is not in 1 to {maximum} blocks"),
    "INVALID_KEY": ("{key} 不能作密钥", "{key} cannot be a key"),
    "KEY_ALREADY_USED": (
        "密钥 {key} 已经用过，一个密钥终身只能登记一次。请换一个新密钥",
        "key {key} was used before; a key is registered once for ever. Make a new one",
    ),
    "UNKNOWN_KEY": ("没有密钥 {key}", "there is no key {key}"),
    "KEY_NOT_LIVE": ("密钥 {key} 已停用", "key {key} has ended"),
    "NOT_LIVE_KEY_OF": (
        "{caller} 不是该组织（{organisation}）的有效密钥",
        "{caller} is no live key of the organisation ({organisation})",
    ),
    "TOO_MANY_KEYS": (
        "有效密钥已达上限 {maximum} 个，请先停用不用的",
        "{maximum} live keys are the limit; end one first",
    ),
    "COMPROMISE_IN_FUTURE": (
        "失窃区块 {sinceBlock} 晚于当前区块 {blockNumber}",
        "block {sinceBlock} lies after the present block {blockNumber}",
    ),
    "COMPROMISE_TOO_EARLY": (
        "组织自己最早只能追溯到区块 {earliest}（所报 {sinceBlock}），更早须由登记机构决定",
        "an organisation can reach back to block {earliest} only ({sinceBlock} given); registrars can go further",
    ),
    "COMPROMISE_NOT_EARLIER": (
        "密钥 {key} 已记为自区块 {recorded} 起失窃，只能改得更早（所报 {sinceBlock}）",
        "key {key} counts as compromised from block {recorded}; only an earlier block is accepted ({sinceBlock} given)",
    ),
    # roles and delegates
    "INVALID_ROLE": ("角色不能为空", "a role needs a name"),
    "EMPTY_RANGE": ("区块范围 {fromBlock} 至 {untilBlock} 为空", "blocks {fromBlock} to {untilBlock} hold nothing"),
    "ROLE_ALREADY_GRANTED": (
        "角色已授予至区块 {untilBlock}，须先撤销",
        "the role is granted until block {untilBlock}: revoke it first",
    ),
    "ROLE_NOT_GRANTED": ("该组织没有这个角色，无从撤销", "the organisation does not hold this role"),
    "INVALID_DELEGATE": ("{delegate} 不能作代理人", "{delegate} cannot be a delegate"),
    "DELEGATE_NOT_ACTIVE": ("{delegate} 不是现任代理人", "{delegate} is no delegate at present"),
    # guardians
    "INVALID_GUARDIAN": ("监护人 {guardian} 无效或重复", "guardian {guardian} is invalid or named twice"),
    "TOO_MANY_GUARDIANS": ("监护人有 {count} 个，上限 {maximum}", "{count} guardians, the limit is {maximum}"),
    "GUARDIAN_THRESHOLD_OUT_OF_RANGE": (
        "监护人门槛 {threshold} 与人数 {count} 不符",
        "guardian threshold {threshold} does not fit {count} guardians",
    ),
    "NOT_GUARDIAN": ("{caller} 不是该组织的监护人", "{caller} is no guardian of the organisation"),
    "NO_RECOVERY": ("该组织没有进行中的恢复", "no recovery of the organisation is running"),
    "RECOVERY_ALREADY_STARTED": ("换为 {newKey} 的恢复已经开始", "a recovery to {newKey} has started already"),
    "RECOVERY_ALREADY_APPROVED": ("{guardian} 已批准换为 {newKey}", "{guardian} approved {newKey} already"),
    "RECOVERY_ALREADY_DECIDED": ("恢复已决定换为 {newKey}", "the guardians have decided for {newKey}"),
    "RECOVERY_NOT_STARTED": ("没有换为 {newKey} 的恢复", "no recovery to {newKey} was started"),
    "RECOVERY_UNDECIDED": ("监护人批准数未达门槛", "too few guardians have approved"),
    "RECOVERY_NOT_READY": (
        "恢复须等到区块 {readyBlock}，现为 {blockNumber}",
        "recovery waits for block {readyBlock}, now {blockNumber}",
    ),
    # the log
    "ACCESS_CONTROL_UNAUTHORIZED_ACCOUNT": (
        "账户 {account} 无权锚定，须由登记机构任命为运营方",
        "account {account} may not append; registrars name operators",
    ),
    "ACCESS_CONTROL_BAD_CONFIRMATION": ("只能放弃自己的角色", "an account can renounce its own role only"),
    "UNKNOWN_ROLE": ("日志没有角色 {role}", "the log has no role {role}"),
    "GOVERNANCE_HAS_NO_CODE": ("{governance} 上没有登记合约", "there is no registry at {governance}"),
    "INVALID_ORIGIN": (
        "日志来源名为 {length} 字节，须在 1 至 {maximum} 之间",
        "an origin of {length} bytes; 1 to {maximum}",
    ),
    "INVALID_MAX_MERGE_DELAY": ("最大合并延迟不能为 {maxMergeDelay}", "the merge delay cannot be {maxMergeDelay}"),
    "SIZE_NOT_GREATER": (
        "检查点大小 {newSize} 不大于链上的 {size}",
        "checkpoint size {newSize} is not above the anchored {size}",
    ),
    "SIZE_TOO_LARGE": ("检查点大小 {newSize} 超过 {maximum}", "checkpoint size {newSize} exceeds {maximum}"),
    "ZERO_ROOT": ("检查点 {newSize} 的根为零", "the root of checkpoint {newSize} is zero"),
    "PROOF_NOT_EMPTY": (
        "首个检查点不应带证明（{proofLength} 项）",
        "the first checkpoint has no proof ({proofLength} given)",
    ),
    "INCONSISTENT_CHECKPOINT": (
        "检查点 {newSize}（{newRoot}）不是 {size}（{root}）的延伸：日志历史被改写，合约拒绝锚定",
        "checkpoint {newSize} ({newRoot}) does not extend {size} ({root}): the log's history was rewritten, refused",
    ),
}

WORDS: Final = {f"REVERTED_{name}": Words(*row) for name, row in _ROWS.items()}
