"""`tanji withdraw`: makes the statement by which an issuer withdraws one of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.console import session, write_file, write_line
from ledger.errors import InputError
from ledger.identifiers import digest_to_text, parse_digest


def withdraw(
    ctx: typer.Context,
    digest: Annotated[str, typer.Argument(help="要撤回的声明摘要。Digest of the statement to withdraw.")],
    reason: Annotated[str, typer.Option("--reason", help="理由，会公开在标题里。Reason, shown in the headline.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="待签文件名。Name of the file to sign.")] = None,
) -> None:
    """撤回本组织的一份声明：写出待签文件，签署并提交后生效。

    Withdraw a statement of your own: writes a file to sign; it takes effect once signed and submitted.
    不会删除任何记录 nothing is deleted.
    """
    from api.counter import open_ledger
    from api.request import new_request
    from ledger.kinds.withdrawal import Withdrawal
    from ledger.statement import check_plain_text

    target = parse_digest(digest)
    try:
        check_plain_text(reason)
    except ValueError as err:
        raise InputError("DRAFT_VALUE", field="--reason", got=str(err)) from err
    with open_ledger(session(ctx).settings) as ledger:
        found = ledger.book.by_digest(target)
        if found is None:
            raise InputError("STATEMENT_UNKNOWN", got=digest)
        header = {"version": 1, "target": digest_to_text(target), "reason": reason}
        content = Withdrawal.model_validate({"header": header})
        request = new_request("withdrawal", found.statement.organisation, content, ledger.domain)
    name = out or Path(f"withdraw-{digest[2:10]}.request.json")
    write_file(name, request.to_bytes())
    write_line(str(name))
