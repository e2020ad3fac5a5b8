"""`tanji org`: organisations, their roles and delegates, as the chain's registry holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.chainside import (
    AccountOption,
    KeyOption,
    RegistrarOption,
    account_key,
    decide,
    load_deployment,
    open_chain,
    registrar_keys,
    registry_of,
    send,
)
from api.commands import govern
from api.console import Json, PasswordFile, session, write_json, write_line
from ledger.errors import InputError
from ledger.exits import EXIT_HELP
from ledger.identifiers import parse_address, parse_organisation

if TYPE_CHECKING:
    from ledger.registry import Registry

app = typer.Typer(
    no_args_is_help=True,
    epilog=EXIT_HELP,
    help="组织：登记、角色、委托。Organisations: register, roles, delegates.",
)
role_app = typer.Typer(no_args_is_help=True, epilog=EXIT_HELP, help="角色：授予、收回。Roles: grant, revoke.")
app.add_typer(role_app, name="role")
app.add_typer(govern.app, name="propose")
app.command("proposals", epilog=EXIT_HELP)(govern.proposals)
app.command("approve", epilog=EXIT_HELP)(govern.approve)
app.command("withdraw-approval", epilog=EXIT_HELP)(govern.withdraw_approval)

Id = Annotated[str, typer.Argument(help="统一社会信用代码，或境外组织的 urn:。Credit code, or a urn: abroad.")]
Scope = Annotated[str, typer.Option("--scope", help="范围，空为不限。Scope, any when empty.")]


@app.command("register")
def register(
    ctx: typer.Context,
    organisation: Id,
    name: Annotated[str, typer.Argument(help="名称。Name.")],
    address: Annotated[str, typer.Argument(help="首个钥匙的地址。Address of its first key.")],
    role: Annotated[
        list[str] | None,
        typer.Option("--role", help="同时授予的角色，如 declarant。Roles to grant too, such as declarant."),
    ] = None,
    guardian: Annotated[
        list[str] | None, typer.Option("--guardian", help="监护人地址，可多次。Guardian's address, repeated.")
    ] = None,
    guardian_threshold: Annotated[int, typer.Option(help="找回所需的监护人数。How many guardians recover.")] = 0,
    registrar: RegistrarOption = None,
    password_file: PasswordFile = None,
) -> None:
    """登记一个组织及其首个钥匙（登记方按门限共同决定）。Register an organisation, decided by the registrars.

    所有登记方的钥匙都在本机时用；在各自机器上时用 tanji org propose。
    With all registrars' keys on this machine; on machines of their own: tanji org propose.

    例 example: tanji org register 91320585MADEM002X4 太仓嘉安冲压 0x… --role declarant
    """
    with open_chain(session(ctx).settings) as client:
        registry = registry_of(client)
        calls = govern.registration(registry, organisation, name, address, role, guardian, guardian_threshold)
        decide(client, registrar_keys(ctx, client, registrar, password_file), calls)
    write_line(organisation)


def read_registry(ctx: typer.Context) -> Registry:
    """The registry's history, proven complete against the contract's own count and rolling hash."""
    from ledger.chain.history import EventHistory
    from ledger.registry import Registry

    settings = session(ctx).settings
    with open_chain(settings) as client:
        history = EventHistory(client, "registry", load_deployment(settings).first_block)
        history.update()
        return Registry.of(history.events)


@app.command("list")
def list_(ctx: typer.Context, *, json_: Json = False) -> None:
    """已登记的组织。The registered organisations."""
    found = read_registry(ctx).organisations()
    if json_:
        write_json({"organisations": [{"id": o.id, "name": o.name, "block": o.block} for o in found]})
        return
    for organisation in found:
        write_line(f"{organisation.id}  {organisation.name}")


@app.command("show")
def show(ctx: typer.Context, organisation: Id, *, json_: Json = False) -> None:
    """一个组织的钥匙、角色和委托，含有效区块。One organisation's keys, roles and delegates with their blocks."""
    from ledger.registry import word_to_name as text

    registry = read_registry(ctx)
    found = registry.organisation(parse_organisation(organisation))
    if found is None:
        raise InputError("ORGANISATION_UNKNOWN", got=organisation)
    keys = [
        _range("key", "0x" + k.address.hex(), k.from_block, k.until_block, k.compromised_from)
        for k in registry.keys(organisation)
    ]
    roles = [
        _range("role", f"{text(g.role)} {text(g.scope)}", g.from_block, g.until_block)
        for g in registry.grants(organisation)
    ]
    delegates = [
        _range("delegate", f"0x{d.delegate.hex()} {text(d.scope)}", d.from_block, d.until_block)
        for d in registry.delegations(organisation)
    ]
    if json_:
        write_json({"id": found.id, "name": found.name, "block": found.block, "held": [*keys, *roles, *delegates]})
        return
    write_line(f"{found.id}  {found.name}  区块 block {found.block}")
    for item in (*keys, *roles, *delegates):
        until = item["until"] if item["until"] is not None else "…"
        bad = f"  泄露自 compromised from {item['compromised_from']}" if item["compromised_from"] is not None else ""
        write_line(f"  {item['what']:8} {item['name']}  [{item['from']}, {until}){bad}")


def _range(what: str, name: str, start: int, until: int, compromised: int | None = None) -> dict[str, object]:
    from ledger.registry import OPEN

    return {
        "what": what,
        "name": name.strip(),
        "from": start,
        "until": None if until == OPEN else until,
        "compromised_from": None if compromised in (None, OPEN) else compromised,
    }


Role = Annotated[str, typer.Argument(help="角色：declarant、factor-publisher…。Role.")]


@role_app.command("grant")
def grant(
    ctx: typer.Context,
    organisation: Id,
    role: Role,
    scope: Scope = "",
    until: Annotated[int, typer.Option(help="失效区块。First block at which it does not hold.")] = 2**64 - 1,
    registrar: RegistrarOption = None,
    password_file: PasswordFile = None,
) -> None:
    """授予角色。Grant a role."""
    with open_chain(session(ctx).settings) as client:
        call = registry_of(client).grant_role(parse_organisation(organisation), role, scope, 0, until)
        decide(client, registrar_keys(ctx, client, registrar, password_file), [call])
    write_line(f"{organisation} {role} {scope}".rstrip())


@role_app.command("revoke")
def revoke(
    ctx: typer.Context,
    organisation: Id,
    role: Role,
    scope: Scope = "",
    registrar: RegistrarOption = None,
    password_file: PasswordFile = None,
) -> None:
    """收回角色；此前的签署仍然有效。Revoke a role; what was signed before stays valid."""
    with open_chain(session(ctx).settings) as client:
        call = registry_of(client).revoke_role(parse_organisation(organisation), role, scope)
        decide(client, registrar_keys(ctx, client, registrar, password_file), [call])
    write_line(f"{organisation} {role} {scope}".rstrip())


@app.command("delegate")
def delegate(
    ctx: typer.Context,
    organisation: Id,
    address: Annotated[str, typer.Argument(help="受托人地址。The delegate's address.")],
    scope: Annotated[str, typer.Option("--scope", help="声明类型，空为不限。Kind of statement, any when empty.")] = "",
    until: Annotated[int, typer.Option(help="失效区块。First block at which it does not hold.")] = 2**64 - 1,
    key: KeyOption = None,
    account: AccountOption = None,
    password_file: PasswordFile = None,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="结束委托。End the delegation.")] = False,
) -> None:
    """委托他人代签，或结束委托（由本组织的钥匙发送）。Let another account sign for you, or end that."""
    known, other = parse_organisation(organisation), parse_address(address)
    secret = account_key(ctx, key, account, password_file)
    with open_chain(session(ctx).settings) as client:
        registry = registry_of(client)
        call = registry.remove_delegate(known, other, scope) if remove else registry.add_delegate(
            known, other, scope, until
        )  # fmt: skip
        send(client, secret, call)
    write_line(f"{organisation} {address} {scope}".rstrip())
