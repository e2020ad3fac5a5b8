"""`tanji demo`: the whole main job on made-up organisations and official factors, with its frauds."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from api.commands.chain import Tools, tools_folder
from api.console import Json, session, write_json


def demo(
    ctx: typer.Context,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", help="保留账本文件夹，链不停。Keep the ledger in this folder and the chain running."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", help="白车身核查报告（网页与 PDF）写到此文件夹。The body's report, as page and PDF."),
    ] = None,
    tools: Tools = None,
    *,
    json_: Json = False,
) -> None:
    """演示：冷轧卷 → 车门内板 → 白车身，签署、登记、锚定、核查；再篡改一位数字，再试各种错误。

    The demonstration: coil → part → body, signed, registered, anchored, verified; then one digit is changed, and every
    wrong variant is tried. 组织均为虚构 made-up organisations. 结束后不留任何进程 nothing is left running.
    """
    from api.demo import run_demo

    run = session(ctx)
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tanji-demo-")))
        folder.mkdir(parents=True, exist_ok=True)
        kept = keep is not None
        found = run_demo(run, folder, tools_folder(tools), keep=kept, quiet=json_, reports=report)
    if json_:
        write_json(found)
