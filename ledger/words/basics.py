"""Words for formats: numbers, identifiers, JSON, contents, statements, signatures and keystores."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

WORDS: Final = {
    "DECIMAL_FORMAT": Words(
        "数值“{got}”格式不对：只用半角数字和小数点，不用千分位、指数、空格或全角数字，例如 1240.5",
        "“{got}” is not a decimal we accept: ASCII digits and a point only, no separators, exponent or blanks, "
        "such as 1240.5",
    ),
    "NUMBER_NOT_STRING": Words(
        '数值 {got} 必须加引号写成文字，避免浮点误差，例如 "0.5777"',
        'number {got} must be a quoted string so that nothing is rounded, such as "0.5777"',
    ),
    "DIGEST_FORMAT": Words(
        "“{got}”不是摘要：应为 0x 加 64 位小写十六进制",
        "“{got}” is not a digest: 0x and 64 lower-case hex digits",
    ),
    "ADDRESS_FORMAT": Words(
        "“{got}”不是账户地址：应为 0x 加 40 位十六进制", "“{got}” is not an address: 0x and 40 hex digits"
    ),
    "ORGANISATION_FORMAT": Words(
        "“{got}”不是统一社会信用代码（18 位），境外组织请用 urn: 开头的标识",
        "“{got}” is not a unified social credit code (18 signs); foreign firms use a urn:",
    ),
    "ORGANISATION_CHECK_DIGIT": Words(
        "统一社会信用代码 {got} 的校验位不对，末位应为 {expected}。请核对营业执照",
        "the check character of {got} is wrong, it should end in {expected}. Compare it with the business licence",
    ),
    "UNIT_UNKNOWN": Words("单位“{got}”不在单位表中", "unit “{got}” is not in the list of units"),
    "UNIT_MISMATCH": Words(
        "单位 {got} 与 {expected} 量纲不同，不能换算。请核对单位",
        "unit {got} cannot be converted into {expected}: their dimensions differ. Check the unit",
    ),
    "NOT_CANONICAL": Words("不是规范 JSON（RFC 8785）：{got}", "not canonical JSON (RFC 8785): {got}"),
    "DUPLICATE_KEY": Words("字段“{got}”出现了两次", "field “{got}” appears twice"),
    "JSON_TOO_LARGE": Words("文件有 {got} 字节，上限 {limit}", "{got} bytes, the limit is {limit}"),
    "JSON_TOO_DEEP": Words("嵌套超过 {limit} 层", "nested deeper than {limit}"),
    "JSON_FORMAT": Words("不是有效的 JSON：{got}", "not valid JSON: {got}"),
    "ENTRY_LENGTH": Words("日志条目为 {got} 字节，应为 {expected}", "the log entry has {got} bytes, not {expected}"),
    "SEED_LENGTH": Words("盐种子为 {got} 字节，应为 {expected}", "the salt seed has {got} bytes, not {expected}"),
    "HIDDEN_PART_FORMAT": Words("未披露部分的摘要格式不对：{got}", "the hash of a hidden part is malformed: {got}"),
    "CONTENT_TOO_LARGE": Words("内容有 {got} 字节，上限 {limit}", "the content has {got} bytes, the limit is {limit}"),
    "TOO_MANY_PARTS": Words("内容有 {got} 部分，上限 {limit}", "the content has {got} parts, the limit is {limit}"),
    "PART_TOO_LARGE": Words("内容的一部分超过 {limit} 字节", "a part of the content exceeds {limit} bytes"),
    "PATHS_NOT_ASCENDING": Words("内容各部分的路径未按升序排列", "the paths of the content's parts do not ascend"),
    "PART_FORMAT": Words("内容的一部分不是 [盐, 路径, 值]：{got}", "a part is not [salt, path, value]: {got}"),
    "NO_SUCH_PART": Words("没有这一部分，或尚未披露", "no such part, or it is not shown"),
    "PART_HIDDEN": Words(
        "有 {hidden} 部分未披露，无法核查。请向签署组织索取",
        "{hidden} parts are not disclosed, so this cannot be checked. Ask the issuer for them",
    ),
    "CONTENT_FORMAT": Words("内容不符合该类声明的格式：{got}", "the content does not have the form of its kind: {got}"),
    "STATEMENT_FORMAT": Words("声明格式不对：{got}", "the statement is malformed: {got}"),
    "KIND_UNKNOWN": Words(
        "声明类型“{got}”未知，按不通过处理。请升级软件",
        "unknown kind of statement “{got}”, refused. Update the software",
    ),
    "SIGNATURE_LENGTH": Words("签名为 {got} 字节，应为 {expected}", "the signature has {got} bytes, not {expected}"),
    "SIGNATURE_V": Words("签名的 v 为 {got}，只接受 27 或 28", "the signature's v is {got}; only 27 or 28 is accepted"),
    "SIGNATURE_HIGH_S": Words(
        "签名不是规范形式（高 s 值），可能被改写。请重新签署",
        "the signature is not canonical (high s) and may have been rewritten. Sign again",
    ),
    "SIGNATURE_INVALID": Words("签名无法恢复出公钥", "no public key can be recovered from the signature"),
    "KEYSTORE_FORMAT": Words(
        "不是加密密钥文件（Web3 keystore v3）", "not an encrypted key file (Web3 keystore version 3)"
    ),
    "KEYSTORE_PASSPHRASE": Words("密钥文件口令不对，请重试", "wrong passphrase for the key file, try again"),
    "PERIOD_REVERSED": Words("期间的结束早于开始，请核对日期", "the period ends before it starts; check the dates"),
    "AMOUNT_ZERO": Words("声明单位的数量不能为零", "the declared unit's amount cannot be zero"),
    "OUTPUT_ZERO": Words("产量不能为零", "the output cannot be zero"),
    "TEXT_NOT_NFC": Words("文字未按 NFC 规范化，请重新输入", "the text is not in Unicode form NFC; type it again"),
    "TEXT_UNSAFE_SIGN": Words(
        "文字含有看不见或会改变显示顺序的字符，请删除",
        "the text holds signs that are invisible or reorder it; remove them",
    ),
}
