"""`tanji declare`: a draft becomes a calculated statement, ready to be signed."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.console import Json, err, session, write_file, write_json, write_line
from ledger.errors import InputError

if TYPE_CHECKING:
    from api.request import Request


def declare(
    ctx: typer.Context,
    draft: Annotated[Path | None, typer.Argument(help="草稿：.yml .json .csv .xlsx。The draft.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="待签文件名。Name of the file to sign.")] = None,
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="取代该产品、期间的现有声明。Replace the live declaration.")
    ] = False,
    example: Annotated[
        str | None,
        typer.Option(
            "--example", help="打印示例草稿：yml、json、csv，或写全的 full。Print an example draft; full says all."
        ),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option("--template", help="写出供填写的工作簿 .xlsx。Write a workbook to fill in, in Excel or WPS."),
    ] = None,
    json_: Json = False,
) -> None:
    """由草稿计算产品碳足迹，写出待签文件。Calculate a draft and write the statement to be signed.

    因子和上游数值从账本取得并锁定。Factors and upstream values are looked up in the ledger and pinned.
    有错则一次列全，不写任何文件。All errors are listed at once and nothing is written.

    例 example: tanji declare --example yml > door.yml；tanji declare door.yml
    表格 workbook: tanji declare --template door.xlsx；tanji declare door.xlsx
    """
    if template is not None:
        _write_template(template)
        return
    if example is not None:
        write_line(_example(example))
        return
    if draft is None:
        raise InputError("DRAFT_FIELD_MISSING", field="DRAFT")
    from api.counter import open_ledger
    from api.declaring import build
    from api.drafts import read_draft
    from api.request import new_request

    read = read_draft(draft)
    with open_ledger(session(ctx).settings) as ledger:
        organisation, content = build(read, ledger.book)
        request = new_request("footprint", organisation, content, ledger.domain)
        head = ledger.book.head(organisation, "footprint", request.statement.subject)
        if head is not None:
            if not replace:
                raise InputError("SUBJECT_HAS_HEAD", place=str(draft), got="0x" + head.hex())
            request = new_request("footprint", organisation, content, ledger.domain, previous=head)
    target = out or draft.with_name(f"{draft.stem}.request.json")
    write_file(target, request.to_bytes())
    _show(request, content, target, json_=json_)


def _write_template(path: Path) -> None:
    """An empty workbook under `path`, named on stdout. Raises `InputError` for another ending."""
    from api.template import template

    if path.suffix.lower() != ".xlsx":
        raise InputError("DRAFT_CHOICE", place="--template", got=path.name[:40], expected=f"{path.stem}.xlsx")
    write_file(path, template())
    write_line(str(path))


def _example(name: str) -> str:
    file = "example_full.yml" if name == "full" else f"example_draft.{name}"
    found = files("api").joinpath(f"data/{file}")
    if name not in ("yml", "json", "csv", "full") or not found.is_file():
        raise InputError("DRAFT_CHOICE", place="--example", got=name[:20], expected="yml、json、csv、full")
    return found.read_text(encoding="utf-8").rstrip("\n")


def _show(request: Request, content: Any, target: Path, *, json_: bool) -> None:
    if json_:
        lines = [{"name": line.name, "emission": line.emission} for line in content.lines]
        write_json({"file": str(target), "digest": "0x" + request.digest.hex(), "footprint": content.result.footprint,
                    "headline": request.statement.headline, "lines": lines})  # fmt: skip
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(request.statement.headline), title_justify="left")
    for title in ("行 line", "数量 amount", "数值 value", "kgCO2e"):
        table.add_column(title, justify="left" if title.startswith("行") else "right")
    for line in content.lines:
        table.add_row(Text(line.name), f"{line.amount} {line.unit}", f"{line.value} /{line.per}", line.emission)
    table.add_section()
    table.add_row("合计 result", "", "", content.result.footprint)
    err().print(table)
    write_line(str(target))
