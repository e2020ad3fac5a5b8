"""`tanji key`: keystores of an organisation's keys and, on chain, adding, rotating, revoking and recovering them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from api.console import Json, PasswordFile, passphrase, read_file, session, write_file, write_json, write_line
from ledger.errors import InputError
from ledger.exits import EXIT_HELP

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
