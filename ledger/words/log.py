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
}
