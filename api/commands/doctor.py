"""`tanji doctor`: looks at everything a ledger on this machine rests on, changes nothing, and says what to do."""

from __future__ import annotations

import base64
import hashlib
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import typer

from api.console import Json, Session, session, write_json, write_line
from api.settings import Settings
from ledger.errors import SourceError, TanjiError
from ledger.exits import Exit

State = Literal["ok", "warning", "bad", "unavailable", "skipped"]
MIN_DISK_BYTES: Final = 1 << 30
MAX_CLOCK_SKEW_S: Final = 300
_MARKS: Final = {"ok": "✓", "warning": "!", "bad": "✗", "unavailable": "✗", "skipped": "·"}


@dataclass(frozen=True, slots=True)
class Symptom:
    """What one look found."""

    what: str
    state: State
    said: str


def doctor(ctx: typer.Context, *, json_: Json = False) -> None:
    """检查设置、存储、链、时钟、磁盘和安装文件；不改动任何东西。

    Check settings, store, chain, clock, disk and installed files; nothing is changed.
    有问题时退出码 1，数据源不可用时 4。Exit 1 when something is wrong, 4 when a source is unavailable.
    """
    run = session(ctx)
    found = list(examine(run))
    if json_:
        write_json({"checks": [{"what": s.what, "state": s.state, "said": s.said} for s in found]})
    else:
        for symptom in found:
            write_line(f"{_MARKS[symptom.state]} {symptom.what}: {symptom.said}")
    states = {symptom.state for symptom in found}
    if "bad" in states:
        raise typer.Exit(Exit.FAILED)
    if "unavailable" in states:
        raise typer.Exit(Exit.UNAVAILABLE)


def examine(run: Session) -> Iterator[Symptom]:
    """Every look in turn; one that fails does not keep the others from being made."""
    looks: list[tuple[str, Callable[[Settings], tuple[State, str]]]] = [
        ("Python", lambda _: ("ok" if sys.version_info >= (3, 11) else "bad", sys.version.split()[0])),
        ("安装文件 installed files", lambda _: _installed()),
        ("设置 settings", lambda settings: ("ok", f"{settings.home}，{settings.language}")),
        ("磁盘 disk", _disk),
        ("信任文件 trust file", _trust),
        ("存储 store", _store),
        ("锚定 anchoring", _anchoring),
        ("链 chain", _chain),
        ("时钟 clock", _clock),
    ]
    for what, look in looks:
        try:
            state, said = look(run.settings)
        except SourceError as error:
            state, said = "unavailable", f"{error.code} {error.words(run.language)}"
        except TanjiError as error:
            state, said = "bad", f"{error.code} {error.words(_language(run))}"
        yield Symptom(what, state, said)


def _language(run: Session) -> str:
    try:
        return run.language
    except TanjiError:
        return "zh"


def _installed() -> tuple[State, str]:
    """Every file of the distribution against the hash that its RECORD gives."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        files = distribution("tanji").files or []
    except PackageNotFoundError:
        return "warning", "没有安装，直接从源码运行 not installed, running from source"
    changed = [
        str(f) for f in files if f.hash and f.hash.mode == "sha256" and _differs(Path(str(f.locate())), f.hash.value)
    ]
    if changed:
        return "bad", "、".join(changed[:5])
    return "ok", f"{len(files)} 个文件与 RECORD 一致 files agree with RECORD"


def _differs(path: Path, expected: str) -> bool:
    if not path.is_file():
        return True
    digest = hashlib.sha256(path.read_bytes()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != expected


def _disk(settings: Settings) -> tuple[State, str]:
    folder = next(p for p in (settings.home, *settings.home.resolve().parents) if p.exists())
    free = shutil.disk_usage(folder).free
    return ("ok" if free >= MIN_DISK_BYTES else "bad"), f"{free / (1 << 30):.1f} GiB 可用 free"


def _trust(settings: Settings) -> tuple[State, str]:
    from ledger.trust import TrustFile

    if not settings.trust.is_file():
        return "skipped", f"没有 {settings.trust} none yet"
    trust = TrustFile.load(settings.trust)
    return "ok", f"{trust.origin}，链 chain {trust.chain_id}"


def _store(settings: Settings) -> tuple[State, str]:
    from api.counter import open_own_store

    if not settings.deployment.is_file():
        return "skipped", "还没有账本 no ledger yet"
    with open_own_store(settings) as store, store.read() as reader:
        return (
            "ok",
            f"{reader.size()} 条 entries，{len(reader.checkpoints(anchored=True))} 个检查点 checkpoints anchored",
        )


def _anchoring(settings: Settings) -> tuple[State, str]:
    from api.counter import open_own_store
    from ledger.anchor_checks import anchor_status
    from ledger.store.anchoring import open_anchor_store

    if not settings.deployment.is_file():
        return "skipped", "还没有账本 no ledger yet"
    with open_own_store(settings) as store:
        anchors = open_anchor_store(settings.database_url)
        try:
            found = anchor_status(anchors, store)
        finally:
            anchors.engine.dispose()
    if found.incidents:
        said = "、".join(f"{i.id} {i.code}" for i in found.incidents)
        return "bad" if found.quarantined else "warning", f"事件 incidents {said}：tanji incident list"
    return "ok", f"{found.backlog} 条待锚定 entries waiting"


def _chain(settings: Settings) -> tuple[State, str]:
    from api.chainside import open_chain

    if not settings.deployment.is_file():
        return "skipped", "还没有账本 no ledger yet"
    with open_chain(settings) as client:
        return (
            "ok",
            f"链 chain {client.chain_id}，区块 block {client.block_number()}，创世块与代码一致 genesis and code agree",
        )


def _clock(settings: Settings) -> tuple[State, str]:
    from api.chainside import open_chain

    if not settings.deployment.is_file():
        return "skipped", "还没有账本 no ledger yet"
    with open_chain(settings) as client:
        ahead = client.block(client.block_number()).time_s - time.time()
    state: State = "warning" if ahead > MAX_CLOCK_SKEW_S else "ok"
    return state, f"最新区块比本机早 the newest block is {-ahead:.0f} s old"
