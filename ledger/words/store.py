"""Words of the store: database, master key, contents at rest, export."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

WORDS: Final = {
    "DATABASE_URL": Words(
        "数据库地址不对：应为 sqlite:///文件路径 或 postgresql://用户@主机/库名",
        "the database address is not one of ours: sqlite:///FILE or postgresql://USER@HOST/NAME",
    ),
    "STORE_NEWER": Words(
        "数据库由更新版本的程序建立（版本 {got}，本程序只认到 {expected}）。请升级程序，不要用旧版本打开",
        "the database was made by a newer program (version {got}, this one knows up to {expected}). Update the program",
    ),
    "STORE_OTHER_LEDGER": Words(
        "数据库属于另一条链或另一日志（{got}，应为 {expected}）。请核对数据库地址与信任文件",
        "the database belongs to another chain or log ({got}, not {expected}). Compare the address and the trust file",
    ),
    "STORE_UNREACHABLE": Words(
        "数据库无法使用：{got}。请检查服务、路径和权限",
        "the database cannot be used: {got}. Check service, path, rights",
    ),
    "STORE_BUSY": Words(
        "另一进程正在写数据库，{seconds} 秒内未完成。请稍后重试",
        "another process was writing to the database for over {seconds} seconds. Try again",
    ),
    "STORE_FULL": Words(
        "磁盘已满，未写入任何内容：{got}。请腾出空间后重试",
        "the disk is full, nothing was written: {got}. Make room, try again",
    ),
    "STORE_DAMAGED": Words(
        "数据库已损坏：{got}。请停止写入，运行 fsck，从备份恢复",
        "the database is damaged: {got}. Stop writing, run fsck, restore a backup",
    ),
    "STORE_CONTRADICTION": Words(
        "数据库拒绝了相互矛盾的行，未写入任何内容：{got}",
        "the database refused contradicting rows, nothing written: {got}",
    ),
    "STORE_INDEX": Words(
        "日志序号 {got} 不连续，应为 {expected}", "log index {got} does not continue the log at {expected}"
    ),
    "TILE_MISSING": Words(
        "缺少第 {level} 层第 {index} 块瓦片。请运行 fsck", "tile {index} of level {level} is missing. Run fsck"
    ),
    "MIRROR_WENT_BACK": Words(
        "链的高度 {got} 低于已记录的 {expected}：链被重置或节点落后。请核对链后再写入",
        "the chain stands at block {got}, below {expected} noted before: it was reset or the node lags. Check the chain",
    ),
    "CHAIN_NOT_SYNCED": Words(
        "尚未读取链上登记，无法判断签署权限。请先同步链",
        "the registry has not been read from the chain yet. Sync first",
    ),
    "MASTER_KEY_FORMAT": Words(
        "主密钥格式不对：应为 64 位小写十六进制", "the master key is malformed: 64 lower-case hex digits are needed"
    ),
    "MASTER_KEY_MISSING": Words(
        "找不到主密钥：{got}。没有它，存储的内容无法读取",
        "no master key at {got}. Without it the contents cannot be read",
    ),
    "MASTER_KEY_EXPOSED": Words(
        "主密钥文件 {got} 可被他人读取。请设为仅本人可读（chmod 600）",
        "others may read the master key file {got}. Let only its owner read it (chmod 600)",
    ),
    "MASTER_KEY_WRONG": Words(
        "主密钥与此数据库不符。请换用建库时的密钥",
        "this is not the database's master key. Use the one it was made with",
    ),
    "CONTENT_UNREADABLE": Words(
        "声明 {digest} 的内容无法解密：密文或密钥被改动", "the content of {digest} does not decrypt: it was altered"
    ),
    "NOTHING_ANCHORED": Words(
        "还没有检查点上链，无可导出。请先锚定",
        "no checkpoint is on the chain yet, so there is nothing to export. Anchor first",
    ),
    "EXPORT_SIZE": Words(
        "检查点规模 {got} 大于数据库中的 {expected} 条：数据库旧于链。请恢复较新的备份",
        "the checkpoint has {got} entries, the database {expected}: it is older than the chain. Restore a newer backup",
    ),
    "EXPORT_FAILED": Words("无法写入 {got}", "cannot write {got}"),
    "REFILL_UNANCHORED": Words(
        "链上没有规模 {size} 的检查点：不能用这个审计文件夹补齐。请用由本账本导出的文件夹",
        "the chain has no checkpoint of size {size}: this audit folder proves nothing. Use an export of this ledger",
    ),
    "REFILL_ROOT": Words(
        "审计文件夹前 {size} 条的根为 {got}，链上为 {expected}：文件夹被改动过",
        "the folder's first {size} entries have root {got}, the chain holds {expected}: the folder was altered",
    ),
    "REFILL_DIFFERS": Words(
        "本库第 {index} 条与链上锚定的不符。请先换上损坏之前的备份，再补齐",
        "entry {index} of this store is not the one anchored. Restore a backup from before the damage, then refill it",
    ),
    "REFILL_STATEMENT": Words(
        "审计文件夹中第 {index} 条的声明与条目不符", "the folder's statement {index} is not that of its entry"
    ),
    "REFILL_CONTENT": Words(
        "审计文件夹中第 {index} 条的内容与声明不符", "the folder's content {index} is not that of its statement"
    ),
    "FSCK_DAMAGED": Words("数据库文件受损：{got}", "the database file is damaged: {got}"),
    "FSCK_BEHIND_CHAIN": Words(
        "缺少已锚定的第 {first} 至 {last} 条：库来自旧备份，或丢了最后的写入。用 tanji store refill 补齐",
        "the anchored entries from {first} to {last} are missing: an older backup, or the last writes were lost. See: "
        "tanji store refill",
    ),
    "FSCK_ANCHOR": Words(
        "前 {size} 条的根为 {got}，链上为 {expected}：有条目被改动",
        "the first {size} entries have root {got}, the chain holds {expected}: an entry was altered",
    ),
    "FSCK_INDEX_MISSING": Words("缺少序号 {first} 至 {last} 的条目", "the entries from {first} to {last} are missing"),
    "FSCK_STATEMENT": Words(
        "序号 {index} 的声明原文与摘要不符", "the statement at index {index} does not have its digest"
    ),
    "FSCK_COLUMNS": Words(
        "序号 {index} 的 {column} 与声明原文不符", "column {column} at index {index} is not what the statement says"
    ),
    "FSCK_SIGNATURE": Words("序号 {index} 的签名格式不对", "the signature at index {index} is malformed"),
    "FSCK_BLOCK": Words(
        "序号 {index} 的区块 {got} 早于前一条的 {expected}",
        "block {got} at index {index} is below {expected} before it",
    ),
    "FSCK_CONTENT_MISSING": Words("序号 {index} 没有内容行", "index {index} has no content row"),
    "FSCK_CONTENT": Words(
        "序号 {index} 的内容与声明中的根不符或无法解密", "the content at index {index} is not the one signed"
    ),
    "FSCK_TILE": Words(
        "第 {level} 层第 {index} 块瓦片在偏移 {offset} 处与条目不符",
        "tile {index} of level {level} differs from the entries at byte {offset}",
    ),
    "FSCK_TILE_MISSING": Words("缺少第 {level} 层第 {index} 块瓦片", "tile {index} of level {level} is missing"),
    "FSCK_TILE_EXTRA": Words("多出第 {level} 层第 {index} 块瓦片", "tile {index} of level {level} should not be there"),
    "FSCK_HEAD": Words(
        "主题的最新声明记为 {got}，应为 {expected}", "a subject's head is noted as index {got}, it is {expected}"
    ),
    "FSCK_SUCCESSION": Words(
        "序号 {index} 的取代者记为 {got}，应为 {expected}",
        "index {index} is noted as replaced by {got}, not {expected}",
    ),
    "FSCK_ENDING": Words(
        "序号 {index} 的撤回者记为 {got}，应为 {expected}",
        "index {index} is noted as withdrawn by {got}, not {expected}",
    ),
    "FSCK_TOPIC": Words(
        "主题索引记为 {got}，应为 {expected}",
        "the index of topics has {got}, not {expected}",
    ),
    "FSCK_CLAIM": Words(
        "号段登记为 {got}，按内容应为 {expected}",
        "the claimed numbers are noted as {got}, the contents give {expected}",
    ),
    "FSCK_MOVE": Words(
        "账户变动记为 {got}，按内容应为 {expected}",
        "the moves of accounts are noted as {got}, the contents give {expected}",
    ),
    "FSCK_BALANCE": Words(
        "账户 {account} 的余额记为 {got} {unit}，各笔合计为 {expected} {unit}",
        "the balance of account {account} is noted as {got} {unit}, its moves add up to {expected} {unit}",
    ),
    "FSCK_CHECKPOINT": Words(
        "规模 {size} 的检查点根 {got} 与条目算出的 {expected} 不符",
        "the checkpoint of size {size} has root {got}, the entries give {expected}",
    ),
    "FSCK_CHECKPOINT_SIZE": Words(
        "检查点规模 {size} 大于日志的 {got} 条", "there is a checkpoint of size {size}, but only {got} entries"
    ),
    "FSCK_EVENTS": Words(
        "合约 {contract} 的事件记录断裂：{got}", "the events of {contract} do not form a chain: {got}"
    ),
}
