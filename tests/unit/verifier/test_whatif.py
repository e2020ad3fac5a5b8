"""What would change is what a full recomputation with the change says."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.golden import Golden
from support.plain_columns import made_ledger, plain_recompute

from ledger.errors import InputError
from verifier.columns import ExactRow, from_rows
from verifier.whatif import LineChange, in_kilograms, what_if, what_if_line, with_line


@pytest.fixture(scope="module")
def golden() -> Golden:
    return Golden()


def chain(golden: Golden) -> dict[bytes, object]:
    return {golden.digests[name]: golden.contents[name] for name in ("coil_2023", "coil", "part", "body")}


def line_of(golden: Golden, name: str, kind: str) -> int:
    return next(n for n, line in enumerate(golden.contents[name].lines) if line.kind == kind)


def test_half_the_steel_in_the_part_takes_half_of_it_from_four_parts_in_the_body(golden: Golden) -> None:
    """Four parts of 10 kg at 2.56908951: with 5 kg in each the body loses 4 x 12.845448 (rounded once in the part)."""
    number = line_of(golden, "part", "upstream")
    found = what_if_line(chain(golden), golden.digests["body"], golden.digests["part"], number, LineChange(amount="5"))
    assert found.before == Decimal("2589.247860")
    assert found.kilograms == 4 * (Decimal("14.017418") - Decimal("26.862865"))


def test_an_opened_supplier_s_value_is_changed_at_the_supplier_or_not_at_all(golden: Golden) -> None:
    number = line_of(golden, "part", "upstream")
    body, part = golden.digests["body"], golden.digests["part"]
    with pytest.raises(InputError) as refused:
        what_if_line(chain(golden), body, part, number, LineChange(value="1"))
    assert refused.value.code == "WHAT_IF_OPENED"


def test_a_factor_s_value_can_be_tried_where_the_declared_ones_stand(golden: Golden) -> None:
    number = line_of(golden, "part", "transport")
    part = golden.digests["part"]
    found = what_if_line(chain(golden), part, part, number, LineChange(value="0"))
    assert found.kilograms == Decimal("-0.035100")


@pytest.mark.parametrize(("number", "new", "code"), [
    (99, LineChange("1"), "NO_SUCH_PART"), (-1, LineChange("1"), "NO_SUCH_PART"), (0, LineChange("1e3"), "DECIMAL_FORMAT"),
])  # fmt: skip
def test_what_is_no_line_or_no_number_is_refused(golden: Golden, number: int, new: LineChange, code: str) -> None:
    with pytest.raises(InputError) as refused:
        with_line(golden.contents["part"], number, new)
    assert refused.value.code == code


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_changes_anywhere_are_what_the_plain_calculation_gives(seed: int) -> None:
    chance = Random(seed)
    rows = made_ledger(chance, 12, signed=chance.random() < 0.5, largest=2**70)
    columns = from_rows(rows)
    node, product = chance.randrange(12), chance.randrange(12)
    direct = rows[node].direct + Fraction(chance.randint(1, 10**9), chance.choice([1, 3, 10**9]))
    later = [*rows[:node], rows[node]._replace(direct=direct), *rows[node + 1 :]]
    change = {node: ExactRow(direct, columns.row(node).quantities)}
    old, new = plain_recompute(rows), plain_recompute(later)
    assert what_if(columns, product, change) == (in_kilograms(old[product]), in_kilograms(new[product]))
