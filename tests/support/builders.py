"""Valid statements, contents and registry states by role, without a chain: what a test changes is the defect it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from eth_abi.abi import encode

from ledger.disclosures import parse_content
from ledger.events import ChainEvent, ContractName, EventReader, RawLog, load_abi, verify_event_chain
from ledger.identifiers import digest_to_text
from ledger.kinds import kind_named
from ledger.registry import OPEN, Registry, name_to_word, organisation_hash
from ledger.signing import address_of, sign
from ledger.statement import ZERO_TEXT, Domain, Statement, keccak

DOMAIN = Domain(chain_id=20240808, log="0x" + "5a" * 20)
NOW = 1_767_225_600
"""2026-01-01T00:00:00Z: when statements are issued, unless a test says otherwise."""

# the fictional organisations of the golden part, with right check characters
STEEL = "91310113MADEM0011A"
PRESS = "91320585MADEM002X4"
CARMAKER = "91310115MADEM0038Y"
PUBLISHER = "urn:tanji:factors"
ORGANISATIONS = {STEEL: "沪江钢铁(示例)有限公司", PRESS: "太仓嘉安冲压(示例)有限公司",
                 CARMAKER: "东海汽车(示例)股份有限公司", PUBLISHER: "因子发布方(示例)"}  # fmt: skip


def private_key(role: str) -> bytes:
    """The key of a role, such as `supplier` or an organisation's identifier; the same in every run."""
    return sha256(b"tanji test key " + role.encode()).digest()


def address(role: str) -> bytes:
    """The 20-byte address of a role's key."""
    return address_of(private_key(role))


class EventWriter:
    """Numbered events of one contract, as the contract itself would emit them."""

    def __init__(self, contract: ContractName) -> None:
        self.contract: ContractName = contract
        self.abi = load_abi(contract)
        self.reader = EventReader(contract)
        self.logs: list[RawLog] = []
        self.events: list[ChainEvent] = []
        self.count, self.head = 0, bytes(32)

    def emit(self, name: str, block: int, /, **arguments: Any) -> ChainEvent:
        """One event at `block`; integers, bytes, texts and tuples by the names in the ABI."""
        item = next(i for i in self.abi if i["type"] == "event" and i["name"] == name)
        topic = keccak(f"{name}({','.join(i['type'] for i in item['inputs'])})".encode())
        values: Mapping[str, Any] = {"sequence": self.count, "prior": self.head, **arguments}
        topics, types, body = [topic], [], []
        for field in item["inputs"]:
            value = values[field["name"]]
            if field["indexed"]:
                topics.append(value.to_bytes(32, "big") if isinstance(value, int) else value.rjust(32, b"\0"))
            else:
                types.append(field["type"])
                body.append(list(value) if isinstance(value, tuple) else value)
        transaction = keccak(b"transaction" + self.count.to_bytes(8, "big"))
        log = RawLog(b"\x5a" * 20, block, transaction, self.count, tuple(topics), encode(types, body))
        event = self.reader.read(log)
        self.count, self.head = verify_event_chain([event], self.abi, count=self.count, head=self.head)
        self.logs.append(log)
        self.events.append(event)
        return event


class RegistryWriter(EventWriter):
    """The organisation registry's events, with a word for what tests do most."""

    def __init__(self) -> None:
        super().__init__("registry")

    def organisation(self, id_: str, *, name: str = "示例", key: bytes | None = None, block: int = 1) -> None:
        """A registered organisation with one key, that of the role called by its identifier."""
        self.emit("OrganisationRegistered", block, organisation=organisation_hash(id_), id=id_, name=name)
        self.key(id_, address(id_) if key is None else key, block)

    def key(self, id_: str, key: bytes, block: int) -> None:
        """A further key."""
        self.emit("KeyAdded", block, organisation=organisation_hash(id_), key=key)

    def end_key(self, id_: str, key: bytes, block: int) -> None:
        """The end of a key."""
        self.emit("KeyEnded", block, organisation=organisation_hash(id_), key=key)

    def grant(self, id_: str, role: str, scope: str = "", *, block: int = 1, start: int = 1, until: int = OPEN) -> None:
        """A role."""
        self.emit("RoleGranted", block, organisation=organisation_hash(id_), role=name_to_word(role),
                  scope=name_to_word(scope), fromBlock=start, untilBlock=until)  # fmt: skip

    def delegate(self, id_: str, delegate: bytes, scope: str = "", *, block: int = 1, until: int = OPEN) -> None:
        """A delegate."""
        self.emit("DelegateAdded", block, organisation=organisation_hash(id_), delegate=delegate,
                  scope=name_to_word(scope), untilBlock=until)  # fmt: skip

    def registry(self) -> Registry:
        """What the events so far say."""
        return Registry.of(self.events)


def standard_registry() -> RegistryWriter:
    """Three firms that may declare and a publisher of factors, all from block 1."""
    writer = RegistryWriter()
    for id_, name in ORGANISATIONS.items():
        writer.organisation(id_, name=name)
        writer.grant(id_, "factor-publisher" if id_ == PUBLISHER else "declarant")
    return writer


@dataclass(frozen=True, slots=True)
class Signed:
    """A statement with its content's text and signature."""

    statement: Statement
    signature: bytes
    text: bytes

    @property
    def digest(self) -> bytes:
        """The statement's digest in the tests' domain."""
        return self.statement.digest(DOMAIN)


def signed(kind: str, organisation: str, content: Mapping[str, Any], /, *, previous: bytes | None = None,
           key: bytes | None = None, seed: bytes | None = None, domain: Domain = DOMAIN,
           **changes: Any) -> Signed:  # fmt: skip
    """A signed statement on `content`; `changes` to the envelope are made before signing.

    The salts follow from the content and `seed`, so that a test's bytes are the same in every run.
    """
    found = kind_named(kind)
    model = found.content.model_validate(content)
    text = found.disclose(model, seed or sha256(repr(content).encode()).digest())
    fields = {
        "kind": kind, "organisation": organisation, "headline": found.headline(model), "subject": found.subject(model),
        "content": digest_to_text(parse_content(text).root),
        "previous": digest_to_text(previous) if previous else ZERO_TEXT, "issuedAt": NOW,
    }  # fmt: skip
    statement = Statement.model_validate({**fields, **changes})
    return Signed(statement, sign(statement, domain, key or private_key(organisation)), text)


def factor_content(value: str = "0.5777", *, series: str = "elec-fp-cn", year: int = 2024) -> dict[str, Any]:
    """A factor for one kWh."""
    return {
        "header": {"version": 1, "series": series, "name": "全国电力平均碳足迹因子", "kind": "footprint",
                   "gas_basis": "CO2e", "geography": "CN", "year": year, "valid_from": f"{year}-01-01"},
        "result": {"value": value, "per": "kWh"},
        "source": {"document": "示例公告", "published": str(year), "printed": value, "certainty": "A"},
    }  # fmt: skip


def gas_line(amount: str, name: str = "直接排放") -> dict[str, Any]:
    """A line that emits `amount` kg of CO2."""
    return {"kind": "process", "stage": "production", "name": name, "amount": amount, "unit": "kg",
            "source": {"type": "gas", "gas": "CO2", "value": "1", "per": "kg"}, "emission": amount}  # fmt: skip


def power_line(factor: bytes, amount: str = "1.0000", emission: str = "0.5777") -> dict[str, Any]:
    """A line of electricity on a factor from `factor_content()`."""
    return {"kind": "electricity", "stage": "production", "name": "电网电力", "amount": amount, "unit": "kWh",
            "source": {"type": "factor", "digest": digest_to_text(factor), "value": "0.5777", "per": "kWh"},
            "emission": emission}  # fmt: skip


def footprint_content(*lines: dict[str, Any], product_id: str = "CR-COIL", footprint: str = "2.5000",
                      product: str = "冷轧卷") -> dict[str, Any]:  # fmt: skip
    """A declaration of 1 t; without lines, one gas that adds up to `footprint`."""
    return {
        "header": {"version": 1, "product": product, "product_id": product_id, "unit": "t", "amount": "1",
                   "period_start": "2025-01-01", "period_end": "2025-12-31", "boundary": "cradle-to-gate",
                   "geography": "CN-SH", "gwp": "AR5"},
        "result": {"footprint": footprint},
        "production": {"output": "1"},
        "lines": lines or (gas_line(footprint),),
    }  # fmt: skip


def factor(value: str = "0.5777", *, year: int = 2024, series: str = "elec-fp-cn", **options: Any) -> Signed:
    """A factor by the publisher."""
    return signed("factor", PUBLISHER, factor_content(value, year=year, series=series), **options)


def footprint(organisation: str = STEEL, *lines: dict[str, Any], product_id: str = "CR-COIL", value: str = "2.5000",
              product: str = "冷轧卷", **options: Any) -> Signed:  # fmt: skip
    """A declaration by `organisation`."""
    content = footprint_content(*lines, product_id=product_id, footprint=value, product=product)
    return signed("footprint", organisation, content, **options)


def withdrawal(target: bytes, organisation: str = STEEL, *, reason: str = "计量表校准失效", **options: Any) -> Signed:
    """The withdrawal of `target`."""
    content = {"header": {"version": 1, "target": digest_to_text(target), "reason": reason}}
    return signed("withdrawal", organisation, content, **options)
