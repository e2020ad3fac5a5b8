"""Words of the log: proofs, tiles and checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ledger.words.form import Words

WORDS: Final[Mapping[str, Words]] = {
    "INCLUSION_INDEX": Words(
        "序号 {index} 不在规模为 {size} 的日志之内。请核对收据中的序号与检查点规模。",
        "Index {index} is not inside a log of size {size}. Compare the receipt's index with its checkpoint.",
    ),
    "INCLUSION_ROOT": Words(
        "包含证明算出的根 {got} 与检查点的根 {expected} 不符：条目或证明被改动，或属于另一日志。",
        "The inclusion proof leads to root {got}, the checkpoint says {expected}: the entry or the proof was "
        "altered, or belongs to another log.",
    ),
    "CONSISTENCY_SIZES": Words(
        "日志规模只能增长：旧规模 {old_size}，新规模 {new_size}。",
        "A log only grows: old size {old_size}, new size {new_size}.",
    ),
    "CONSISTENCY_OLD_ROOT": Words(
        "一致性证明算出的旧根 {got} 与旧检查点的根 {expected} 不符：新日志不是旧日志的延续。",
        "The consistency proof leads to old root {got}, the old checkpoint says {expected}: the new log does "
        "not extend the old one.",
    ),
    "CONSISTENCY_NEW_ROOT": Words(
        "一致性证明算出的新根 {got} 与新检查点的根 {expected} 不符：新日志不是旧日志的延续。",
        "The consistency proof leads to new root {got}, the new checkpoint says {expected}: the new log does "
        "not extend the old one.",
    ),
    "PROOF_LENGTH": Words(
        "证明含 {got} 个哈希，按规模与序号应为 {expected} 个。",
        "The proof holds {got} hashes; its size and index call for {expected}.",
    ),
    "PROOF_HASH_LENGTH": Words(
        "证明中的哈希长 {got} 字节，应为 {expected} 字节。",
        "A hash of the proof has {got} bytes instead of {expected}.",
    ),
    "FRONTIER_SHAPE": Words(
        "规模 {size} 的日志前沿不应有 {hashes} 个哈希；请由瓦片重新读取。",
        "A log of size {size} cannot have a frontier of {hashes} hashes; read it from the tiles again.",
    ),
    "TILE_PATH": Words(
        "{path} 不是瓦片路径。",
        "{path} is not the path of a tile.",
    ),
    "TILE_WIDTH": Words(
        "瓦片 {path} 有 {got} 字节，至少应有 {expected} 字节且为整数个哈希。请由条目重建瓦片。",
        "Tile {path} has {got} bytes; it takes whole hashes and at least {expected} bytes. Rebuild the tiles "
        "from the entries.",
    ),
    "TILE_NODE": Words(
        "规模 {size} 的日志尚无完整节点（层 {level}，序号 {index}）。",
        "A log of size {size} has no complete node at level {level}, index {index} yet.",
    ),
    "BUNDLE_WIDTH": Words(
        "条目包含 {got} 个条目，应为 {expected} 个（每包 1 至 256 个）。",
        "The bundle holds {got} entries, not {expected} (a bundle takes 1 to 256).",
    ),
    "BUNDLE_TRUNCATED": Words(
        "条目包有 {got} 字节，却在一个条目中间结束；至少应有 {expected} 字节。",
        "The bundle ends inside an entry: {got} bytes, at least {expected} needed.",
    ),
    "BUNDLE_ENTRY_LENGTH": Words(
        "条目长 {got} 字节，超过条目包的上限 {limit} 字节。",
        "An entry of {got} bytes does not fit a bundle, whose limit is {limit} bytes.",
    ),
    "CHECKPOINT_FORM": Words(
        "检查点须恰好三行：日志名、规模、根（base64），不得有多余内容。",
        "A checkpoint is exactly three lines: origin, size, root in base64; nothing else.",
    ),
    "CHECKPOINT_ORIGIN": Words(
        "日志名 {got} 不可用：不得为空，不得含空格或加号。",
        "{got} cannot be the name of a log: not empty, no spaces, no plus sign.",
    ),
    "CHECKPOINT_SIZE": Words(
        "检查点的规模 {got} 超出 0 至 2^63-1。",
        "The checkpoint's size {got} is not between 0 and 2^63-1.",
    ),
    "CHECKPOINT_ROOT": Words(
        "检查点的根长 {got} 字节，应为 {expected} 字节。",
        "The checkpoint's root has {got} bytes instead of {expected}.",
    ),
    "CHECKPOINT_OTHER_LOG": Words(
        "检查点属于日志 {got}，信任文件所列为 {expected}。",
        "The checkpoint is of log {got}; the trust file names {expected}.",
    ),
    "NOTE_FORM": Words(
        "不是签名笔记（C2SP signed-note）：须为正文、一个空行和签名行。",
        "Not a signed note (C2SP signed-note): a text, an empty line, then signature lines.",
    ),
    "NOTE_KEY": Words(
        "日志密钥不成形：名称、密钥编号、类型与密钥须互相吻合（Ed25519）。",
        "The log key is malformed: name, key id, type and key have to agree (Ed25519).",
    ),
    "NOTE_UNSIGNED": Words(
        "检查点没有密钥 {name} 的签名。请核对信任文件中的日志密钥。",
        "The checkpoint bears no signature by key {name}. Compare the log key in the trust file.",
    ),
    "NOTE_SIGNATURE": Words(
        "检查点上密钥 {name} 的签名不成立：内容被改动，或并非由该日志签署。",
        "The signature by key {name} does not hold: the checkpoint was altered, or the log did not sign it.",
    ),
}
