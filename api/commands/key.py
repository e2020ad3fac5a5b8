"""`tanji key`: keystores of an organisation's keys and, on chain, adding, rotating, revoking and recovering them."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.chainside import AccountOption, KeyOption, account_key
from api.console import Json, PasswordFile, passphrase, read_file, session, write_file, write_json, write_line
from ledger.errors import InputError
from ledger.exits import EXIT_HELP
from ledger.identifiers import parse_address, parse_organisation

if TYPE_CHECKING:
    from ledger.chain.contracts import Call, RegistryContract

MIN_PASSPHRASE: Final = 10

app = typer.Typer(
    no_args_is_help=True,
    epilog=EXIT_HELP,
    help="钥匙：新建、更换、吊销、找回。Keys: make, rotate, revoke, recover.",
)

Keystore = Annotated[Path, typer.Argument(help="加密密钥文件。Encrypted key file (Web3 keystore v3).")]


@app.command("new")
def new(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="要写的密钥文件。Key file to write.")],
    password_file: PasswordFile = None,
) -> None:
    """新建钥匙，写成加密文件并显示地址。Make a key, write it encrypted and show its address.

    例 example: tanji key new supplier.json
    """
    from ledger.signing import address_of, new_keystore, open_keystore

    if file.exists():
        raise InputError("FILE_EXISTS", place=str(file))
    secret = passphrase(ctx, password_file, new=True)
    if len(secret) < MIN_PASSPHRASE:
        raise InputError("PASSPHRASE_SHORT", got=len(secret), limit=MIN_PASSPHRASE)
    text = json.dumps(new_keystore(secret))
    write_file(file, text.encode(), secret=True)
    session(ctx).say(
        "口令丢失无法找回：请把密钥文件与口令分开备份。",
        "A lost passphrase cannot be recovered: keep the file and the passphrase in two places.",
    )
    write_line("0x" + address_of(open_keystore(text, secret)).hex())


@app.command("address")
def address(ctx: typer.Context, file: Keystore, password_file: PasswordFile = None, *, json_: Json = False) -> None:
    """显示密钥文件的地址；用口令核对文件内的地址。Show a key file's address, checked with the passphrase."""
    from ledger.signing import address_of, open_keystore

    text = read_file(file).decode("utf-8", "replace")
    found = "0x" + address_of(open_keystore(text, passphrase(ctx, password_file))).hex()
    if json_:
        write_json({"address": found})
    else:
        write_line(found)


NewAddress = Annotated[str, typer.Argument(help="新钥匙的地址。Address of the new key.")]
Organisation = Annotated[str, typer.Argument(help="组织。Organisation.")]


def _send(ctx: typer.Context, secret: bytes, make: Callable[[RegistryContract], Call]) -> None:
    from api.chainside import open_chain, registry_of, send

    with open_chain(session(ctx).settings) as client:
        events = send(client, secret, make(registry_of(client)))
    for event in events:
        write_line(f"{event.name} 区块 block {event.block}")


@app.command("add")
def add(
    ctx: typer.Context, organisation: Organisation, address: NewAddress, key: KeyOption = None,
    account: AccountOption = None, password_file: PasswordFile = None,
) -> None:  # fmt: skip
    """为本组织增加一把钥匙。Add a key to your organisation, sent by a live key of it."""
    new_key, known = parse_address(address), parse_organisation(organisation)
    _send(ctx, account_key(ctx, key, account, password_file), lambda registry: registry.add_key(known, new_key))


@app.command("rotate")
def rotate(
    ctx: typer.Context, address: NewAddress, key: KeyOption = None, account: AccountOption = None,
    password_file: PasswordFile = None,
) -> None:  # fmt: skip
    """用新钥匙替换发送的钥匙；旧签名仍可证明。Replace the sending key; its old signatures stay provable."""
    new_key = parse_address(address)
    _send(ctx, account_key(ctx, key, account, password_file), lambda registry: registry.rotate_key(new_key))


@app.command("revoke")
def revoke(
    ctx: typer.Context, address: Annotated[str, typer.Argument(help="要吊销的地址。Address to end.")],
    key: KeyOption = None, account: AccountOption = None, password_file: PasswordFile = None,
) -> None:  # fmt: skip
    """吊销本组织的一把钥匙，例如员工离职。End a key of your organisation, as when someone leaves."""
    old = parse_address(address)
    _send(ctx, account_key(ctx, key, account, password_file), lambda registry: registry.revoke_key(old))


@app.command("report-compromise")
def report_compromise(
    ctx: typer.Context, address: Annotated[str, typer.Argument(help="泄露的地址。The stolen key's address.")],
    since: Annotated[int, typer.Option("--since", help="自哪个区块起不可信。Block from which it is not trusted.")],
    key: KeyOption = None, account: AccountOption = None, password_file: PasswordFile = None,
) -> None:  # fmt: skip
    """报告钥匙泄露：该区块起的签名不再算数，不可撤销。Report a stolen key; this cannot be undone."""
    stolen = parse_address(address)
    secret = account_key(ctx, key, account, password_file)
    _send(ctx, secret, lambda registry: registry.report_compromise(stolen, since))


@app.command("guardians")
def guardians(
    ctx: typer.Context, organisation: Organisation,
    guardian: Annotated[list[str], typer.Argument(help="监护人地址。Guardians' addresses.")],
    threshold: Annotated[int, typer.Option("--threshold", help="找回所需人数。How many of them recover.")],
    key: KeyOption = None, account: AccountOption = None, password_file: PasswordFile = None,
) -> None:  # fmt: skip
    """设定监护人，等待期后生效。Set guardians; in force after the delay, so that a thief cannot swap them."""
    known, chosen = parse_organisation(organisation), [parse_address(text) for text in guardian]
    secret = account_key(ctx, key, account, password_file)
    _send(ctx, secret, lambda registry: registry.set_guardians(known, chosen, threshold))


class RecoveryStep(StrEnum):
    """The four steps of a recovery."""

    START = "start"
    APPROVE = "approve"
    VETO = "veto"
    COMPLETE = "complete"


@app.command("recover")
def recover(
    ctx: typer.Context, step: Annotated[RecoveryStep, typer.Argument(help="步骤。Step.")], organisation: Organisation,
    address: Annotated[str | None, typer.Argument(help="新钥匙的地址。The new key's address.")] = None,
    key: KeyOption = None, account: AccountOption = None, password_file: PasswordFile = None,
) -> None:  # fmt: skip
    """由监护人找回：start、approve（监护人），veto（任一有效钥匙），complete（等待期后任何人）。

    Recovery by guardians: start and approve by guardians, veto by any live key, complete by anyone after the delay.
    """
    known = parse_organisation(organisation)
    needs_key = step in (RecoveryStep.START, RecoveryStep.APPROVE)
    if needs_key != (address is not None):
        raise InputError("RECOVERY_ADDRESS")
    new_key = parse_address(address) if address is not None else b""
    secret = account_key(ctx, key, account, password_file)
    steps: dict[RecoveryStep, Callable[[RegistryContract], Call]] = {
        RecoveryStep.START: lambda registry: registry.start_recovery(known, new_key),
        RecoveryStep.APPROVE: lambda registry: registry.approve_recovery(known, new_key),
        RecoveryStep.VETO: lambda registry: registry.veto_recovery(known),
        RecoveryStep.COMPLETE: lambda registry: registry.complete_recovery(known),
    }
    _send(ctx, secret, steps[step])
