"""`tanji org propose`, `approve`, `withdraw-approval` and `proposals`: registrars who decide on machines of their own.

Each province keeps its own key file. One proposes, the others read in words what is proposed and approve; the
contract acts with the last approval that the threshold asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from api.chainside import AccountOption, KeyOption, account_key, load_deployment, open_chain, registry_of, sender_of
from api.console import Json, PasswordFile, Yes, confirm, err, session, write_json, write_line
from ledger.errors import RefusedError
from ledger.exits import EXIT_HELP
from ledger.identifiers import parse_address, parse_organisation

if TYPE_CHECKING:
    from ledger.chain.client import ChainClient
    from ledger.chain.contracts import Call, LogContract, Proposal, RegistryContract
    from ledger.chain.proposals import Proposals, Proposed

app = typer.Typer(
    no_args_is_help=True,
    epilog=EXIT_HELP,
    help="由一位登记方提议，其他登记方在各自的机器上批准。Proposed by one registrar, approved by others elsewhere.",
)

Address = Annotated[str, typer.Argument(help="账户地址。Address of an account.")]
Organisation = Annotated[
    str, typer.Argument(help="统一社会信用代码，或境外组织的 urn:。Credit code, or a urn: abroad.")
]
Role = Annotated[str, typer.Argument(help="角色：declarant、factor-publisher…。Role.")]
Scope = Annotated[str, typer.Option("--scope", help="范围，空为不限。Scope, any when empty.")]
Until = Annotated[int, typer.Option(help="失效区块。First block at which it does not hold.")]
Number = Annotated[int, typer.Argument(help="提案号。Number of the proposal.", min=0)]
_OPEN = 2**64 - 1


def registration(
    registry: RegistryContract, organisation: str, name: str, address: str,
    roles: list[str] | None, guardians: list[str] | None, guardian_threshold: int,
) -> list[Call]:  # fmt: skip
    """The calls that admit an organisation and grant its first roles. Raises `InputError` for what is malformed."""
    known, key = parse_organisation(organisation), parse_address(address)
    chosen = [parse_address(text) for text in guardians or ()]
    calls = [registry.register_organisation(known, name, key, chosen, guardian_threshold)]
    return calls + [registry.grant_role(known, role) for role in roles or ()]


def _log_of(client: ChainClient) -> LogContract:
    from ledger.chain.contracts import LogContract

    return LogContract(client)


def _propose(ctx: typer.Context, secret: bytes, make: Callable[[ChainClient], list[Call]]) -> None:
    from ledger.chain.governance import propose

    with open_chain(session(ctx).settings) as client:
        registry = registry_of(client)
        number, _ = propose(registry, sender_of(client, secret), make(client))
        state, threshold = registry.proposal(number), registry.threshold()
    done = _state(ctx, state, threshold)
    session(ctx).say(
        f"提案 {number}：{done}。其他登记方：tanji org approve {number} --key 自己的密钥文件",
        f"proposal {number}: {done}. The other registrars: tanji org approve {number} --key THEIR-KEY-FILE",
    )
    write_line(str(number))


def _state(ctx: typer.Context, state: Proposal, threshold: int) -> str:
    pick = session(ctx).pick
    if state.executed:
        return pick("已执行", "executed")
    return pick(f"批准 {state.approvals}/{threshold}", f"approvals {state.approvals}/{threshold}")


@app.command("register")
def register(
    ctx: typer.Context, organisation: Organisation, name: Annotated[str, typer.Argument(help="名称。Name.")],
    address: Annotated[str, typer.Argument(help="首个钥匙的地址。Address of its first key.")],
    role: Annotated[list[str] | None, typer.Option("--role", help="同时授予的角色。Roles to grant too.")] = None,
    guardian: Annotated[list[str] | None, typer.Option("--guardian", help="监护人地址。Guardian's address.")] = None,
    guardian_threshold: Annotated[int, typer.Option(help="找回所需的监护人数。How many guardians recover.")] = 0,
    key: KeyOption = None, account: AccountOption = None, password_file: PasswordFile = None,
) -> None:  # fmt: skip
    """提议登记一个组织。Propose to register an organisation.

    例 example: tanji org propose register 91320585MADEM002X4 太仓嘉安冲压 0x… --role declarant --key shanghai.key
    """
    secret = account_key(ctx, key, account, password_file)
    _propose(ctx, secret, lambda client: registration(
        registry_of(client), organisation, name, address, role, guardian, guardian_threshold
    ))  # fmt: skip


@app.command("grant")
def grant(
    ctx: typer.Context, organisation: Organisation, role: Role, scope: Scope = "", until: Until = _OPEN,
    key: KeyOption = None, account: AccountOption = None, password_file: PasswordFile = None,
) -> None:  # fmt: skip
    """提议授予角色。Propose to grant a role."""
    known, secret = parse_organisation(organisation), account_key(ctx, key, account, password_file)
    _propose(ctx, secret, lambda client: [registry_of(client).grant_role(known, role, scope, 0, until)])


@app.command("revoke")
def revoke(
    ctx: typer.Context, organisation: Organisation, role: Role, scope: Scope = "",
    key: KeyOption = None, account: AccountOption = None, password_file: PasswordFile = None,
) -> None:  # fmt: skip
    """提议收回角色。Propose to revoke a role."""
    known, secret = parse_organisation(organisation), account_key(ctx, key, account, password_file)
    _propose(ctx, secret, lambda client: [registry_of(client).revoke_role(known, role, scope)])


@app.command("end-key")
def end_key(
    ctx: typer.Context, address: Address, since: Annotated[
        int | None, typer.Option("--since", help="已泄露：自此区块起不可信。Stolen since this block, for ever.")
    ] = None, key: KeyOption = None, account: AccountOption = None, password_file: PasswordFile = None,
) -> None:  # fmt: skip
    """提议吊销任何组织的钥匙，例如其钥匙全部丢失。Propose to end a key of any organisation."""
    old, secret = parse_address(address), account_key(ctx, key, account, password_file)
    _propose(ctx, secret, lambda client: [
        registry_of(client).revoke_key(old) if since is None else registry_of(client).report_compromise(old, since)
    ])  # fmt: skip


@app.command("registrar")
def registrar(
    ctx: typer.Context, address: Address, threshold: Annotated[
        int | None, typer.Option("--threshold", help="同时改门限。Change the threshold with it.")
    ] = None, key: KeyOption = None, account: AccountOption = None, password_file: PasswordFile = None,
    *, remove: Annotated[bool, typer.Option("--remove", help="去除。Remove it.")] = False,
) -> None:  # fmt: skip
    """提议增加或去除一位登记方。Propose to add a registrar, or to remove one."""
    who, secret = parse_address(address), account_key(ctx, key, account, password_file)

    def make(client: ChainClient) -> list[Call]:
        registry = registry_of(client)
        new = [] if threshold is None else [registry.set_threshold(threshold)]
        # the threshold must never exceed the number of registrars, not even between two calls
        return [*new, registry.remove_registrar(who)] if remove else [registry.add_registrar(who), *new]

    _propose(ctx, secret, make)


@app.command("operator")
def operator(
    ctx: typer.Context, address: Address, key: KeyOption = None, account: AccountOption = None,
    password_file: PasswordFile = None, *,
    remove: Annotated[bool, typer.Option("--remove", help="不再准许。Allow it no more.")] = False,
) -> None:  # fmt: skip
    """提议准许或不再准许一个账户锚定日志。Propose who may anchor the log."""
    who, secret = parse_address(address), account_key(ctx, key, account, password_file)
    _propose(ctx, secret, lambda client: [
        _log_of(client).remove_operator(who) if remove else _log_of(client).add_operator(who)
    ])  # fmt: skip


def _read_proposals(ctx: typer.Context, client: ChainClient) -> Proposals:
    from ledger.chain.history import EventHistory
    from ledger.chain.proposals import Proposals

    history = EventHistory(client, "registry", load_deployment(session(ctx).settings).first_block)
    history.update()
    return Proposals(client, history.events)


def _lines(ctx: typer.Context, found: Proposals, proposed: Proposed, threshold: int) -> list[str]:
    from ledger.catalogue import render

    pick, language = session(ctx).pick, session(ctx).language
    proposer, so_far = "0x" + proposed.proposer.hex(), f"{proposed.approvals}/{threshold}"
    head = pick(
        f"提案 {proposed.id}，批准 {so_far}，由 {proposer} 在区块 {proposed.block} 提出",
        f"proposal {proposed.id}, approvals {so_far}, by {proposer} in block {proposed.block}",
    )
    return [head, *(f"  - {render(s.code, s.values, language=language)}" for s in found.spoken(proposed))]


def proposals(ctx: typer.Context, *, json_: Json = False) -> None:
    """等待批准的提案，逐条写明要做什么。The proposals that wait for approvals, and what each would do."""
    with open_chain(session(ctx).settings) as client:
        found, threshold = _read_proposals(ctx, client), registry_of(client).threshold()
        waiting = found.waiting()
    if json_:
        write_json({"threshold": threshold, "proposals": [
            {"id": p.id, "proposer": "0x" + p.proposer.hex(), "block": p.block, "approvals": p.approvals,
             "approvers": ["0x" + a.hex() for a in p.approvers],
             "calls": [{"code": s.code, **s.values} for s in found.spoken(p)]} for p in waiting
        ]})  # fmt: skip
        return
    for proposed in waiting:
        for line in _lines(ctx, found, proposed, threshold):
            write_line(line)


def approve(
    ctx: typer.Context, number: Number, key: KeyOption = None, account: AccountOption = None,
    password_file: PasswordFile = None, *, yes: Yes = False,
) -> None:  # fmt: skip
    """批准一个提案：先逐条显示要做什么，再确认。Approve a proposal after reading what it would do.

    内容取自链上并与合约的摘要核对 the calls are read from the chain and compared with the contract's hash.

    例 example: tanji org approve 7 --key jiangsu.key
    """
    from ledger.chain.governance import approve as approve_calls

    with open_chain(session(ctx).settings) as client:
        registry, found = registry_of(client), _read_proposals(ctx, client)
        proposed, threshold = found.proposal(number), registry.threshold()
        if proposed.executed:
            raise RefusedError("PROPOSAL_DONE", proposal=number)
        for line in _lines(ctx, found, proposed, threshold):
            err().print(line, markup=False, highlight=False, soft_wrap=True)
        confirm(ctx, "批准以上内容？", "Approve the above?", yes=yes)
        secret = account_key(ctx, key, account, password_file)
        approve_calls(registry, sender_of(client, secret), number, proposed.calls)
        state = registry.proposal(number)
    write_line(_state(ctx, state, threshold))


def withdraw_approval(
    ctx: typer.Context, number: Number, key: KeyOption = None, account: AccountOption = None,
    password_file: PasswordFile = None,
) -> None:  # fmt: skip
    """收回自己对提案的批准。Take back your approval of a proposal."""
    secret = account_key(ctx, key, account, password_file)
    with open_chain(session(ctx).settings) as client:
        sender_of(client, secret).transact(registry_of(client).withdraw_approval(number), "registry")
    write_line(session(ctx).pick(f"已收回对提案 {number} 的批准", f"approval of proposal {number} taken back"))
