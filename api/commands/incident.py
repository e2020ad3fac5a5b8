"""`tanji incident`: what must not happen and did; while a blocking one is open, nothing is anchored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from api.chainside import AccountOption, KeyOption, account_key
from api.console import Json, PasswordFile, Yes, confirm, err, session, write_json, write_line
from ledger.errors import InputError
from ledger.exits import EXIT_HELP

if TYPE_CHECKING:
    from ledger.store.anchoring import Incident

app = typer.Typer(
    no_args_is_help=True,
    epilog=EXIT_HELP,
    help="锚定事件：查看、放行。Anchoring incidents: list, release.",
)


def _incidents(ctx: typer.Context, *, only_open: bool) -> list[Incident]:
    from api.counter import open_own_store
    from ledger.store.anchoring import open_anchor_store

    settings = session(ctx).settings
    with open_own_store(settings):
        anchors = open_anchor_store(settings.database_url)
        try:
            return anchors.incidents(only_open=only_open)
        finally:
            anchors.engine.dispose()


def _line(ctx: typer.Context, incident: Incident) -> str:
    from ledger.catalogue import render

    pick = session(ctx).pick
    state = pick("阻塞", "blocking") if incident.blocking else pick("提示", "notice")
    if incident.closed is not None:
        state = pick("已放行", "released")
    values = {"size": incident.size, **incident.detail}
    when = datetime.fromtimestamp(incident.opened, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    words = render(incident.code, values, language=session(ctx).language)
    return f"{incident.id}  {state}  {when}  {incident.code}  {words}"


@app.command("list")
def list_(
    ctx: typer.Context,
    *,
    all_: Annotated[bool, typer.Option("--all", help="包括已放行的。Those that were released too.")] = False,
    json_: Json = False,
) -> None:
    """未处理的事件：编号、时间、代码、说明。The open incidents: number, time, code and what happened.

    “阻塞”的在放行前暂停锚定 nothing is anchored before a blocking one is released.
    """
    found = _incidents(ctx, only_open=not all_)
    if json_:
        write_json({"incidents": [
            {"id": i.id, "code": i.code, "size": i.size, "blocking": i.blocking, "opened": i.opened,
             "closed": i.closed, "detail": i.detail} for i in found
        ]})  # fmt: skip
        return
    for incident in found:
        write_line(_line(ctx, incident))


@app.command("release")
def release(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(help="事件编号。Number of the incident.", min=0)],
    key: KeyOption = None,
    account: AccountOption = None,
    password_file: PasswordFile = None,
    *,
    yes: Yes = False,
) -> None:
    """查明原因之后放行：之后可继续锚定。链与存储不允许时拒绝。

    Go on after an incident, once its cause was found. Refused while chain or store do not allow it: a checkpoint of
    unknown origin is adopted only when it is over this store's own rows.

    例 example: tanji incident release 3 --account operator
    """
    from api.submitting import release as release_incident

    incident = next((i for i in _incidents(ctx, only_open=True) if i.id == number), None)
    if incident is None:
        raise InputError("INCIDENT_UNKNOWN", got=number)
    err().print(_line(ctx, incident), markup=False, highlight=False, soft_wrap=True)
    confirm(ctx, "已查明原因，放行？", "Has the cause been found, and may anchoring go on?", yes=yes)
    release_incident(session(ctx).settings, account_key(ctx, key, account, password_file), number)
    write_line(session(ctx).pick(f"事件 {number} 已放行", f"incident {number} released"))
