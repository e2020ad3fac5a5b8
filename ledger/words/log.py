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
}
