"""How sure a value is and what changed since: beside the verdict, in every form, and never in place of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import Result
from jsonschema import Draft202012Validator
from support import reports
from support.golden import Golden
from typer.testing import CliRunner

from api.declaring import build
from api.demo_contents import data
from api.drafts import read_draft
from ledger.entry import Entry
from ledger.errors import InputError
from ledger.footprint.lines import Dqr
from ledger.identifiers import digest_to_text
from ledger.kinds.factor import Factor, Uncertainty
from ledger.kinds.footprint import Footprint
from verifier.breakdown import Breakdown
from verifier.cli import app
from verifier.outlook import uncertainty_of
from verifier.page import page
from verifier.paper import paper
from verifier.report import product_report, to_bytes
from verifier.schema import ProductReport, schema
from verifier.sources import open_folder, read_chain
from verifier.verify import Verified, verify_product

GRID = "elec-fp-cn/2024"
ALUMINIUM = "mat-alu-sheet/2019"


def with_spread(measure: str, value: str, *names: str) -> Verified:
    """The golden body's verdict as if these factors stated a spread."""
    found = reports.verified("body")[0]
    nodes = dict(found.verdict.nodes)
    for name in names:
        digest = reports.ledger().digests[name]
        node = nodes[digest]
        factor: Factor = node.judged.content
        stated = Uncertainty.model_validate({"measure": measure, "value": value})
        content = factor.model_copy(update={"result": factor.result.model_copy(update={"uncertainty": stated})})
        nodes[digest] = replace(node, judged=replace(node.judged, content=content))
    return replace(found, verdict=replace(found.verdict, nodes=nodes))


def sure(found: Verified) -> ProductReport:
    return product_report(found, reports.verified("body")[1])


def test_without_a_stated_spread_nothing_is_said() -> None:
    assert reports.report("body").uncertainty is None
    assert reports.report("tampered").uncertainty is None


def test_one_factor_spreads_by_what_rests_on_it() -> None:
    found = sure(with_spread("percent", "20", ALUMINIUM)).uncertainty
    assert found is not None
    assert (found.kilograms, found.percent) == ("1282.500000", "49.53")
    assert found.standard_deviation == "130.9", "20 % / 1.96 of its lines'"
    assert [one.percent for one in found.contributors] == ["100.00"]


def test_a_factor_under_many_firms_counts_as_one_number() -> None:
    found = sure(with_spread("percent", "19.59964", GRID)).uncertainty
    assert found is not None
    assert Decimal(found.standard_deviation) == pytest.approx(Decimal(found.kilograms) / 10, rel=Decimal("0.001"))
    lines = [line for one in reports.report("body").statements for line in one.lines
             if line.digest == digest_to_text(reports.ledger().digests[GRID])]  # fmt: skip
    assert len(lines) >= 3
    assert Decimal(found.kilograms) == sum(Decimal(line.kilograms) for line in lines)


def test_two_factors_add_their_variances_and_drawing_agrees() -> None:
    found = sure(with_spread("percent", "19.59964", ALUMINIUM, GRID)).uncertainty
    assert found is not None
    alone = [Decimal(one.deviation) for one in found.contributors]
    together = Decimal(found.standard_deviation)
    assert together**2 == pytest.approx(sum(one**2 for one in alone), rel=Decimal("0.002"))
    assert Decimal(found.monte_carlo.standard_deviation) == pytest.approx(together, rel=Decimal("0.05"))
    assert Decimal(found.monte_carlo.low) < Decimal("2589.247860") < Decimal(found.monte_carlo.high)
    assert to_bytes(sure(with_spread("percent", "19.59964", ALUMINIUM, GRID))) == to_bytes(
        sure(with_spread("percent", "19.59964", ALUMINIUM, GRID))
    )


def test_a_geometric_standard_deviation_is_taken_as_one() -> None:
    found = sure(with_spread("gsd", "1.1", ALUMINIUM)).uncertainty
    assert found is not None
    assert Decimal(found.standard_deviation) == pytest.approx(
        Decimal("1282.5") * Decimal("0.09553"), rel=Decimal("0.001")
    )


def test_a_lines_data_quality_spreads_its_amount() -> None:
    found = reports.verified("body")[0]
    digest = found.verdict.product
    node = found.verdict.nodes[digest]
    content: Footprint = node.judged.content
    rated = content.lines[3].model_copy(
        update={"dqr": Dqr.model_validate({"technological": "3", "geographical": "2", "temporal": "3"})}
    )
    changed = content.model_copy(update={"lines": (*content.lines[:3], rated, *content.lines[4:])})
    nodes = {**found.verdict.nodes, digest: replace(node, judged=replace(node.judged, content=changed))}
    told = sure(replace(found, verdict=replace(found.verdict, nodes=nodes))).uncertainty
    assert told is not None
    assert told.kilograms == "259.965000"
    assert [one.amount_of is not None for one in told.contributors] == [True]
    assert "全国电力平均碳足迹因子" in (told.contributors[0].amount_of or "")


def test_a_factor_that_no_shown_line_rests_on_says_nothing() -> None:
    found = reports.verified("tampered")[0]
    assert uncertainty_of(found.verdict, Breakdown(found.verdict)) is None


class Years(Golden):
    """The golden chain with the body of the year before, made with more electricity."""

    def __init__(self) -> None:
        super().__init__()
        draft = (
            data("demo_body.yml")
            .read_text(encoding="utf-8")
            .replace("2025-01-01..2025-12-31", "2024-01-01..2024-12-31")
        )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "before.yml"
            path.write_text(draft.replace("amount: 450,", "amount: 500,"), encoding="utf-8")
            organisation, content = build(read_draft(path), self.book)
        self.declare("before", organisation, content)
        self.anchor()


def judged(ledger: Years, folder: Path, since: str) -> Verified:
    trust = ledger.trust()
    audit = ledger.write(folder)
    asked = digest_to_text(ledger.digests["body"])
    return verify_product(open_folder(audit, trust), read_chain(audit, trust), trust, asked, since=since)


@pytest.fixture(scope="module")
def years() -> Years:
    return Years()


def test_a_change_is_split_by_cause_and_sums_exactly(years: Years, tmp_path: Path) -> None:
    report = sure(judged(years, tmp_path, digest_to_text(years.digests["before"])))
    moved = report.change
    assert moved is not None
    assert (moved.period_start, moved.after) == ("2024-01-01", report.declared)
    parts = {one.cause: Decimal(one.kilograms) for one in moved.parts}
    assert Decimal(moved.before) + Decimal(moved.total) == Decimal(moved.after)
    assert sum(parts.values()) + Decimal(moved.unexplained) == Decimal(moved.total)
    assert parts["activity"] == Decimal("-28.885000"), "50 kWh of 0.5777"
    assert parts["activity"] == Decimal(moved.total)
    assert [line.name for line in moved.lines] == ["焊装涂装电力"]


def test_every_form_shows_both(years: Years, tmp_path: Path) -> None:
    found = judged(years, tmp_path, digest_to_text(years.digests["before"]))
    spread = with_spread("percent", "10", GRID).verdict
    report = sure(replace(found, verdict=spread))
    assert report.uncertainty is not None
    text = page(report).decode()
    assert "-28.885000" in text
    assert f"± {report.uncertainty.standard_deviation} kg" in text
    assert paper(report).startswith(b"%PDF-")


def _stranger(ledger: Years) -> None:
    index = next(i for i, item in enumerate(ledger.items) if item.digest == ledger.digests["before"])
    entry = ledger.entries[index]
    ledger.entries[index] = Entry(entry.digest, ledger.entries[0].signature, entry.block)


def _erased(ledger: Years) -> None:
    ledger.erased.add(next(i for i, item in enumerate(ledger.items) if item.digest == ledger.digests["before"]))


@pytest.mark.parametrize(("spoil", "code"), [(_stranger, "EARLIER_UNSOUND"), (_erased, "NOT_A_DECLARATION")])
def test_an_earlier_declaration_that_cannot_be_believed_is_refused(
    spoil: Callable[[Years], None], code: str, tmp_path: Path
) -> None:
    ledger = Years()
    spoil(ledger)
    with pytest.raises(InputError) as refused:
        judged(ledger, tmp_path, digest_to_text(ledger.digests["before"]))
    assert refused.value.code == code


def test_a_factor_is_no_earlier_declaration(years: Years, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        judged(years, tmp_path, digest_to_text(years.digests[GRID]))
    assert refused.value.code == "NOT_A_DECLARATION"


def asked(tmp_path: Path, *arguments: str) -> Result:
    golden = reports.ledger()
    golden.spoil = bytes
    golden.write(tmp_path / "audit")
    trust = tmp_path / "trust.json"
    trust.write_bytes(golden.trust().to_bytes())
    return CliRunner().invoke(
        app, ["--lang", "en", "what-if", str(tmp_path / "audit"), "BODY-IN-WHITE", "--trust", str(trust), *arguments]
    )


def test_another_amount_moves_the_product_by_its_line(tmp_path: Path) -> None:
    done = asked(tmp_path, "--line", "lines/0003", "--amount", "400", "--json")
    found = json.loads(done.stdout)
    assert (found["name"], found["before"], found["after"]) == ("焊装涂装电力", "2589.247860", "2560.362860")
    assert found["difference"] == "-28.885000", "50 kWh of 0.5777"
    assert list(Draft202012Validator(schema()).iter_errors(found)) == []


def test_an_upstream_line_moves_it_through_the_tiers(tmp_path: Path) -> None:
    part = digest_to_text(reports.ledger().digests["part"])
    done = asked(tmp_path, "--line", "lines/0001", "--of", part, "--amount", "1.35")
    assert done.exit_code == 0
    assert "2589.247860 → 2588.092460 kgCO2e" in done.stdout
    assert "-1.155400 kg" in done.stdout, "four parts of 0.288850"


@pytest.mark.parametrize(("arguments", "code"), [
    (("--line", "lines/0099", "--amount", "1"), "NO_SUCH_LINE"),
    (("--line", "header", "--amount", "1"), "NO_SUCH_LINE"),
    (("--line", "lines/0003", "--of", "0x" + "ab" * 32, "--amount", "1"), "NO_SUCH_LINE"),
    (("--line", "lines/0003", "--amount", "1,5"), "DECIMAL_FORMAT"),
    (("--line", "lines/0000", "--value", "1"), "WHAT_IF_OPENED"),
])  # fmt: skip
def test_a_question_that_has_no_answer_is_refused(arguments: tuple[str, ...], code: str, tmp_path: Path) -> None:
    done = asked(tmp_path, *arguments)
    assert done.exit_code == 2
    assert code in done.stderr
