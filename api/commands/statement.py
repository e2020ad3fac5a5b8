"""`tanji statement`: any kind of statement from a JSON file, for kinds that have no command of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.console import read_file, session, write_file, write_json, write_line
from ledger.errors import EvidenceError, InputError
from ledger.identifiers import digest_to_text, parse_organisation

if TYPE_CHECKING:
    from api.request import Request
    from ledger.statement import Domain


def statement(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(help="声明类型，如 rule、accreditation、verification、sanction。The kind.")],
    file: Annotated[
        Path | None, typer.Argument(help="内容 JSON；不给则打印其格式。The content; without it, its JSON Schema.")
    ] = None,
    organisation: Annotated[str, typer.Option("--by", help="签署组织。The organisation that will sign.")] = "",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="待签文件名。Name of the file to sign.")] = None,
) -> None:
    """从 JSON 内容写出任何类型声明的待签文件；数字写成字符串。Any kind of statement, as a file to sign.

    Numbers are written as strings. 例 example: tanji statement rule pcr.json --by urn:tanji:committee

    已有同一主题的声明时自动取代它 the newest statement on the same subject is named as the one replaced.
    """
    from ledger.kinds import kind_named

    try:
        found = kind_named(kind)
    except EvidenceError as err:
        raise InputError("KIND_UNKNOWN", got=kind[:40]) from err
    if file is None:
        write_json(found.content.model_json_schema())
        return
    issuer = parse_organisation(organisation)
    request = _prepare(ctx, kind, issuer, read_file(file), str(file))
    name = out or Path(f"{kind}-{digest_to_text(request.digest)[2:10]}.request.json")
    write_file(name, request.to_bytes())
    write_line(request.statement.headline)
    write_line(str(name))


def _prepare(ctx: typer.Context, kind: str, issuer: str, data: bytes, place: str) -> Request:
    from api.counter import open_ledger
    from api.request import new_request

    with open_ledger(session(ctx).settings) as ledger:
        first = request_from(kind, issuer, data, ledger.domain, place)
        head = ledger.book.head(issuer, kind, first.statement.subject)
        return first if head is None else new_request(kind, issuer, first.read(), ledger.domain, previous=head)


def request_from(kind: str, issuer: str, data: bytes, domain: Domain, place: str = "") -> Request:
    """The statement in a person's JSON, ready to be signed. Raises `InputError` CONTENT_FORMAT and of `parse_json`."""
    from pydantic import ValidationError

    from api.request import new_request
    from ledger.canonical import parse_json
    from ledger.kinds import kind_named
    from ledger.statement import describe

    value = parse_json(data, place)
    if isinstance(value, dict):
        value = {name: tuple(item) if isinstance(item, list) else item for name, item in value.items()}
    try:
        content = kind_named(kind).content.model_validate(value)
        return new_request(kind, issuer, content, domain)
    except ValidationError as err:
        raise InputError("CONTENT_FORMAT", place=place, got=describe(err)) from err
