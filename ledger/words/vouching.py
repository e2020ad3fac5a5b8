"""Words on who may vouch for a declaration."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

WORDS: Final = {
    "VERIFIES_ITSELF": Words(
        "{got} 不得核查本组织的声明。请委托独立机构",
        "{got} must not verify its own declaration. Ask an independent body",
    ),
    "ACCREDITATION_OF_ANOTHER": Words(
        "所引认可属于 {expected}，签署方是 {got}", "the accreditation is {expected}'s, the signer is {got}"
    ),
    "ACCREDITATION_LAPSED": Words(
        "核查完成于 {got}，认可有效期为 {expected}：当时无认可",
        "the verification was completed on {got}, the accreditation is valid {expected}: the body was not accredited",
    ),
    "VERIFICATION_SIGNED_LATE": Words(
        "核查自称完成于 {completed}，但签署不早于 {got}，距认可或资格届满（{expected}）已超过 {limit} 天：不予采信",
        "completed on {completed} by its own word, but signed no earlier than {got}, more than {limit} days after the "
        "accreditation or credential ended ({expected}): the verification does not count",
    ),
    "BODY_OUT_OF_SCOPE": Words(
        "产品 {got} 不在机构的认可范围（{expected}）内：此核查不予采信",
        "product {got} is outside the body's accredited scope ({expected}): the verification does not count",
    ),
    "CREDENTIAL_OF_ANOTHER": Words(
        "核查员的资格注册在 {expected}，签署机构是 {got}（疑似挂名）",
        "the person is registered with {expected}, the signing body is {got}: a lent name?",
    ),
    "CREDENTIAL_LAPSED": Words(
        "核查员 {person} 的资格有效期为 {expected}，核查完成于 {got}",
        "the credential of {person} is valid {expected}, the verification was completed on {got}",
    ),
    "BODY_SUSPENDED": Words(
        "机构 {got} 在核查完成日 {expected} 处于暂停或处分中：此核查不予采信",
        "body {got} was suspended or sanctioned on {expected}, when it verified: the verification does not count",
    ),
    "PERSON_SUSPENDED": Words(
        "核查员 {got} 在核查完成日 {expected} 处于暂停或处分中：此核查不予采信",
        "person {got} was suspended or sanctioned on {expected}: the verification does not count",
    ),
    "CONSULTANT_VERIFIES": Words(
        "{got} 是（或三年内曾是）{expected} 的咨询方，不得核查其声明。请另选独立机构",
        "{got} advises {expected}, or did within three years, and must not verify it. Ask an independent body",
    ),
    "OPINION_MODIFIED": Words(
        "核查意见不是无保留意见（{got}），不提高采信级别",
        "the verifier's opinion is {got}, not unmodified: it does not raise the level",
    ),
    "VOUCHER_GROUND_LOST": Words(
        "核查所依据的认可或资格 {got} 已撤回或无法读取",
        "the accreditation or credential {got} under the verification was withdrawn or cannot be read",
    ),
    "VERIFICATION_AHEAD": Words(
        "核查完成日 {got} 晚于签署日 {expected}：不得预签",
        "completed on {got}, but signed on {expected}: a verification is not dated ahead",
    ),
    "SANCTION_END": Words("解除措施须写明最后一天", "a lifted measure states its last day"),
    "SANCTION_TARGET": Words("处分须写明一个机构或一个人", "a sanction is against one organisation or one person"),
}
