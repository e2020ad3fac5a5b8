"""Makes audit folders of any size for the benchmarks: real signatures, chains of declarations, chain events, no node.

A folder depends on its sizes alone. Every declaration has twelve lines: on declarations of earlier tiers and on
factors, or, in the first tier, direct emissions and factors. One line in eight has to convert its unit, and one
declaration in sixteen stands for an output of 1,000, so that exact fractions are met too.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from eth_abi.abi import encode
from rich.progress import track

from ledger.calculation import line_emission, total
from ledger.checkpoint import Checkpoint, SignerKey, sign_checkpoint
from ledger.disclosures import content_root
from ledger.entry import Entry
from ledger.events import ContractName, EventReader, RawLog, load_abi, verify_event_chain, write_logs
from ledger.identifiers import digest_to_text
from ledger.kinds import kind_named
from ledger.merkle import Frontier, leaf_hash
from ledger.numbers import round_half_even
from ledger.registry import OPEN, name_to_word, organisation_hash
from ledger.signing import address_of, sign
from ledger.statement import ZERO_TEXT, Domain, Statement, keccak
from ledger.tiles import ENTRIES, TILE_WIDTH, TilePlace, encode_bundle, statements_path, tiles_after
from ledger.trust import TrustedContract, TrustedHead, TrustedHeads, TrustFile

VERSION: Final = 1
"""Goes up when the folders change, so that a cache is not mistaken for what this makes."""
ORGANISATIONS: Final = 500
FACTORS: Final = 60
LINES: Final = 12
DECIMALS: Final = 6
FIRST_BLOCK: Final = 100
PER_ANCHOR: Final = 1_000
ISSUED: Final = 1_767_225_600
PUBLISHER: Final = "urn:bench:factors"
ADDRESSES: Final[dict[ContractName, bytes]] = {"registry": b"\x52" * 20, "log": b"\x4c" * 20}
DOMAIN: Final = Domain(chain_id=20240808, log="0x" + ADDRESSES["log"].hex())
ORIGIN: Final = "bench.example/log"
CHUNK: Final = 64


class Basis(NamedTuple):
    """What a line can rest on."""

    type: str
    digest: str
    value: str
    per: str


class Plan(NamedTuple):
    """A declaration to be made."""

    number: int
    bases: tuple[Basis, ...]


class Made(NamedTuple):
    """A signed statement: its entry's digest and signature, its text, its content's text, and what rests on it."""

    digest: bytes
    signature: bytes
    statement: bytes
    text: bytes
    value: str


class _Line(NamedTuple):
    amount: str
    unit: str
    share: str | None
    value: str
    per: str


def organisation(number: int) -> str:
    """An organisation's identifier; the benchmark's signing keys follow from it and protect nothing."""
    return f"urn:bench:org-{number % ORGANISATIONS:04d}"


@cache
def private_key(organisation: str) -> bytes:
    return sha256(b"tanji benchmark key " + organisation.encode()).digest()


def make_statement(kind: str, issuer: str, content: dict[str, Any], value: str) -> Made:
    """A signed statement; its salts follow from its subject, so that a folder's bytes are always the same."""
    found = kind_named(kind)
    model = found.content.model_validate(content)
    subject = found.subject(model)
    text = found.disclose(model, sha256(subject.encode()).digest())
    statement = Statement(
        kind=kind, organisation=issuer, headline=found.headline(model), subject=subject,
        content=digest_to_text(content_root(text)), previous=ZERO_TEXT, issued_at=ISSUED,
    )  # fmt: skip
    signature = sign(statement, DOMAIN, private_key(issuer))
    return Made(statement.digest(DOMAIN), signature, statement.to_bytes(), text, value)


def make_factor(number: int) -> Made:
    value = f"0.{5000 + number * 37 % 4000}"
    content = {
        "header": {"version": 1, "series": f"factor-{number:03d}", "name": f"示例因子 {number}", "kind": "footprint",
                   "gas_basis": "CO2e", "geography": "CN", "year": 2024, "valid_from": "2024-01-01"},
        "result": {"value": value, "per": "kWh"},
        "source": {"document": "基准测试", "published": "2024", "printed": value, "certainty": "A"},
    }  # fmt: skip
    return make_statement("factor", PUBLISHER, content, value)


def make_declaration(plan: Plan) -> Made:
    chance = random.Random(plan.number)  # noqa: S311 - the same folder in every run
    output = "1000" if plan.number % 16 == 0 else "1"
    lines, exact = [], []
    for basis in plan.bases:
        amount = f"{chance.randrange(1, 1_000) * (1000 if output != '1' else 1) / 10_000:.4f}"
        unit = "MJ" if basis.per == "kWh" and chance.random() < 0.5 else basis.per
        emission = line_emission(_Line(amount, unit, None, basis.value, basis.per), output)
        exact.append(emission)
        lines.append(_line(basis, amount, unit, f"{round_half_even(emission, DECIMALS):f}"))
    value = f"{round_half_even(total(exact), DECIMALS):f}"
    return make_statement("footprint", organisation(plan.number), _content(plan.number, output, lines, value), value)


def _line(basis: Basis, amount: str, unit: str, emission: str) -> dict[str, Any]:
    source: dict[str, str] = {"type": basis.type, "value": basis.value, "per": basis.per}
    source["gas" if basis.type == "gas" else "digest"] = basis.digest
    kind = {"gas": "process", "factor": "electricity", "upstream": "upstream"}[basis.type]
    return {"kind": kind, "stage": "production" if kind != "upstream" else "raw_material", "name": _NAMES[kind],
            "amount": amount, "unit": unit, "source": source, "emission": emission}  # fmt: skip


_NAMES: Final = {"process": "直接排放", "electricity": "电网电力", "upstream": "外购件"}


def _content(number: int, output: str, lines: list[dict[str, Any]], value: str) -> dict[str, Any]:
    return {
        "header": {"version": 1, "product": f"示例产品 {number}", "product_id": product_id(number), "unit": "kg",
                   "amount": "1", "period_start": "2025-01-01", "period_end": "2025-12-31",
                   "boundary": "cradle-to-gate", "geography": "CN-SH", "gwp": "AR5"},
        "result": {"footprint": value},
        "production": {"output": output},
        "lines": tuple(lines),
    }  # fmt: skip


def product_id(number: int) -> str:
    return f"P-{number:07d}"


def declarations(count: int, tiers: int, factors: Sequence[Made], pool: ProcessPoolExecutor) -> Iterator[Made]:
    """`count` declarations in `tiers` tiers of one size; each rests on one of the tier below it at least."""
    chance = random.Random(count)  # noqa: S311 - the same folder in every run
    background = [Basis("factor", digest_to_text(made.digest), made.value, "kWh") for made in factors]
    below: list[Basis] = []
    earlier: list[Basis] = []
    for tier in range(tiers):
        first, last = count * tier // tiers, count * (tier + 1) // tiers
        plans = [Plan(number, _bases(chance, background, below, earlier)) for number in range(first, last)]
        below = []
        for made in pool.map(make_declaration, plans, chunksize=CHUNK):
            below.append(Basis("upstream", digest_to_text(made.digest), made.value, "kg"))
            yield made
        earlier += below


def _bases(
    chance: random.Random, background: Sequence[Basis], below: Sequence[Basis], earlier: Sequence[Basis]
) -> tuple[Basis, ...]:
    factors = chance.sample(background, 3)
    if not below:
        gases = [Basis("gas", "CO2", "1", "kg"), Basis("gas", "CH4", "28", "kg")]
        return (*gases, *chance.choices(background, k=LINES - len(gases) - len(factors)), *factors)
    return (chance.choice(below), *chance.choices(earlier, k=LINES - 1 - len(factors)), *factors)


class Emitter:
    """One contract's numbered events, encoded and hashed as the contract does it (`ledger.events` reads them back)."""

    def __init__(self, contract: ContractName) -> None:
        self.contract: Final[ContractName] = contract
        self.abi: Final = load_abi(contract)
        self._reader: Final = EventReader(contract)
        self._types: Final = {item["name"]: item["inputs"] for item in self.abi if item["type"] == "event"}
        self.logs: Final[list[RawLog]] = []
        self.head = bytes(32)

    def emit(self, name: str, block: int, /, **arguments: Any) -> None:
        inputs = self._types[name]
        values = {"sequence": len(self.logs), "prior": self.head, **arguments}
        topics = [keccak(f"{name}({','.join(field['type'] for field in inputs)})".encode())]
        topics += [encode([field["type"]], [values[field["name"]]]) for field in inputs if field["indexed"]]
        shown = [field for field in inputs if not field["indexed"]]
        data = encode([field["type"] for field in shown], [values[field["name"]] for field in shown])
        transaction = keccak(f"{self.contract} {len(self.logs)}".encode())
        log = RawLog(ADDRESSES[self.contract], block, transaction, 0, tuple(topics), data)
        event = self._reader.read(log)
        _, self.head = verify_event_chain([event], self.abi, count=len(self.logs), head=self.head)
        self.logs.append(log)

    @property
    def trusted(self) -> TrustedHead:
        return TrustedHead(count=len(self.logs), hash=digest_to_text(self.head))

    def lines(self) -> bytes:
        return b"".join(write_logs(self.logs))


def registry_events() -> Emitter:
    """Every organisation with a key and its role, from block 1."""
    found = Emitter("registry")
    for name in [PUBLISHER, *map(organisation, range(ORGANISATIONS))]:
        subject = organisation_hash(name)
        found.emit("OrganisationRegistered", 1, organisation=subject, id=name, name="示例")
        found.emit("KeyAdded", 1, organisation=subject, key=address_of(private_key(name)))
        role = name_to_word("factor-publisher" if name == PUBLISHER else "declarant")
        found.emit("RoleGranted", 1, organisation=subject, role=role, scope=bytes(32), fromBlock=1, untilBlock=OPEN)
    return found


@dataclass
class Writer:
    """Writes bundles as they come, and the tree over them."""

    folder: Path
    size: int = 0
    frontier: Frontier = field(default_factory=Frontier)
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def add(self, made: Sequence[Made], anchors: Emitter) -> None:
        """The next at most 256 statements, with an anchor where a thousand are full."""
        entries = [
            Entry(one.digest, one.signature, FIRST_BLOCK + (self.size + place) // PER_ANCHOR).to_bytes()
            for place, one in enumerate(made)
        ]
        place = TilePlace(ENTRIES, self.size // TILE_WIDTH, len(made))
        self.put(place.path(), encode_bundle(entries))
        self.put(statements_path(place), b"".join(one.statement + b"\n" + one.text + b"\n\n" for one in made))
        leaves = [leaf_hash(entry) for entry in entries]
        for tile in tiles_after(self.size, leaves, lambda level, index: self.tiles[level, index]):
            self.tiles[tile.level, tile.index] = tile.data
        for leaf in leaves:
            self.frontier = self.frontier.extended([leaf])
            self.size += 1
            if self.size % PER_ANCHOR == 0:
                self.anchor(anchors)

    def anchor(self, anchors: Emitter) -> None:
        block = FIRST_BLOCK + -(-self.size // PER_ANCHOR)
        anchors.emit("CheckpointAnchored", block, size=self.size, root=self.frontier.root(), operator=b"\x4f" * 20)

    def put(self, path: str, data: bytes) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def make_folder(folder: Path, count: int, *, tiers: int = 13, processes: int = 2) -> TrustFile:
    """The audit folder of `count` declarations and 60 factors, and the trust file of its reader; kept when whole."""
    marker = folder / "made.txt"
    if marker.exists() and marker.read_text() == _mark(count, tiers):
        return TrustFile.load(folder / "trust.json")
    registry, anchors, writer = registry_events(), Emitter("log"), Writer(folder)
    with ProcessPoolExecutor(processes) as pool:
        factors = list(map(make_factor, range(FACTORS)))
        stream = chain(factors, declarations(count, tiers, factors, pool))
        shown = track(range(-(-(count + FACTORS) // TILE_WIDTH)), description=f"making {count:,}", disable=None)
        for _ in shown:
            writer.add(list(islice(stream, TILE_WIDTH)), anchors)
    if writer.size % PER_ANCHOR:
        writer.anchor(anchors)
    for (level, index), data in writer.tiles.items():
        writer.put(TilePlace(level, index, len(data) // 32).path(), data)
    writer.put("chain/registry.jsonl", registry.lines())
    writer.put("chain/log.jsonl", anchors.lines())
    key = SignerKey(ORIGIN, sha256(b"tanji benchmark log key").digest())
    writer.put("checkpoint", sign_checkpoint(Checkpoint(ORIGIN, writer.size, writer.frontier.root()), key))
    trust = trust_of(registry, anchors, key)
    writer.put("trust.json", trust.to_bytes())
    marker.write_text(_mark(count, tiers))
    return trust


def _mark(count: int, tiers: int) -> str:
    return f"version {VERSION}: {count} declarations in {tiers} tiers\n"


def trust_of(registry: Emitter, log: Emitter, key: SignerKey) -> TrustFile:
    """What a reader trusts, with both event heads pinned, so that no node is needed."""
    last = max(entry.block for entry in (*registry.logs, *log.logs))
    contracts = {
        name: TrustedContract(address="0x" + address.hex(), code_hash=ZERO_TEXT) for name, address in ADDRESSES.items()
    }
    return TrustFile(
        operator="benchmark", chain_id=DOMAIN.chain_id, genesis=ZERO_TEXT, registry=contracts["registry"],
        log=contracts["log"], first_block=0, max_merge_delay=10, origin=ORIGIN, log_key=key.verifier.to_text(),
        heads=TrustedHeads(block=last, registry=registry.trusted, log=log.trusted),
    )  # fmt: skip
