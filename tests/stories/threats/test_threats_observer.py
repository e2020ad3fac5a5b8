"""What somebody learns who sees all of the chain and all public files of the log, and holds no statement."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support.anchoring import Office, Site, site_of
from support.builders import CARMAKER, PRESS, STEEL, Signed, footprint_content, gas_line, signed
from support.chain import Chain
from support.volumes import PAPER

from ledger.disclosures import parse_content
from ledger.entry import Entry
from ledger.errors import EvidenceError
from ledger.export import export
from ledger.identifiers import digest_to_text
from ledger.merkle import leaf_hash
from ledger.sequencer import Submission
from ledger.signing import address_of, recover
from ledger.statement import Domain, keccak
from ledger.tiles import decode_bundle

pytestmark = pytest.mark.chain

PRODUCTS = {"CR-COIL": "冷轧卷", "AL-SHEET": "铝板", "DOOR-L": "车门内板"}
VALUES = tuple(f"2.{tenth}000" for tenth in range(10))
QUANTITIES = ("100", "200", "300", "400")
BUYERS = (PRESS, CARMAKER)
WORD = 66
"""Length of 32 bytes in hexadecimal."""


class Sale(NamedTuple):
    """A product declared at a value, and some of it handed to a customer."""

    product: str
    value: str
    quantity: str
    buyer: str


ONE, OTHER = Sale("CR-COIL", "2.5000", "300", PRESS), Sale("DOOR-L", "2.9000", "100", CARMAKER)


class View(NamedTuple):
    """What an observer has: the public files, and a node's answers as one JSON text."""

    files: dict[str, bytes]
    node: list[Any]

    def texts(self) -> list[bytes]:
        return [*self.files.values(), json.dumps(self.node, ensure_ascii=False).encode()]

    def words(self) -> set[bytes]:
        """Every 32 bytes that stand anywhere, also in hexadecimal and base64."""
        whole = list(self.texts())
        for text in self.texts():
            whole.extend(bytes.fromhex(found.decode()) for found in re.findall(rb"0x((?:[0-9a-f]{2}){32,})", text))
        whole.extend(
            b64decode(found)
            for found in re.findall(rb"(?:[A-Za-z0-9+/]{4}){10,}(?:[A-Za-z0-9+/]{3}=)?", self.files["checkpoint"])
        )
        return {data[at : at + 32] for data in whole for at in range(len(data) - 31)}

    def entries(self) -> list[Entry]:
        ((name, data),) = [(name, data) for name, data in self.files.items() if name.startswith("tile/entries/")]
        return [Entry.from_bytes(entry) for entry in decode_bundle(data, int(name.rpartition("/")[2]))]

    def shape(self) -> object:
        """The view without what hashes, signatures and clocks make of it: names, lengths, structure, blocks, accounts."""
        files = {name: len(data) for name, data in self.files.items() if not name.startswith("chain/")}
        lines = [[_shape(json.loads(line)) for line in data.splitlines()] for name, data in self.files.items()
                 if name.startswith("chain/")]  # fmt: skip
        signers = [recover(entry.digest, entry.signature) for entry in self.entries()]
        return files, lines, _shape(self.node), signers, [entry.block for entry in self.entries()]


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_shape(one) for one in value]
    # what is shorter than a hash is a quantity: those of times and gas vary with clocks and with zeros in a hash, and
    # the halves of a signature are written without leading zeros
    return max(len(value), WORD) if isinstance(value, str) and len(value) > WORD - 16 else type(value).__name__


def declaration(sale: Sale, seed: bytes | None, domain: Domain, key: bytes) -> Signed:
    content = footprint_content(gas_line(sale.value), product_id=sale.product, footprint=sale.value,
                                product=PRODUCTS[sale.product])  # fmt: skip
    content["production"]["quantity"] = "400"
    return signed("footprint", STEEL, content, seed=seed, domain=domain, key=key)


def delivery(sale: Sale, of: bytes, seed: bytes | None, domain: Domain, key: bytes) -> Signed:
    header = {"version": 1, "number": "D-1", "declaration": digest_to_text(of), "buyer": sale.buyer,
              "quantity": sale.quantity, "unit": "t", "shipped": "2025-06-01", "note": PAPER}  # fmt: skip
    return signed("delivery", STEEL, {"header": header}, seed=seed, domain=domain, key=key)


def observed(site: Site, sale: Sale, folder: Path, *, salted: bool) -> View:
    """A ledger of one sale on the chain, and what the world sees of it. Unsalted: the salts follow from the contents."""
    seeds = [secrets.token_bytes(32) if salted else None for _ in range(2)]
    with Office(site) as office:
        office.follower.follow()
        declared = declaration(sale, seeds[0], site.domain, site.supplier_key)
        sold = delivery(sale, declared.statement.digest(site.domain), seeds[1], site.domain, site.supplier_key)
        done = office.sequencer.register_batch([Submission(i.statement, i.signature, i.text) for i in (declared, sold)])
        assert [getattr(one, "index", one) for one in done] == [0, 1]
        office.anchor()
        export(office.store, folder)
        node = list(_told_by(office))
    public = [path for path in sorted(folder.rglob("*")) if path.is_file() and "statements" not in path.parts]
    return View({str(path.relative_to(folder)): path.read_bytes() for path in public}, node)


def _told_by(office: Office) -> Iterator[Any]:
    """Every block with its transactions and their receipts, and the contracts' code and storage."""
    ask = office.client.rpc.ask
    for number in range(office.client.block_number() + 1):
        block = ask("eth_getBlockByNumber", hex(number), True)
        yield block
        yield [ask("eth_getTransactionReceipt", transaction["hash"]) for transaction in block["transactions"]]
    for pinned in office.site.contracts.values():
        address = "0x" + pinned.address.hex()
        yield ask("eth_getCode", address, "latest")
        yield [ask("eth_getStorageAt", address, hex(slot), "latest") for slot in range(32)]


def guessed(view: View, domain: Domain) -> set[tuple[str, Any]]:
    """What an observer finds by trying all products, values, quantities and customers against every word of the view."""
    words, key = view.words(), bytes(31) + b"\1"
    found: set[tuple[str, Any]] = set()
    for seed in (None, bytes(32)):  # salts that anybody can make
        for product in PRODUCTS:
            for value in VALUES:
                sale = Sale(product, value, "", "")
                if _traces(declaration(sale, seed, domain, key), domain) & words:
                    found.add((product, value))
        for quantity in QUANTITIES:
            for buyer in BUYERS:
                sale = Sale("", "", quantity, buyer)
                tried = (delivery(sale, entry.digest, seed, domain, key) for entry in view.entries())
                if any(_traces(one, domain) & words for one in tried):
                    found.add((quantity, buyer))
    return found


def _traces(item: Signed, domain: Domain) -> set[bytes]:
    """Hashes that a statement could leave in public, with the salts at hand and without any."""
    statement = item.statement
    parts = item.text.split(b"\n")
    plain = [
        json.dumps(json.loads(part)[2], ensure_ascii=False, separators=(",", ":"), sort_keys=True) for part in parts
    ]
    texts = [*parts, item.text, statement.to_bytes(), *(text.encode() for text in
             (statement.headline, statement.subject, *plain, *statement.subject.split("|")))]  # fmt: skip
    hashes = {make(text) for text in texts for make in (keccak, leaf_hash, lambda data: hashlib.sha256(data).digest())}
    bare = statement.model_copy(update={"content": digest_to_text(bytes(32))})
    return hashes | {bytes.fromhex(statement.content[2:]), statement.digest(domain), bare.digest(domain)}


def test_threat_32_an_observer_learns_neither_products_nor_values_nor_customers(chain: Chain, tmp_path: Path) -> None:
    """With random salts no guess is confirmed and two sales look alike; with salts that follow from what is signed,
    the same search names product, value, quantity and customer."""
    site = site_of(chain, f"sqlite:///{tmp_path}/ledger.db")
    views = {}
    for name, sale, salted in (("one", ONE, True), ("other", OTHER, True), ("control", ONE, False)):
        before = chain.client.rpc.ask("evm_snapshot")
        here = Site(**{**vars(site), "database": f"sqlite:///{tmp_path}/{name}.db"})
        views[name] = observed(here, sale, tmp_path / name, salted=salted)
        assert chain.client.rpc.ask("evm_revert", before) is True
    one, other, control = views["one"], views["other"], views["control"]
    assert one.shape() == other.shape()
    for name, sale in (("one", ONE), ("other", OTHER)):
        assert guessed(views[name], site.domain) == set()
        shown = b"\n".join(views[name].texts())
        secret = (sale.product, PRODUCTS[sale.product], sale.value, sale.buyer)
        assert [text for text in secret if text.encode() in shown or text.encode().hex().encode() in shown] == []
    assert guessed(control, site.domain) == {(ONE.product, ONE.value), (ONE.quantity, ONE.buyer)}
    with pytest.raises(EvidenceError) as refused:
        parse_content(b'["","header",{"product":"CR-COIL"}]')
    assert refused.value.code == "PART_FORMAT", "nothing can be signed without a salt"
    # what they do learn: who signed, how many statements, and when
    assert one.shape()[3] == [address_of(site.supplier_key)] * 2  # type: ignore[index]
