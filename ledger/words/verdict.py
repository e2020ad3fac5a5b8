"""Words of the judge: what evidence lacks or gets wrong, receipts and trust files."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

WORDS: Final = {
    "STATEMENT_WITHHELD": Words(
        "第 {index} 号声明未提供，无法核查。请向账本运营方索取", "statement {index} is withheld. Ask the log's operator"
    ),
    "STATEMENT_DIGEST": Words(
        "声明与日志条目不符：摘要 {got}，日志为 {expected}。此声明被改动过，不予采信",
        "the statement is not the one in the log: digest {got}, the log holds {expected}. It was altered",
    ),
    "REFERENCE_WITHHELD": Words(
        "所引用的声明 {got} 已登记，但未提供，无法核查。请向账本运营方或签署组织索取",
        "the statement {got} that this rests on is registered but was not shown. Ask the log's operator or its issuer",
    ),
    "PREVIOUS_WITHHELD": Words(
        "所取代的声明 {got} 已登记，但未提供，无法核查是否属同一主题。请向账本运营方索取",
        "the statement {got} that this replaces is registered but was not shown, so nobody can say that it is on the same "
        "subject. Ask the log's operator",
    ),
    "CONTENT_WITHHELD": Words(
        "第 {index} 号声明的内容已删除或未提供，无法核查。请向签署组织索取",
        "the content of statement {index} was erased or withheld. Ask its issuer",
    ),
    "ROLE_UNKNOWN": Words(
        "内容未披露，无法核查签署组织当时是否具备所需角色",
        "the content is hidden, so whether the issuer held the needed role was not checked",
    ),
    "FILE_MISSING": Words(
        "文件读不到（{got}）。请检查路径或重新导出", "cannot be read ({got}). Check the path or export again"
    ),
    "STATEMENTS_FILE": Words(
        "声明文件有 {got} 条，应为 {expected} 条：文件被截断或改动",
        "the statements file holds {got} statements, not {expected}: it was cut or altered",
    ),
    "EVENT_OF_OTHER_CONTRACT": Words(
        "链上事件来自别的合约，应来自 {expected}", "chain events of another contract than the trusted {expected}"
    ),
    "CHAIN_NOT_CONSULTED": Words(
        "未连接链，也没有预先记录的事件头：事件文件自身无缺口，但是否真实、是否最新未核查。"
        "请加 --chain，或先在联网机器上运行 tanji-verify head",
        "no node was asked and the trust file pins no event heads: the events have no gap, but whether they are the "
        "chain's, and all of them, was not checked. Give --chain, or run tanji-verify head on a machine with network",
    ),
    "EVENTS_BEFORE_PIN": Words(
        "{contract} 合约只有 {got} 个事件，信任文件记录过 {expected} 个：证据不完整",
        "{got} events of the {contract} contract, the trust file saw {expected}: the evidence is incomplete",
    ),
    "EVENT_HEAD_PIN": Words(
        "{contract} 合约的事件头 {got} 与信任文件记录的 {expected} 不符",
        "event head {got} of the {contract} contract is not the trust file's {expected}",
    ),
    "BLOCK_DECREASES": Words(
        "条目的区块 {got} 小于前一条的 {expected}：顺序不可信",
        "entry's block {got} is before the {expected} of an earlier entry",
    ),
    "BLOCK_TIMES_MISSING": Words(
        "{anchors} 个锚定区块中有 {missing} 个没有时间：声明自称的签署日期是否早得可疑，未核查。请重新导出，或加 --chain",
        "{missing} of the {anchors} anchors' blocks have no time: whether statements were dated back was not checked. "
        "Export again, or give --chain",
    ),
    "BLOCK_TIMES_FILE": Words(
        "chain/times.jsonl 第 {line} 行不是区块时间（{got}）：应为升序区块号与 Unix 秒",
        "line {line} of chain/times.jsonl is no block's time ({got}): blocks ascend, times are Unix seconds",
    ),
    "BLOCK_TIME_BACK": Words(
        "区块 {block} 的时间 {got} 早于更早区块 {before} 的 {expected}：区块时间不可信",
        "the time {got} of block {block} is before the {expected} of the earlier block {before}",
    ),
    "LATE_ANCHOR": Words(
        "声明自称签署于 {issued}，到 {anchored} 才锚定，相隔 {days} 天（超过 {limit} 天）："
        "此前是否存在，无从证实，日期以锚定日为准",
        "issued on {issued} by its own word, anchored only on {anchored}, {days} days later (more than {limit}): nothing "
        "shows that it existed before; go by the anchor's day",
    ),
    "NEAR_DUPLICATE": Words(
        "同一企业的同一产品有两份有效声明，只是写法不同：{slot}（{digest}）为 {got}，{other_slot}（{other}）为 {expected}。"
        "请撤回其一",
        "the firm has two live declarations of one product, spelled differently: {slot} ({digest}) says {got}, "
        "{other_slot} ({other}) says {expected}. One of them is to be withdrawn",
    ),
    "NEAR_DUPLICATE_POSSIBLE": Words(
        "同一企业的两份有效声明可能是同一产品：{slot}（{digest}）为 {got}，{other_slot}（{other}）为 {expected}。请向企业询问",
        "two live declarations of the firm may be of one product: {slot} ({digest}) says {got}, {other_slot} ({other}) says "
        "{expected}. Ask the firm",
    ),
    "SIGNER_AFTER_EVENTS": Words(
        "所见的登记事件止于区块 {last}，其中看不出 {signer} 在区块 {block} 可为 {organisation} 签署 {kind}（{reason}）："
        "其后的登记或已授权，未核查。请换较新的导出，或加 --chain",
        "the registry's events that are here end in block {last} and do not show that {signer} might sign {kind} for "
        "{organisation} in block {block} ({reason}); later ones might. Use a newer export, or --chain",
    ),
    "MERGE_DELAY": Words(
        "条目登记于区块 {block}，锚定于 {got}，超出承诺的 {limit} 个区块",
        "registered at block {block}, anchored at {got}: outside the promised delay of {limit} blocks",
    ),
    "ANCHOR_ROOT": Words(
        "日志条目算出的根 {got} 与链上区块 {block} 锚定的 {expected} 不符：条目被改动、删除或换序",
        "the entries' root {got} is not the {expected} anchored in block {block}: entries were altered, dropped or moved",
    ),
    "CHECKPOINT_TREE": Words(
        "日志条目算出的根 {got} 与检查点的 {expected} 不符",
        "the entries' root {got} is not the checkpoint's {expected}",
    ),
    "ENTRIES_WITHHELD": Words(
        "链上已锚定 {expected} 条，证据只有 {got} 条：其余被扣留",
        "{expected} entries are anchored, the evidence has {got}: the rest is withheld",
    ),
    "CHECKPOINT_NOT_ANCHORED": Words(
        "大小为 {got} 的检查点未在链上锚定（最近锚定 {expected}）。请稍后再查",
        "the checkpoint of size {got} is not anchored on chain (last anchored: {expected}). Try again later",
    ),
    "NOTES_OF_ANOTHER": Words(
        "进度文件不属于你本人，或别人可以改写它。请换一个文件，或删除后重来",
        "the notes of the replay are not yours alone: others may write them. Name another file, or delete it and start anew",
    ),
    "CLUSTER_NOT_INSTALLED": Words(
        "在集群上重放需要 Dask：请安装 tanji[cluster]",
        "a replay on a cluster needs Dask: install tanji[cluster]",
    ),
    "CLUSTER_UNREACHABLE": Words(
        "连不上 Dask 集群 {got}，或集群里没有工作进程。请检查调度器地址，并先启动工作进程",
        "the Dask cluster {got} does not answer, or has no workers. Check the scheduler's address and start workers first",
    ),
    "WORKER_DIED": Words(
        "核查进程意外结束，结果作废，请重试", "a worker process died; nothing was concluded, try again"
    ),
    "NOT_A_DECLARATION": Words(
        "{got} 不是产品碳足迹声明，或内容不可读", "{got} is no declaration, or its content cannot be read"
    ),
    "PRODUCT_UNKNOWN": Words(
        "找不到“{got}”。请用产品编号或声明摘要（0x…）",
        "“{got}” was not found. Use a product id or a declaration's digest (0x…)",
    ),
    "PRODUCT_AMBIGUOUS": Words(
        "“{got}”对应多份声明，请指定摘要：{found}", "“{got}” has several declarations, name one digest: {found}"
    ),
    "TRUST_MISSING": Words("信任文件读不到（{got}）", "the trust file cannot be read ({got})"),
    "TRUST_FORMAT": Words("信任文件格式不对：{got}", "the trust file is malformed: {got}"),
    "RECEIPT_FORMAT": Words("回执文件格式不对：{got}", "the receipt is malformed: {got}"),
    "RECEIPT_VERSION": Words(
        "回执版本 {got} 未知，按不通过处理。请升级软件", "unknown receipt version {got}, refused. Update the software"
    ),
    "RECEIPT_OTHER_LEDGER": Words(
        "回执属于别的账本：{got}，信任文件为 {expected}",
        "the receipt is of another ledger: {got}, the trust file says {expected}",
    ),
    "RECEIPT_NO_ANCHOR": Words(
        "检查点尚未锚定，登记未得链上佐证。请稍后换取新回执",
        "the checkpoint was not anchored yet; fetch a new receipt later",
    ),
    "RECEIPT_CHAIN_UNASKED": Words(
        "未连接链：检查点是否已锚定、签署钥匙与角色在该区块是否有效、其后是否被撤回或取代，均未核查。请加 --chain",
        "no node was asked: whether the checkpoint is anchored, and whether key and role were valid at the block, "
        "was not checked. Give --chain",
    ),
    "RECEIPT_ANCHOR_ROOT": Words(
        "链上没有大小 {size}、根 {got} 的锚定（链上为 {expected}）",
        "the chain has no anchor of size {size} with root {got} (it says {expected})",
    ),
    "RECEIPT_ANCHOR_BLOCK": Words(
        "回执写的锚定区块是 {got}，链上为 {expected}", "the receipt names anchor block {got}, the chain says {expected}"
    ),
    "RECEIPT_CURRENT": Words(
        "回执不能说明此后是否被撤回或取代，未核查。请用 tanji verify",
        "a receipt cannot say whether the statement was withdrawn or replaced since; not checked. Use tanji verify",
    ),
    "RECEIPT_REFERENCES": Words(
        "回执不含其引用的上游声明与因子，未核查。请用 tanji verify",
        "the statements that it rests on are not in a receipt; not checked. Use tanji verify",
    ),
    "CHECKED_SIGNATURE": Words("签名有效，签署账户 {signer}", "signature holds, by account {signer}"),
    "CHECKED_INCLUSION": Words(
        "已登记：第 {index} 号条目在大小为 {size} 的检查点之内",
        "registered: entry {index} is in the checkpoint of size {size}",
    ),
    "CHECKED_CONTENT": Words(
        "内容完整未改：披露 {shown} 部分，未披露 {hidden} 部分", "content intact: {shown} parts shown, {hidden} hidden"
    ),
    "CHECKED_ANCHOR": Words(
        "已锚定：区块 {block}，检查点大小 {size}", "anchored: in block {block}, checkpoint of size {size}"
    ),
    "CHECKED_AUTHORITY": Words(
        "签署钥匙在区块 {block} 属于 {name}（{organisation}），角色有效（{by}）",
        "at block {block} the signing key belonged to {name} ({organisation}) with a valid role ({by})",
    ),
    "PRODUCT_WITHDRAWN": Words(
        "该声明已被签署组织撤回（{by}）。请向其索取现行声明",
        "this declaration was withdrawn by its issuer ({by}). Ask for the current one",
    ),
    "PRODUCT_REPLACED": Words(
        "该声明已被新版本取代（{by}）。请核验现行声明",
        "this declaration was replaced by a newer one ({by}). Verify the current one",
    ),
    "WITHDRAWN_SINCE": Words(
        "所依据的声明此后被撤回（{by}），该行失去依据。请更换依据并重算",
        "what this line rests on was withdrawn since ({by}). Replace it and recalculate",
    ),
    "REPLACED_SINCE": Words(
        "所依据的声明此后有新版本（{by}）：本声明按签署时的版本计算，新值的影响未核查",
        "what this line rests on was replaced since ({by}): calculated with the version of its day; "
        "the newer one's effect was not checked",
    ),
}
