"""Words of the registration policy: why a statement is refused, and what to do."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

WORDS: Final = {
    "CHAIN_BELOW_ENTRIES": Words(
        "链只到区块 {got}，而日志已记到区块 {expected}：节点落后，或链丢失了区块。等它长高后再登记",
        "the chain is at block {got}, but the log already stands at {expected}: the node lags, or the chain lost blocks. "
        "Register again once it has grown",
    ),
    "UNKNOWN_ORGANISATION": Words(
        "组织 {organisation} 未在链上登记。请联系登记机构",
        "organisation {organisation} is not registered on the chain. Ask a registrar",
    ),
    "KEY_NOT_VALID": Words(
        "签署账户 {signer} 在区块 {block} 不是 {organisation} 的有效密钥。请用有效密钥重新签署",
        "account {signer} is no valid key of {organisation} at block {block}. Sign again with a valid key",
    ),
    "KEY_COMPROMISED": Words(
        "签署账户 {signer} 已报告失窃，其签名不再有效。请用新密钥重新签署",
        "account {signer} was reported compromised; its signatures no longer count. Sign again with a new key",
    ),
    "DELEGATE_EXPIRED": Words(
        "受托账户 {signer} 的授权已到期。请 {organisation} 续期或换人签署",
        "the delegation to {signer} has ended. {organisation} must renew it, or someone else must sign",
    ),
    "DELEGATE_SCOPE": Words(
        "受托账户 {signer} 无权签署“{kind}”类声明。请 {organisation} 扩大授权范围",
        "delegate {signer} may not sign statements of kind {kind}. {organisation} must widen the delegation",
    ),
    "ROLE_NOT_HELD": Words(
        "{organisation} 在区块 {block} 没有角色“{role}”（范围“{scope}”）。请向登记机构申请",
        "{organisation} does not hold role {role} (scope “{scope}”) at block {block}. Apply to a registrar",
    ),
    "CLOCK_SKEW": Words(
        "签署时间 {got} 比账本时钟晚 {seconds} 秒以上。请校准电脑时间后重新签署",
        "issuedAt {got} is more than {seconds} seconds ahead of the ledger's clock. Set your clock and sign again",
    ),
    "CONTENT_INCOMPLETE": Words(
        "有 {hidden} 部分未披露。登记须提交完整内容，存储时加密",
        "{hidden} parts are hidden. Registration takes the whole content; it is stored encrypted",
    ),
    "CONTENT_ROOT": Words(
        "内容在签署后被改动，不是所签的那一份。请取回所签的原件，或重新签署（内容的根 {got}，所签 {expected}）",
        "the content is not what was signed: it was changed afterwards. Get the original, or sign again "
        "(root {got}, signed {expected})",
    ),
    "HEADLINE_DIFFERS": Words(
        "所签标题“{got}”与内容得出的“{expected}”不符。请核对后重新签署",
        "the signed headline “{got}” is not the content's, “{expected}”. Check it and sign again",
    ),
    "SUBJECT_DIFFERS": Words(
        "所签主题“{got}”与内容得出的“{expected}”不符。请重新签署",
        "the signed subject “{got}” is not the content's, “{expected}”. Sign again",
    ),
    "SUBJECT_TAKEN": Words(
        "该主题已有声明 {expected}，新声明须在 previous 中写明它。请重新签署",
        "the subject has a statement already, {expected}; a new one must name it as previous. Sign again",
    ),
    "PREVIOUS_NOT_HEAD": Words(
        "previous 为 {got}，而该主题的最新声明是 {expected}。请取得最新声明后重新签署",
        "previous is {got}, but the subject's newest statement is {expected}. Fetch that one and sign again",
    ),
    "REFERENCE_UNKNOWN": Words(
        "所引用的声明 {got} 尚未登记。请先登记它，或核对摘要",
        "the statement {got} that this rests on is not registered. Register it first, or check the digest",
    ),
    "REFERENCE_KIND": Words(
        "所引用的声明 {digest} 属于“{got}”类，此处应为“{expected}”类",
        "the statement {digest} that this rests on is of kind {got}; here it must be {expected}",
    ),
    "REFERENCE_WITHDRAWN": Words(
        "所引用的声明 {got} 已被撤回。请改用有效的声明",
        "the statement {got} that this rests on was withdrawn. Use one that holds",
    ),
    "ALREADY_REGISTERED": Words(
        "此声明已按另一签名登记在序号 {index}，以那次登记为准",
        "this statement is registered at index {index} with another signature; that registration stands",
    ),
    "CLAIM_RANGE": Words(
        "号段 {first} 至 {last}（{space}）不成立：首号不得大于末号，也不得为负。请更正",
        "the numbers {first} to {last} of {space} are no range: the first must not exceed the last or be negative. "
        "Correct them",
    ),
    "CLAIM_OVERLAP": Words(
        "号码 {first} 至 {last}（{space}）已由声明 {by} 使用，同一号码只能用一次。请核对并更换",
        "the numbers {first} to {last} of {space} are used by statement {by} already; each can be used once. Check them",
    ),
    "ACCOUNT_OVERDRAWN": Words(
        "从账户 {account} 取用 {got} {unit}，而余量只有 {limit} {unit}，缺 {missing} {unit}。请核对数量",
        "{got} {unit} are taken from account {account}, which has {limit} {unit}: {missing} {unit} are missing. "
        "Check the quantity",
    ),
    "ACCOUNT_OF_ANOTHER": Words(
        "所取用之物归 {expected} 所有，签署方是 {got}。请使用本组织的凭证，或由所有方移交",
        "what this draws on belongs to {expected}, the signer is {got}. Use the signer's own, or let the owner hand it "
        "over",
    ),
    "ACCOUNT_WITHHELD": Words(
        "所取用声明的内容未披露，账户 {account} 的余量无法核对。请索取该内容",
        "the content of what this draws on is withheld, so the balance of account {account} cannot be checked. Ask for it",
    ),
    "WITHDRAWN_BUT_DRAWN": Words(
        "被撤回的声明曾记入账户 {account}，其中 {missing} {unit} 已被他人取用，现失去依据。请通知使用方更正",
        "the withdrawn statement had filled account {account}; {missing} {unit} of it were drawn by others and have lost "
        "their ground. Tell those who used it",
    ),
}
