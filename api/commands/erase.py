"""`tanji erase`: an owner's right to have a content made unreadable, which leaves every proof as it was."""

from __future__ import annotations

from typing import Annotated

import typer

from api.console import Json, Yes, confirm, err, session, write_json, write_line
from ledger.errors import InputError
from ledger.identifiers import parse_digest


def erase(
    ctx: typer.Context,
    digest: Annotated[str, typer.Argument(help="声明摘要。Digest of the statement whose content is to be erased.")],
    *,
    yes: Yes = False,
    json_: Json = False,
) -> None:
    """应所有者要求擦除一份声明的内容：销毁它的密钥，不可恢复；所有证明仍然有效。

    Erase a content at its owner's request: its key is destroyed for ever, and every proof still holds.

    日志里的条目、签名和标题不变，重放时显示为“未提供” entry, signature and headline stay; a replay says withheld.
    已发出的回执、导出和备份不受影响 what was given out before, and old backups, stay as they are;
    审计文件夹请重新导出 to take it out of an audit folder run tanji export again.

    例 example: tanji erase 0x5c…
    """
    from api.counter import open_own_store
    from ledger.statement import Statement

    wanted = parse_digest(digest)
    with open_own_store(session(ctx).settings) as store:
        with store.read() as reader:
            stored = reader.statement_by_digest(wanted)
        if stored is None:
            raise InputError("STATEMENT_UNKNOWN", got=digest)
        statement = Statement.from_bytes(stored.statement)
        for text in (f"#{stored.index}  {statement.organisation}", statement.headline):
            err().print(text, markup=False, highlight=False, soft_wrap=True)
        confirm(ctx, "永久擦除以上内容？", "Erase this content for ever?", yes=yes)
        fresh = store.erase(stored.index)
    if json_:
        write_json({"digest": digest, "index": stored.index, "erased": True, "repeated": not fresh})
        return
    again = "" if fresh else session(ctx).pick("（此前已擦除）", " (erased before)")
    write_line(f"{digest}  #{stored.index}{again}")
    session(ctx).say(
        "已擦除。审计文件夹请重新导出：tanji export；旧备份中的密钥须另行销毁。",
        "Erased. Export audit folders again: tanji export; keys in old backups must be destroyed where they are.",
    )
