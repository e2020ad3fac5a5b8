"""Words of the command line: files, drafts, passphrases, settings."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

WORDS: Final = {
    "LANGUAGE_UNKNOWN": Words("语言“{got}”未知，只有 zh 和 en", "unknown language “{got}”; there are zh and en"),
    "SETTINGS_FORMAT": Words(
        "设置文件无法读取：{got}。允许的键：chain_url、database_url、language，均为文字",
        "the settings cannot be read: {got}. Keys: chain_url, database_url, language, each a string",
    ),
    "FILE_EXISTS": Words(
        "文件已存在，未覆盖。请换个名字或先移走旧文件", "the file exists and was left alone. Choose another name"
    ),
    "FILE_NOT_WRITTEN": Words("无法写入文件：{got}", "the file cannot be written: {got}"),
    "FILE_NOT_READ": Words("无法读取文件：{got}", "the file cannot be read: {got}"),
    "PASSPHRASE_EMPTY": Words("口令文件首行为空", "the first line of the passphrase file is empty"),
    "PASSPHRASE_NO_TERMINAL": Words(
        "没有终端可输入口令。请用 --password-file 指定口令文件",
        "there is no terminal to ask for the passphrase. Give --password-file",
    ),
    "PASSPHRASE_SHORT": Words(
        "口令只有 {got} 个字符，至少 {limit} 个", "the passphrase has {got} signs; at least {limit} are needed"
    ),
    "SIGNING_DECLINED": Words("未确认，没有签署", "not confirmed, nothing was signed"),
    "DRAFT_PROBLEMS": Words(
        "草稿有 {count} 处问题，未生成任何文件", "the draft has {count} problems, nothing was made"
    ),
    "DRAFT_ENDING": Words(
        "草稿文件应以 .yml、.yaml、.json、.csv 或 .xlsx 结尾",
        "a draft's name ends in .yml, .yaml, .json, .csv or .xlsx",
    ),
    "DRAFT_FORMAT": Words(
        "草稿格式读不懂：{got}。请对照示例：tanji declare --example",
        "the draft cannot be read: {got}. Compare it with the example: tanji declare --example",
    ),
    "DRAFT_SHAPE": Words(
        "此处的结构不对：草稿是一层字段，加上 lines（明细）下的若干行。请对照示例",
        "this does not fit: a draft is one level of fields and a list `lines`. Compare it with the example",
    ),
    "DRAFT_NO_LINES": Words("没有明细行（lines）。至少填写一行", "there are no lines. Give at least one"),
    "DRAFT_FIELD_UNKNOWN": Words("没有字段“{got}”。可用字段：{expected}", "no field “{got}”. Fields: {expected}"),
    "DRAFT_FIELD_MISSING": Words("缺少字段 {field}。请补上", "field {field} is missing. Add it"),
    "DRAFT_CHOICE": Words(
        "“{got}”不在允许的取值中。是否想填：{expected}", "“{got}” is not allowed. Perhaps: {expected}"
    ),
    "DRAFT_VALUE": Words("{field} 的值不被接受：{got}", "{field} is not accepted: {got}"),
    "DRAFT_GEOGRAPHY": Words(
        "{field} 应为国家或地区代码，例如 CN、CN-SH、GLO", "{field} is a country or region code such as CN, CN-SH, GLO"
    ),
    "DRAFT_PERIOD": Words(
        "期间“{got}”应写成 起始日..结束日，例如 2025-01-01..2025-12-31",
        "the period “{got}” should be first day..last day, such as 2025-01-01..2025-12-31",
    ),
    "LINE_ONE_SOURCE": Words(
        "每行须且只须一个数据来源：factor（因子）、upstream（上游）或 gas（气体）；本行有：{got}",
        "a line rests on exactly one of factor, upstream or gas; this one has: {got}",
    ),
    "FACTOR_NOT_FOUND": Words(
        "账本中没有因子“{got}”。写法：系列/年份，如 elec-fp-cn/2024。用 tanji factor list 查看",
        "the ledger has no factor “{got}”. Write series/year, such as elec-fp-cn/2024. See: tanji factor list",
    ),
    "FACTOR_AMBIGUOUS": Words(
        "“{got}”对应多个因子，请写明摘要：{expected}", "“{got}” names several factors, give a digest: {expected}"
    ),
    "RULE_NOT_FOUND": Words(
        "账本中没有规则“{got}”。请写规则编号，或 0x 开头的摘要",
        "the ledger has no rule “{got}”. Write the rule's number, or a digest that begins with 0x",
    ),
    "RULE_AMBIGUOUS": Words(
        "“{got}”对应多个规则，请写明摘要：{expected}", "“{got}” names several rules, give a digest: {expected}"
    ),
    "FACTOR_ROW": Words("因子数据有误：{got}", "the factor's data are wrong: {got}"),
    "UPSTREAM_NOT_FOUND": Words(
        "账本中没有上游声明“{got}”。写法：统一社会信用代码/产品编码，或 0x 开头的摘要",
        "the ledger has no upstream declaration “{got}”. Write organisation/product code, or a digest",
    ),
    "UPSTREAM_AMBIGUOUS": Words(
        "“{got}”有多份有效声明，请写明摘要：{expected}", "“{got}” has several declarations, give a digest: {expected}"
    ),
    "UPSTREAM_NOT_CURRENT": Words(
        "上游声明“{got}”已被取代或撤回。请改用最新声明",
        "the upstream declaration “{got}” was replaced or withdrawn. Use the current one",
    ),
    "UPSTREAM_AMOUNT": Words(
        "上游声明 {got} 除不尽，无法换成每一单位的数值。请上游改用数量为 1 的声明单位",
        "{got} does not divide evenly into a value for one unit. Ask the supplier to declare per single unit",
    ),
    "PIN_DIFFERS": Words(
        "填写的 {got} 与账本中的 {expected} 不同。删掉该字段即自动取账本数值",
        "{got} was given, the ledger has {expected}. Leave the field out and the ledger's is taken",
    ),
    "SUBJECT_HAS_HEAD": Words(
        "该产品、期间已有有效声明 {got}。要取代它，请加 --replace",
        "this product and period have a live declaration {got}. To replace it add --replace",
    ),
    "REQUEST_FORMAT": Words("不是待签或已签的声明文件：{got}", "not a statement file, signed or not: {got}"),
    "REQUEST_ROOT": Words(
        "内容与声明不符：内容根 {got}，声明写的是 {expected}。文件被改动过，请勿签署",
        "content and statement differ: root {got}, stated {expected}. The file was changed, do not sign",
    ),
    "REQUEST_HEADLINE": Words(
        "声明的标题“{got}”与内容不符，应为“{expected}”。文件被改动过，请勿签署",
        "the headline “{got}” is not the content's, which is “{expected}”. The file was changed, do not sign",
    ),
    "REQUEST_NOT_SIGNED": Words("文件尚未签署。请先运行 tanji sign", "the file is not signed. Run tanji sign first"),
    "REQUEST_SIGNED": Words("文件已经签署过", "the file is signed already"),
    "REQUEST_OTHER_LEDGER": Words(
        "声明是给另一账本的（{got}），信任文件中是 {expected}",
        "the statement is for another ledger ({got}); the trust file has {expected}",
    ),
    "HOME_MISSING": Words(
        "数据文件夹中还没有账本：缺少 {got}。请先运行 tanji chain start",
        "no ledger here: {got} is missing. Run tanji chain start first",
    ),
    "CHAIN_NOT_NAMED": Words(
        "不知道连哪条链。请运行 tanji chain start，或设 TANJI_CHAIN_URL",
        "no chain is named. Run tanji chain start, or set TANJI_CHAIN_URL",
    ),
    "ACCOUNT_ONE": Words("请给出 --key 或 --account 之一", "give one of --key and --account"),
    "ACCOUNT_UNKNOWN": Words("没有开发账户“{got}”。可用：{expected}", "no development account “{got}”: {expected}"),
    "REGISTRARS_NEEDED": Words(
        "链 {got} 不是本机开发链，请用 --registrar 给出登记方的密钥文件",
        "chain {got} is not the local one: give the registrars' key files with --registrar",
    ),
    "NOT_ANCHORED_YET": Words(
        "第 {got} 条尚未锚定。请先运行 tanji anchor，或稍后再试",
        "entry {got} is not anchored yet. Run tanji anchor, or try later",
    ),
    "CONTENT_ERASED": Words("声明 {got} 的内容已被擦除", "the content of {got} was erased"),
    "CHAIN_OR_OFFLINE": Words("--chain 与 --offline 只能给一个", "give --chain or --offline, not both"),
    "STATEMENT_UNKNOWN": Words("账本中没有声明 {got}", "the ledger has no statement {got}"),
    "ORGANISATION_UNKNOWN": Words("链上没有组织 {got}", "the chain has no organisation {got}"),
    "RECOVERY_ADDRESS": Words(
        "start 和 approve 要给出新钥匙的地址，veto 和 complete 不要",
        "start and approve take the new key's address, veto and complete none",
    ),
    "DEMO_WRONG": Words(
        "演示结果与预期不符：{got}，应为 {expected}", "the demonstration went wrong: {got}, expected {expected}"
    ),
}
