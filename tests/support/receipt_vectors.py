"""The vectors of `tests/vectors/receipts`: one defect a file, the file's name says which.

    {"file": "<the receipt's text>", "refused": "", "chain": {...}, "offline": "incomplete"}

`file` is the receipt file's text (`file_hex` its bytes where they are no text), `padded_to` says to how many bytes it is
filled with blanks. `refused` is the code for which it is not read at all. Else `chain` has the verdict with the chain's
events at hand: `status`, all codes that failed, and all that were not checked beyond those that no receipt can
answer; `offline` is the status without the chain. `ledger/` holds the reader's trust file and the chain's events.
Every expectation is written here by hand; none is taken from the verifier.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from support.audit import LOG_KEY, ORIGIN, START, Ledger
from support.builders import DOMAIN, PRESS, PUBLISHER, STEEL, factor, footprint, power_line, private_key
from support.merkle_vectors import flipped

from ledger.canonical import canonical_bytes
from ledger.checkpoint import Checkpoint, SignerKey, sign_checkpoint
from ledger.disclosures import hide
from ledger.receipt import Receipt
from ledger.signing import sign
from ledger.statement import Domain

FOLDER = Path(__file__).parent.parent / "vectors" / "receipts"
ALWAYS_OPEN = {"RECEIPT_CURRENT", "RECEIPT_REFERENCES"}
LINES_OPEN = {"RULE_NOT_NAMED"}
OTHER_KEY = SignerKey(ORIGIN, sha256(b"another key of the same name").digest())
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
LATE = START + 5

Vector = dict[str, Any]
Fields = dict[str, Any]

FACTOR, GOOD, OTHER, FORGED, SUM, ROLE, ENDED, DELAYED = range(8)
"""What stands at which index of the log."""


@cache
def ledger() -> Ledger:
    """Eight entries under one anchored checkpoint; from the fourth on each was admitted though it is wrong."""
    made = Ledger()
    made.registry.end_key(PRESS, made.registry.registry().keys(PRESS)[0].address, START)
    basis = made.add(factor())
    made.add(footprint(STEEL, power_line(basis), product_id="GOOD", value="0.5777"))
    made.add(footprint(STEEL, power_line(basis), product_id="OTHER", value="0.5777"))
    made.add(
        footprint(STEEL, power_line(basis), product_id="FORGED", value="0.5777", headline="产品碳足迹 冷轧卷：0 kgCO2e")
    )
    made.add(footprint(STEEL, power_line(basis), product_id="SUM", value="0.4777"))
    made.add(footprint(PUBLISHER, product_id="ROLE"))
    made.add(footprint(PRESS, product_id="ENDED"))
    made.add(footprint(STEEL, product_id="DELAYED"), block=LATE)
    made.anchor()
    return made


def receipt(index: int = GOOD, *hidden: str) -> Receipt:
    """The sound receipt of an entry, with some parts hidden."""
    return ledger().receipt(index, hide(ledger().items[index].text, hidden))


def fields(index: int = GOOD, *hidden: str) -> Fields:
    """The same as members, to be changed."""
    found: Fields = json.loads(receipt(index, *hidden).to_bytes())
    return found


def files() -> dict[str, bytes]:
    """Every file of the folder by its path in it."""
    made = {f"{name}.json": _text(vector) for name, vector in cases().items()}
    with TemporaryDirectory() as folder:
        ledger().write(Path(folder))
        for path in ("chain/registry.jsonl", "chain/log.jsonl"):
            made[f"ledger/{path}"] = (Path(folder) / path).read_bytes()
    return {**made, "ledger/trust.json": ledger().trust().to_bytes()}


def _text(vector: Vector) -> bytes:
    return (json.dumps(vector, indent=2, ensure_ascii=False) + "\n").encode()


def cases() -> dict[str, Vector]:
    """Every vector by name."""
    made: dict[str, Vector] = {}
    for part in (_sound, _unreadable, _entry, _proof, _checkpoint, _content, _admitted):
        for name, vector in part():
            assert name not in made
            made[name] = vector
    return made


def file_of(vector: Vector) -> bytes:
    """The bytes of the receipt that a vector means."""
    data = bytes.fromhex(vector["file_hex"]) if "file_hex" in vector else vector["file"].encode()
    return data.ljust(vector.get("padded_to", 0))


def _refused(code: str, data: bytes, **further: Any) -> Vector:
    try:
        return {"file": data.decode(), **further, "refused": code}
    except UnicodeDecodeError:
        return {"file_hex": data.hex(), **further, "refused": code}


def _judged(
    given: Fields | Receipt, *failed: str, open_: set[str] = LINES_OPEN, status: str = "", offline: str = ""
) -> Vector:
    """`failed` are the codes that fail with the chain; without one, the status is that of what needs no chain."""
    data = given.to_bytes() if isinstance(given, Receipt) else canonical_bytes(given) + b"\n"
    status = status or ("failed" if failed else "verified")
    offline = offline or ("failed" if failed else "incomplete")
    chain = {"status": status, "failed": sorted(failed), "open": sorted(open_)}
    return {"file": data.decode(), "refused": "", "chain": chain, "offline": offline}


def _with(**changes: Any) -> Fields:
    return {**fields(), **changes}


def _sound() -> Iterator[tuple[str, Vector]]:
    yield "holds", _judged(receipt())
    yield "holds-with-a-hidden-line", _judged(receipt(GOOD, "lines/0000"), open_={"HIDDEN_LINES", "PART_HIDDEN"})
    yield (
        "holds-with-the-result-alone",
        _judged(receipt(GOOD, "lines/0000", "production"), open_={"HIDDEN_LINES", "PART_HIDDEN"}),
    )
    yield "holds-at-the-first-index", _judged(receipt(FACTOR), open_=set())
    transaction = "0x" + "ab" * 32  # helps to find the anchor, and is not what is checked (SPEC, Receipt, 3)
    yield "holds-with-another-transaction", _judged(_with(anchor={**fields()["anchor"], "transaction": transaction}))
    bare = fields()
    del bare["anchor"]
    yield "anchor-missing", _judged(bare, open_={*LINES_OPEN, "RECEIPT_NO_ANCHOR"}, status="incomplete")
    hidden = receipt(FACTOR, "header")
    yield "header-hidden", _judged(hidden, open_={"PART_HIDDEN", "ROLE_UNKNOWN"}, status="incomplete")


def _unreadable() -> Iterator[tuple[str, Vector]]:
    good = receipt().to_bytes()
    for name, changed in {
        "version-unknown": _with(version=2), "version-as-text": _with(version="1"),
    }.items():  # fmt: skip
        yield name, _refused("RECEIPT_VERSION", canonical_bytes(changed))
    without = fields()
    del without["block"]
    nested = {**fields()["statement"], "note": "x"}
    for name, changed in {
        "member-unknown": _with(note="x"), "member-unknown-in-the-statement": _with(statement=nested),
        "member-missing": without, "index-negative": _with(index=-1), "index-as-text": _with(index="1"),
        "index-of-54-bits": _with(index=2**53 - 1) | {"block": -1}, "proof-of-64-nodes": _with(proof=["0x" + "00" * 32] * 64),
        "proof-node-of-31-bytes": _with(proof=["0x" + "00" * 31]), "proof-node-in-capitals": _with(proof=["0x" + "AB" * 32]),
        "signature-of-64-bytes": _with(signature=fields()["signature"][:-2]), "text-empty": _with(text=""),
        "contract-of-19-bytes": _with(anchor={**fields()["anchor"], "contract": "0x" + "5a" * 19}),
        "checkpoint-empty": _with(checkpoint=""),
    }.items():  # fmt: skip
        yield name, _refused("RECEIPT_FORMAT", canonical_bytes(changed))
    yield "no-object", _refused("RECEIPT_FORMAT", b"[1]\n")
    yield "file-too-long", _refused("RECEIPT_FORMAT", good, padded_to=4 * 1024 * 1024 + 1)
    for name, data in {
        "key-twice": good.replace(b'"version":1', b'"version":1,"version":1'), "blank-between": good.replace(b":", b": ", 1),
        "members-in-another-order": b'{"version":1,' + good[1:].replace(b',"version":1', b""),
        "byte-order-mark": b"\xef\xbb\xbf" + good, "two-line-feeds": good + b"\n", "cut-short": good[:-20],
        "no-utf-8": good.replace("冷".encode(), b"\xff\xfe\xfd"), "nested-too-deep": b"[" * 2000 + b"]" * 2000,
        "number-with-a-point": good.replace(b'"version":1', b'"version":1.0'), "empty": b"",
        "version-of-true": good.replace(b'"version":1}', b'"version":true}'),
        "anchor-of-null": canonical_bytes(_with(anchor=None)),
    }.items():  # fmt: skip
        yield name, _refused("NOT_CANONICAL", data)


def _entry() -> Iterator[tuple[str, Vector]]:
    """What the entry is made of; whatever changes it falls out of the tree, and mostly off its signer."""
    signature = bytes.fromhex(fields()["signature"][2:])
    item = ledger().items[GOOD]
    stranger = sign(item.statement, DOMAIN, private_key("stranger"))
    elsewhere = sign(item.statement, Domain(chain_id=DOMAIN.chain_id + 1, log=DOMAIN.log), private_key(STEEL))
    twin = signature[:32] + (ORDER - int.from_bytes(signature[32:64], "big")).to_bytes(32, "big")
    statement = {**fields()["statement"], "issuedAt": fields()["statement"]["issuedAt"] + 1}
    someone = ("INCLUSION_ROOT", "KEY_NOT_VALID")
    yield "entry-signature-bit-flipped", _judged(_with(signature="0x" + flipped(signature, 100).hex()), *someone)
    yield "entry-signed-by-a-stranger", _judged(_with(signature="0x" + stranger.hex()), *someone)
    yield "entry-signed-for-another-chain", _judged(_with(signature="0x" + elsewhere.hex()), *someone)
    yield (
        "entry-signature-high-s",
        _judged(
            _with(signature="0x" + (twin + bytes([55 - signature[64]])).hex()), "INCLUSION_ROOT", "SIGNATURE_HIGH_S"
        ),
    )
    yield (
        "entry-signature-v-of-0",
        _judged(_with(signature="0x" + (signature[:64] + b"\0").hex()), "INCLUSION_ROOT", "SIGNATURE_V"),
    )
    yield (
        "entry-signature-all-zero",
        _judged(_with(signature="0x" + "00" * 64 + "1b"), "INCLUSION_ROOT", "SIGNATURE_INVALID"),
    )
    yield "entry-block-changed", _judged(_with(block=START + 1), "INCLUSION_ROOT")
    yield "entry-statement-changed", _judged(_with(statement=statement), *someone)
    other = fields(OTHER)
    yield "entry-of-another-leaf", _judged(other | {"index": GOOD, "proof": fields()["proof"]}, "INCLUSION_ROOT")
    swapped = _with(statement=other["statement"], text=other["text"])
    yield "entry-with-another-statement", _judged(swapped, *someone)


def _proof() -> Iterator[tuple[str, Vector]]:
    proof = fields()["proof"]
    bent = ["0x" + flipped(bytes.fromhex(proof[0][2:])).hex(), *proof[1:]]
    for name, changed in {
        "proof-bit-flipped": _with(proof=bent), "proof-nodes-reversed": _with(proof=proof[::-1]),
        "proof-of-another-entry": _with(proof=fields(OTHER)["proof"]), "index-of-a-neighbour": _with(index=GOOD - 1),
    }.items():  # fmt: skip
        yield name, _judged(changed, "INCLUSION_ROOT")
    for name, changed in {
        "proof-too-short": proof[:-1], "proof-too-long": [*proof, proof[0]], "proof-empty": [],
        "proof-of-63-nodes": proof * 21,
    }.items():  # fmt: skip
        yield name, _judged(_with(proof=changed), "PROOF_LENGTH")
    yield "index-equals-size", _judged(_with(index=8), "INCLUSION_INDEX")
    yield "index-far-beyond-size", _judged(_with(index=2**53 - 1), "INCLUSION_INDEX")


def _checkpoint() -> Iterator[tuple[str, Vector]]:
    made = ledger()
    note = fields()["checkpoint"]
    head, line = note.split("\n\n")
    other_root = Ledger()
    other_root.add(*made.items[:FORGED][::-1], *made.items[FORGED:])

    def signed(key: SignerKey = LOG_KEY, **changes: Any) -> Fields:
        values = {"origin": ORIGIN, "size": 8, "root": made.root, **changes}
        return _with(checkpoint=sign_checkpoint(Checkpoint(**values), key).decode())

    yield "checkpoint-by-another-key", _judged(signed(OTHER_KEY), "NOTE_UNSIGNED")
    yield "checkpoint-by-another-name", _judged(signed(SignerKey("other.example/log", LOG_KEY.seed)), "NOTE_UNSIGNED")
    yield "checkpoint-of-another-log", _judged(signed(origin="other.example/log"), "CHECKPOINT_OTHER_LOG")
    for name, text in {
        "checkpoint-size-changed": note.replace("\n8\n", "\n9\n"),
        "checkpoint-root-changed": note.replace(head.split("\n")[2], sign_checkpoint(
            Checkpoint(ORIGIN, 8, other_root.root), LOG_KEY).decode().split("\n")[2]),
        "checkpoint-signature-bit-flipped": head + "\n\n" + _bent_base64(line),
    }.items():  # fmt: skip
        yield name, _judged(_with(checkpoint=text), "NOTE_SIGNATURE")
    yield "checkpoint-unsigned", _judged(_with(checkpoint=head + "\n"), "NOTE_FORM")
    yield "checkpoint-with-windows-lines", _judged(_with(checkpoint=note.replace("\n", "\r\n")), "NOTE_FORM")
    extended = sign_text(head + "\nextension\n")
    yield "checkpoint-with-an-extension-line", _judged(_with(checkpoint=extended), "CHECKPOINT_FORM")
    # the log's own key signed these: only the chain can tell (offline they are incomplete, never passed)
    later = Ledger()
    later.add(*made.items, footprint(STEEL, product_id="UNANCHORED"))
    later.entries[: len(made.entries)] = made.entries
    later.log = made.log
    yield "checkpoint-of-a-future-size", _judged(later.receipt(GOOD), "RECEIPT_ANCHOR_ROOT", offline="incomplete")
    forked = Ledger()
    forked.add(*made.items[:ROLE], footprint(STEEL, product_id="SECOND-STORY"), *made.items[ENDED:])
    forked.log = made.log
    yield "checkpoint-of-a-second-story", _judged(forked.receipt(GOOD), "RECEIPT_ANCHOR_ROOT", offline="incomplete")
    anchor = fields()["anchor"]
    for name, changes in {
        "chain-of-another-ledger": {"chain_id": anchor["chain_id"] + 1},
        "contract-of-another-ledger": {"contract": "0x" + "5b" * 20},
    }.items():
        yield name, _judged(_with(anchor={**anchor, **changes}), "RECEIPT_OTHER_LEDGER")
    moved = _with(anchor={**anchor, "block": anchor["block"] + 1})
    yield "anchor-in-another-block", _judged(moved, "RECEIPT_ANCHOR_BLOCK", offline="incomplete")


def sign_text(text: str) -> str:
    """A note of any text, signed with the log's key."""
    key = LOG_KEY.verifier
    return f"{text}\n— {key.name} {b64encode(key.key_id + LOG_KEY.sign(text.encode())).decode()}\n"


def _bent_base64(line: str) -> str:
    """One bit of the signature behind the key's id."""
    start, _, blob = line.rstrip("\n").rpartition(" ")
    return f"{start} {b64encode(flipped(b64decode(blob), 80)).decode()}\n"


def _content() -> Iterator[tuple[str, Vector]]:
    text, hidden = fields()["text"], fields(GOOD, "lines/0000")["text"]
    lines = text.split("\n")
    leaf = next(line for line in hidden.split("\n") if line.startswith('"0x'))
    bent = f'"0x{flipped(bytes.fromhex(leaf[3:-1])).hex()}"'
    for name, changed in {
        "line-altered": text.replace("0.5777", "0.4777", 1), "line-salt-changed": lines[0][:2] + _other_digit(lines[0][2])
        + lines[0][3:] + "\n" + "\n".join(lines[1:]), "line-removed": "\n".join(lines[1:]),
        "line-of-another-statement": "\n".join([*fields(OTHER)["text"].split("\n")[:1], *lines[1:]]),
        "hidden-line-bit-flipped": hidden.replace(leaf, bent), "hidden-line-added": text + "\n" + leaf,
    }.items():  # fmt: skip
        yield name, _judged(_with(text=changed), "CONTENT_ROOT", open_=set())
    for name, changed in {
        "hidden-line-of-31-bytes": hidden.replace(leaf, leaf[:-3] + '"'),
        "hidden-line-of-33-bytes": hidden.replace(leaf, leaf[:-1] + '00"'),
        "hidden-line-in-capitals": hidden.replace(leaf, '"0x' + leaf[3:].upper()),
    }.items():
        yield name, _judged(_with(text=changed), "HIDDEN_PART_FORMAT", open_=set())
    for name, changed in {"line-twice": [lines[0], *lines], "lines-swapped": [lines[1], lines[0], *lines[2:]]}.items():
        yield name, _judged(_with(text="\n".join(changed)), "PATHS_NOT_ASCENDING", open_=set())
    yield "line-with-a-blank", _judged(_with(text=text.replace(",", ", ", 1)), "NOT_CANONICAL", open_=set())


def _other_digit(digit: str) -> str:
    return "0" if digit != "0" else "1"


def _admitted() -> Iterator[tuple[str, Vector]]:
    """Sound proofs of statements that should never have been admitted."""
    yield "headline-forged", _judged(receipt(FORGED), "HEADLINE_DIFFERS")
    yield "sum-wrong", _judged(receipt(SUM), "RESULT_ARITHMETIC")
    yield "role-not-held", _judged(receipt(ROLE), "ROLE_NOT_HELD", offline="incomplete")
    yield "key-ended-before", _judged(receipt(ENDED), "KEY_NOT_VALID", offline="incomplete")
    yield "registered-after-its-anchor", _judged(receipt(DELAYED), "MERGE_DELAY", offline="incomplete")
