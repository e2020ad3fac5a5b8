"""`tanji export`: writes the audit folder that an auditor replays, on a machine without network if need be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.console import Json, progress, read_file, session, write_json, write_line
from ledger.errors import SourceError

if TYPE_CHECKING:
    from ledger.export import Exported


def export(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="审计文件夹。The audit folder.")],
    *,
    json_: Json = False,
) -> None:
    """导出审计文件夹：日志、声明与内容、链上事件。已擦除的内容不在其中。

    Export the audit folder: log, statements with contents, chain events. Erased contents are not in it.
    注意：内容为明文，只交给有权看的人 contents are in clear text: give it only to those who may see them.

    例 example: tanji export audit/；tanji replay audit/
    """
    done = refresh(ctx, folder)
    if json_:
        write_json({"size": done.size, "written": done.written, "kept": done.kept, "removed": done.removed})
        return
    write_line(f"{done.size} 条 entries → {folder}（写 written {done.written}，未变 kept {done.kept}）")


def refresh(ctx: typer.Context, folder: Path) -> Exported:
    """Writes this ledger's audit folder, or what changed in it; without a chain, from the events at hand."""
    from api.counter import open_own_store
    from api.submitting import following
    from ledger.export import export as write_folder

    settings = session(ctx).settings
    with open_own_store(settings) as store, progress(ctx, "导出", "exporting") as advance:
        try:
            with following(settings, store) as (follower, _, _):
                follower.follow()
        except SourceError as err:
            zh, en = "链不可用，按已有事件导出：", "no chain, exporting what is here: "
            session(ctx).say(zh + err.words("zh"), en + err.words("en"))
        deployment = read_file(settings.deployment)
        return write_folder(store, folder, deployment=deployment, progress=advance.to)
