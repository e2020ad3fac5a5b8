"""The times of the anchors' blocks, as an audit folder has them: `chain/times.jsonl` (ledger/SPEC.md).

One RFC 8785 object a line, `{"block":N,"time":S}`, blocks ascending, S in Unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ledger.canonical import canonical_bytes, parse_canonical
from ledger.errors import EvidenceError

TIMES_FILE: Final = "chain/times.jsonl"
"""Its place in the folder."""
LATEST_S: Final = 100_000_000_000
"""No block was or will soon be made at this many seconds (year 5138): who writes more has counted milliseconds."""


def write_times(times: Mapping[int, int]) -> bytes:
    """The file's bytes. `times` are Unix seconds by block number."""
    lines = [canonical_bytes({"block": block, "time": times[block]}) for block in sorted(times)]
    return b"".join(line + b"\n" for line in lines)


def read_times(data: bytes) -> dict[int, int]:
    """Unix seconds by block number.

    Raises `EvidenceError` BLOCK_TIMES_FILE for any other writing, a block out of order, or a time that is no seconds.
    """
    times: dict[int, int] = {}
    last = -1
    lines = data.split(b"\n")
    if lines.pop():
        raise EvidenceError("BLOCK_TIMES_FILE", line=len(lines) + 1, got="no line end")
    for number, line in enumerate(lines, start=1):
        try:
            fields = parse_canonical(line)
        except EvidenceError as err:
            raise EvidenceError("BLOCK_TIMES_FILE", line=number, got=err.code) from err
        if not isinstance(fields, dict) or fields.keys() != {"block", "time"}:
            raise EvidenceError("BLOCK_TIMES_FILE", line=number, got="fields")
        block, time = fields["block"], fields["time"]
        if not _is_natural(block) or not _is_natural(time) or block <= last or not is_plausible(time):
            raise EvidenceError("BLOCK_TIMES_FILE", line=number, got=f"{block!r:.30}, {time!r:.30}")
        times[block], last = time, block
    return times


def is_plausible(time: int) -> bool:
    """Whether a node's word on a block can be Unix seconds."""
    return 0 < time < LATEST_S


def _is_natural(value: object) -> bool:
    return type(value) is int and value >= 0
