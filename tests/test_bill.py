"""Bills of materials as people put them: short forms, exact figures, and refusals that say what is accepted."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from policygraph.bill import UNKNOWN, Bill, Line
from policygraph.case import Case
from policygraph.errors import BadQuestion, UnknownName
from tests.small import graph, said


def exact(number: float | str) -> tuple[Fraction, Fraction]:
    return Fraction(str(number)), Fraction(str(number))


def test_a_bill_is_told_whole_as_a_list_or_as_none() -> None:
    whole = Case(item="server", bill={"value": 1000, "currency": "USD", "lines": [{"item": "h100", "quantity": 2, "value": 200}]}).bill
    assert whole is not None
    assert (whole.value, whole.lines[0].worth, whole.lines[0].parts) == (exact(1000), exact(400), None)
    as_list = Case(item="server", value=3000, quantity=3, currency="EUR", bill=[{"name": "fan", "value": "12.5"}]).bill
    assert as_list is not None
    assert (as_list.value, as_list.currency, as_list.lines[0].worth) == (exact(1000), "EUR", exact("12.5")), "of one unit"
    nothing = Case(item="server", bill="none").bill
    assert nothing is not None
    assert nothing.lines == ()
    assert Case(item="server").bill is None


def test_figures_are_exact_bounded_or_unknown() -> None:
    assert Line(name="a", value=0.1).worth == exact("0.1"), "and not the nearest float"
    assert Line(name="a", value=[10, 20], quantity=[1, 3]).worth == (10, 60)
    assert Line(name="a", value=[10, None]).worth == (10, None)
    assert Line(name="a").worth == Line(name="a", value="unknown").worth == UNKNOWN
    assert Line(name="a", total=30, quantity=3).worth == exact(30)
    assert Line(name="a", quantity=0).worth == exact(0)


def test_codes_discreteness_and_parts_have_short_forms() -> None:
    line = Line(name="a", eccn="eccn:3A001", discrete="yes", parts="none")
    assert (line.eccn, line.discrete, line.parts, line.parts_unknown) == (("3A001",), True, (), False)
    assert Line(name="a", parts="unknown").parts_unknown
    assert Line(name="a", eccn="none").eccn == ()
    assert Line(name="a", parts=["h100"]).parts == (Line(item="h100"),)
    assert Line(name="a", discrete="unknown").discrete is None


@pytest.mark.parametrize(
    ("bill", "sentence"),
    [
        ([{"name": "a", "value": -1}], "bill.lines.0 of a case: 'value' cannot be negative, but is -1"),
        ([{"name": "a", "quantity": -2}], "'quantity' cannot be negative"),
        ({"value": -5, "lines": "none"}, "'value' cannot be negative"),
        ([{"name": "a", "value": "dear"}], "'value' is a number, or [least, most], and not 'dear'"),
        ([{"name": "a", "value": [3, 2]}], "has the more before the less"),
        ([{"name": "a", "value": True}], "is a number"),
        ({"value": 100, "lines": [{"name": "a", "value": 60}, {"name": "b", "value": 60}]},
         "the lines are worth 120 together, and the item is worth 100; a part is worth no more than the whole"),
        ({"value": 1000, "lines": [{"name": "a", "value": 50, "parts": [{"name": "b", "value": 60}]}]},
         "the parts of a are worth 60 together, and one unit is worth 50"),
        ([{"name": "a", "total": 90, "quantity": 3, "parts": [{"name": "b", "value": 40}]}], "one unit is worth 30"),
        ({"currency": "USDT", "lines": "none"}, "no currency is called 'USDT'; did you mean 'USD'?"),
        ({"currency": "USD", "lines": [{"name": "a", "currency": "EUR"}]}, "a line is in EUR, and the bill is in USD"),
        ([{"name": "a", "currency": "EUR"}], "a line is in EUR, and the bill does not say its own"),
        ([{"value": 5}], "names an item of the data (item), or calls a thing that they do not know (name)"),
        ([{"item": "h100", "name": "chip"}], "names an item of the data (item), or calls"),
        ([{"name": "a", "value": 1, "total": 1}], "the value of one unit or the total of all, and not both"),
        ([{"name": "a", "discrete": "perhaps"}], "'discrete' is yes or no, and not 'perhaps'"),
        ([7], "a line of a bill is written as {item: ..., quantity: ..., value: ...}"),
        ({"value": 5}, "a bill holds its lines"),
        ("everything", "a bill is a list of lines, or {value: ..., currency: ..., lines: [...]}, or none"),
        ([{"name": "a", "price": 5}], "a case cannot hold 'bill.lines.0.price'"),
    ],
)  # fmt: skip
def test_what_is_no_bill_is_refused_with_what_is_accepted(bill: Any, sentence: str) -> None:
    with pytest.raises(BadQuestion) as error:
        Case(item="server", bill=bill)
    assert sentence in str(error.value)


def test_names_are_resolved_at_every_depth() -> None:
    names = graph(
        [said("h100", "originIn", "US"), said("h100", "classifiedAs", "eccn:3A090")],
        {"US": "Country", "eccn:3A090": "ECCN", "h100": "Chip"},
    )
    case = Case(bill=[{"name": "board", "parts": [{"item": "H100", "origin": "us", "eccn": "3A090"}]}]).resolved(names)
    assert case.bill is not None
    (inner,) = case.bill.lines[0].parts or ()
    assert (inner.item, inner.origin, inner.eccn) == ("h100", "US", ("3A090",))
    with pytest.raises(UnknownName, match="h1000"):
        Case(bill=["h1000"]).resolved(names)


def test_a_bill_says_what_it_holds() -> None:
    assert str(Bill(lines=["h100", {"name": "fan"}])) == "h100, fan"
    assert "made of h100" in str(Case(item="server", bill=["h100"]))
