"""`tanji submit` and `tanji status`: into the log, and what became of a statement."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.chainside import open_chain
from api.console import Json, read_file, session, write_json, write_line
from ledger.errors import InputError, SourceError
from ledger.exits import Exit
from ledger.identifiers import parse_digest

if TYPE_CHECKING:
    from ledger.store.anchoring import AnchorStore

STALLED_S: Final = 60.0


def submit(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="已签文件，可多份。Signed files, one or more.")],
    *,
    json_: Json = False,
) -> None:
    """提交已签声明，登记进日志；不合规则者连同代码被拒绝。

    Submit signed statements for registration; what breaks a rule is refused with its code.
    登记后还要等锚定 anchoring comes later: tanji status

    例 example: tanji submit door.signed.json
    """
    from api.request import Request
    from api.submitting import submit as register

    requests = [(Request.from_bytes(read_file(file), str(file)), file.name) for file in files]
    for request, place in requests:
        if request.signature is None:
            raise InputError("REQUEST_NOT_SIGNED", place=place)
    done = register(session(ctx).settings, requests)
    if json_:
        found = [{"digest": "0x" + r.digest.hex(), "index": r.index, "block": r.entry.block, "repeated": r.repeated}
                 for r in done]  # fmt: skip
        write_json({"registered": found})
        return
    for registration in done:
        again = session(ctx).pick("（此前已登记）", " (registered before)") if registration.repeated else ""
        write_line(f"0x{registration.digest.hex()}  #{registration.index}{again}")


def status(
    ctx: typer.Context,
    digest: Annotated[
        str | None, typer.Argument(help="声明摘要；不给则显示整个账本。A digest, or the whole ledger.")
    ] = None,
    stalled_after: Annotated[
        float, typer.Option(help="链停多少秒算停滞。Seconds without a block after which the chain counts as stalled.")
    ] = STALLED_S,
    *,
    json_: Json = False,
) -> None:
    """声明是否已登记、已锚定、被取代或撤回；尚未锚定、链停滞、存储落后于链或有未处理事件时退出码 3。

    Whether a statement is registered, anchored, replaced or withdrawn; exit 3 while it is not anchored, the chain is
    stalled, the store is behind the chain, or an incident keeps anchoring back.
    """
    facts, done = _ledger_facts(ctx, stalled_after) if digest is None else _statement_facts(ctx, digest)
    if json_:
        write_json(facts)
    else:
        for name, value in facts.items():
            write_line(f"{name}: {value if value is not None else '-'}")
    if not done:
        raise typer.Exit(Exit.INCOMPLETE)


def _ledger_facts(ctx: typer.Context, patience_s: float) -> tuple[dict[str, object], bool]:
    from api.counter import open_own_store
    from ledger.anchor_checks import anchor_status
    from ledger.store.anchoring import open_anchor_store

    settings = session(ctx).settings
    with open_own_store(settings) as store:
        anchors = open_anchor_store(settings.database_url)
        try:
            found = anchor_status(anchors, store)
            with store.read() as reader:
                checkpoints = len(reader.checkpoints(anchored=True))
            chain, moves = _chain_fact(ctx, anchors, found.entries, patience_s)
        finally:
            anchors.engine.dispose()
    facts: dict[str, object] = {
        "entries": found.entries,
        "anchored": found.anchored,
        "checkpoints": checkpoints,
        "waiting": found.backlog,
        "checkpoint_on_its_way": f"{found.pending} {found.state}" if found.pending else None,
        "chain": chain,
        "incidents": [f"{i.id} {i.code}" for i in found.incidents],
    }
    return facts, not found.backlog and moves and not found.quarantined


def _chain_fact(ctx: typer.Context, anchors: AnchorStore, entries: int, patience_s: float) -> tuple[str, bool]:
    """What the node says of itself, in words; a node that is away is told, and keeps nothing from being shown."""
    from ledger.anchor_checks import behind_chain, stalled

    try:
        with open_chain(session(ctx).settings, attempts=1, timeout_s=3.0) as client:
            block = client.block_number()
            finding = behind_chain(entries, client) or stalled(anchors, client, time.time(), patience_s)
    except (SourceError, InputError) as err:
        return f"{err.code}  {err.words(session(ctx).language)}", True
    if finding is not None:
        return f"{finding.code}  {finding.words(session(ctx).language)}", False
    return session(ctx).pick(f"区块 {block}", f"block {block}"), True


def _statement_facts(ctx: typer.Context, digest: str) -> tuple[dict[str, object], bool]:
    from api.counter import open_own_store

    wanted = parse_digest(digest)
    with open_own_store(session(ctx).settings) as store, store.read() as reader:
        stored = reader.statement_by_digest(wanted)
        if stored is None:
            raise InputError("STATEMENT_UNKNOWN", got=digest)
        known = reader.known([wanted])[wanted]
        anchored = [point for point in reader.checkpoints(anchored=True) if point.size > stored.index]
        facts: dict[str, object] = {
            "digest": digest,
            "index": stored.index,
            "kind": stored.kind,
            "organisation": stored.organisation,
            "subject": stored.subject,
            "block": stored.entry.block,
            "anchored_in_block": anchored[0].block if anchored else None,
            "checkpoint_size": anchored[0].size if anchored else None,
            "replaced_by_index": known.superseded,
            "withdrawn_by_index": known.ended,
        }
        return facts, bool(anchored)
