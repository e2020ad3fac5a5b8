"""`tanji anchor`: brings the log's newest checkpoint onto the chain."""

from __future__ import annotations

from typing import Annotated

import typer

from api.chainside import AccountOption, KeyOption, account_key
from api.console import Json, PasswordFile, progress, session, write_json, write_line


def anchor(
    ctx: typer.Context,
    key: KeyOption = None,
    account: AccountOption = None,
    password_file: PasswordFile = None,
    deadline: Annotated[float, typer.Option(help="最多等待的秒数。Seconds to wait at most.")] = 60.0,
    *,
    json_: Json = False,
) -> None:
    """把日志的检查点锚定上链；中途断电、断网后再运行即可接着做完。

    Anchor the log's checkpoint on the chain; after a crash run it again and it goes on where it was.

    例 example: tanji anchor --account operator
    """
    from api.submitting import anchor as anchor_all

    secret = account_key(ctx, key, account, password_file)
    with progress(ctx, "锚定", "anchoring"):
        size = anchor_all(session(ctx).settings, secret, deadline_s=deadline)
    if json_:
        write_json({"anchored_size": size})
    else:
        write_line(str(size))
