"""Every number that is read is finite and within limits, every text is free of control characters, ids are plain."""

from __future__ import annotations

import csv
import io
import types
import typing
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import small
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from scenario_making import DEMAND, DRUGS, PRODUCTS, PROVINCES, SCENARIO, make_market, make_scenario

from vbp_sim.errors import CONTROL, InputError
from vbp_sim.runs.load import load_scenario
from vbp_sim.scenario import cells, csv_table
from vbp_sim.scenario.cells import Refused, read_cell
from vbp_sim.scenario.limits import SHOWN
from vbp_sim.scenario.market import ShortageClass
from vbp_sim.scenario.market_columns import FILES, MILLIONTH, Cell, Column
from vbp_sim.scenario.market_csv import read_market
from vbp_sim.scenario.parts import Frozen, Part, discover
from vbp_sim.scenario.spec import Spec
from vbp_sim.studies.sweep_file import SweepSpec, read_sweep

TEXTS = {"provinces": PROVINCES, "drugs": DRUGS, "products": PRODUCTS, "demand": DEMAND}
COLUMNS = [(file, column) for file, columns in FILES.items() for column in columns]
NUMBERS = [(file, column) for file, column in COLUMNS if column.cell in ("count", "amount", "price", "share", "change")]
NAMED = [f"{file}-{column.name}" for file, column in NUMBERS]

#: what no column of numbers takes
NO_NUMBERS = ["nan", "NaN", "inf", "-inf", "1e400", "1e4000", "1e99999999999", "-1e300", "1e300", "1e20", "1e-300"]
NO_NUMBERS += ["4.9e-324", "9" * 5000, "0." + "0" * 5000 + "1", "1" + "0" * 30, "1,000", "￥1", "１２", "0x10", "1_000"]
STEERING = ["\x1b]0;owned\x07", "a\tb", "a\x00b", "\x7f", "\x9b2J", "\u202eb", "\u2066b", "a\u2028b", "\x85b", '"a\nb"']


def test_columns_take_what_drugs_may_say() -> None:
    by_name = {column.name: column for column in FILES["drugs.csv"]}
    assert by_name["shortage_class"].choices == typing.get_args(ShortageClass)
    assert {column.cell for _, column in COLUMNS} <= {*typing.get_args(Cell)}


def with_cell(file: str, column: str, cell: str) -> dict[str, str]:
    """A market with this cell in the first row of a file."""
    name = file.removesuffix(".csv")
    header, first, *rest = TEXTS[name].splitlines()
    names, values = header.split(","), first.split(",")
    if column not in names:
        names, values, rest = [*names, column], [*values, ""], [row + "," for row in rest]
    values[names.index(column)] = cell if cell[0] == '"' else f'"{cell}"'
    return {name: "\n".join([",".join(names), ",".join(values), *rest]) + "\n"}


def refusal(folder: Path, **files: str) -> InputError:
    with pytest.raises(InputError) as caught:
        read_market(make_market(folder / "m", **files))
    return caught.value


def just_outside(column: Column) -> list[str]:
    assert column.limits is not None
    least, most = column.limits
    return [f"{least - MILLIONTH / 10:f}", f"{most + 1:f}", f"{most:f}1", f"-{most:f}1"]


@pytest.mark.parametrize(("file", "column"), NUMBERS, ids=NAMED)
def test_every_column_of_numbers_has_limits_and_keeps_them(tmp_path: Path, file: str, column: Column) -> None:
    for i, cell in enumerate([*NO_NUMBERS, *just_outside(column)]):
        (problem,) = refusal(tmp_path / str(i), **with_cell(file, column.name, cell)).problems
        assert problem.place.endswith(f"{file}:2:{column.name}"), cell
        assert len(problem.what) < 200, cell


@pytest.mark.parametrize(("file", "column"), NUMBERS, ids=NAMED)
def test_the_limits_themselves_are_read(file: str, column: Column) -> None:
    assert column.limits is not None
    assert [Decimal(str(read_cell(f"{limit:f}", column))) for limit in column.limits] == list(column.limits)


def test_columns_without_numbers_have_no_limits() -> None:
    assert [c.name for _, c in COLUMNS if c.limits is not None] == [c.name for _, c in NUMBERS]


@pytest.mark.parametrize("cell", ["1.2345678", "0.0000005", "0.00000099", "1e-7"])
def test_prices_are_whole_millionths(tmp_path: Path, cell: str) -> None:
    assert "drugs.csv:2:ceiling: ceiling must" in str(refusal(tmp_path, **with_cell("drugs.csv", "ceiling", cell)))


@pytest.mark.parametrize(("cell", "value"), [("0.000001", "0.000001"), ("1.2300000000", "1.23"), ("1e7", "10000000")])
def test_six_decimals_are_kept(tmp_path: Path, cell: str, value: str) -> None:
    market = read_market(make_market(tmp_path / "m", **with_cell("drugs.csv", "ceiling", cell)))
    assert market.drugs[0].ceiling == Decimal(value)


@pytest.mark.parametrize(
    ("file", "column", "cell"),
    [("provinces.csv", "population", "0"), ("drugs.csv", "qualified", "100000"), ("drugs.csv", "qualified", "0")],
)
def test_numbers_that_cannot_be_meant(tmp_path: Path, file: str, column: str, cell: str) -> None:
    assert f"{file}:2:{column}: {column} must be from" in str(refusal(tmp_path, **with_cell(file, column, cell)))


def test_a_market_has_a_bounded_number_of_institutions(tmp_path: Path) -> None:
    head = "province,population,tertiary,secondary,primary\n"
    rows = "".join(f"p{i},1,100000,100000,100000\n" for i in range(7))
    assert "2,100,000 institutions take part in all" in str(refusal(tmp_path, provinces=head + rows))


cells_of_all_kinds = st.text(max_size=60) | st.floats().map(str) | st.decimals().map(str) | st.integers().map(str)


@given(cells_of_all_kinds, st.sampled_from([column for _, column in NUMBERS]))
def test_a_cell_is_a_number_within_limits_or_refused_in_few_words(text: str, column: Column) -> None:
    assert column.limits is not None
    number, said = None, ("", "")
    try:
        number = read_cell(text, column)
    except Refused as refused:
        said = refused.why() if callable(refused.why) else refused.why
    assert (number is None) != (said == ("", ""))
    assert number is None or column.limits[0] <= Decimal(str(number)) <= column.limits[1]
    assert all(len(words) < 2 * SHOWN + 100 for words in said)


@pytest.mark.parametrize("text", STEERING, ids=ascii)
@pytest.mark.parametrize(("file", "column"), [(f, c) for f, c in COLUMNS if c.cell in ("text", "ids")])
def test_control_characters_are_refused_and_never_shown(tmp_path: Path, file: str, column: Column, text: str) -> None:
    error = refusal(tmp_path, **with_cell(file, column.name, text))
    first = error.problems[0]
    assert first.place.endswith(f"{file}:2:{column.name}")
    assert first.what.startswith("a control character (U+")
    assert CONTROL.search(str(error)) is None


@pytest.mark.parametrize("text", [text for text in STEERING if text[0] != '"'], ids=ascii)
def test_control_characters_are_refused_in_headers(tmp_path: Path, text: str) -> None:
    error = refusal(tmp_path, drugs=DRUGS.replace("form", text))
    assert "in the name of a column" in str(error)
    assert CONTROL.search(str(error)) is None


def test_ids_that_differ_only_in_composition_are_the_same(tmp_path: Path) -> None:
    apart = unicodedata.normalize("NFD", "é")
    drugs = DRUGS.replace("alpha", "é") + f"{apart},,,,tablet,,1,\n"
    texts = {name: TEXTS[name].replace("alpha", "é") for name in ("products", "demand")}
    assert "drugs.csv:4:drug: 'é' stands twice, first in line 2" in str(refusal(tmp_path, drugs=drugs, **texts))
    demand = DEMAND.replace("alpha", apart)
    assert read_market(make_market(tmp_path / "n", drugs=DRUGS.replace("alpha", "é"),
                                   products=texts["products"], demand=demand)).drugs[0].id == "é"  # fmt: skip


def test_causes_come_first_and_hide_their_consequences(tmp_path: Path) -> None:
    """An id that could not be read makes no unknown ids, a volume that could not be read no missing volumes."""
    error = refusal(tmp_path, drugs=DRUGS.replace("alpha", "al\x07pha"), demand=DEMAND.replace("20000", "x"))
    assert [p.place.rpartition("/")[2] for p in error.problems] == ["drugs.csv:2:drug", "demand.csv:4:reported"]
    late = refusal(
        tmp_path / "late", provinces=PROVINCES.replace("3,4,5", "0,0,0"), demand=DEMAND.replace("20000", "x")
    )
    assert [p.place.rpartition("/")[2] for p in late.problems] == ["demand.csv:4:reported", "provinces.csv:2:tertiary"]


def test_many_mistakes_are_few_messages_and_little_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words of a message are found once for each column and kind, and no id is searched for twice."""
    asked: list[str] = []
    for module, name in (
        (csv_table, "get_close_matches"),
        (cells, "nearest"),
        (cells, "_outside"),
    ):
        real = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda *given, _real=real, _name=name, **more: (asked.append(_name), _real(*given, **more))[1]
        )
    columns = FILES["products.csv"]
    out = io.StringIO()
    wrong = ["", "", "x", "o", "yes", "￥0.37", "60", "-1", "1e400", "nan", "2", "a|b", "", ""]
    csv.writer(out).writerows([[c.name for c in columns], *([f"d{i}", f"m{i}", *wrong[2:]] for i in range(5000))])
    error = refusal(tmp_path, products=out.getvalue(), demand=DEMAND + "".join(f"x{i},y{i},z\n" for i in range(5000)))
    assert len(str(error).splitlines()) <= 30
    assert len(asked) < 25
    assert "'￥0.37' (5,000 cells of pre_price look like ￥0.37, first at products.csv:2:pre_price, then" in str(error)


def test_a_file_of_mistakes_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_table, "MOST_WRONG", 10)
    error = refusal(tmp_path, demand=DEMAND + "alpha,east,x\n" * 50)
    assert "demand.csv:16: more than 10 cells above are wrong" in str(error)


def wide(count: int) -> str:
    return ",".join(f"c{i}" for i in range(count)) + "\n" + ",".join("1" * count) + "\n"


def test_files_have_a_bounded_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "there are 20,000 columns" in str(refusal(tmp_path, drugs=wide(20_000)))
    monkeypatch.setitem(csv_table.MOST_ROWS, "demand.csv", 3)
    assert "demand.csv:5: there are more than 3 rows" in str(refusal(tmp_path / "n"))


def limits_of(field: FieldInfo) -> Iterator[tuple[Any, list[Any]]]:
    """Every type of numbers in a field, also inside lists and maps, with the marks on it."""
    left = [(field.annotation, list(field.metadata))]
    while left:
        kind, marks = left.pop()
        origin, inside = typing.get_origin(kind), typing.get_args(kind)
        if origin is typing.Annotated:
            more = [m for mark in inside[1:] for m in (mark.metadata if isinstance(mark, FieldInfo) else [mark])]
            left.append((inside[0], marks + more))
        elif origin in (typing.Union, types.UnionType):
            left += [(arm, marks) for arm in inside]
        elif origin is dict:
            left.append((inside[1], []))
        elif origin in (tuple, list):
            left += [(arm, []) for arm in inside if arm is not ...]
        elif kind in (int, float, Decimal):
            yield kind, marks


def models() -> list[type[BaseModel]]:
    """Everything that a user may write: scenario, sweep, all parts, and what is inside them."""
    discover()
    found: dict[type[BaseModel], None] = {}
    left: list[Any] = [Spec, SweepSpec, *(part for parts in Part.registry.values() for part in parts)]
    while left:
        kind = left.pop()
        left += typing.get_args(kind)
        if isinstance(kind, type) and issubclass(kind, Frozen) and kind not in found:
            found[kind] = None
            left += [field.annotation for field in kind.model_fields.values()]
    return list(found)


@pytest.mark.parametrize("model", models(), ids=lambda model: f"{model.__module__.split('.', 1)[1]}.{model.__name__}")
def test_every_number_of_every_model_has_a_lower_and_an_upper_limit(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        for _, marks in limits_of(field):
            for pair in (("ge", "gt"), ("le", "lt")):
                assert any(getattr(m, p, None) is not None for m in marks for p in pair), (name, pair)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("start: 2018-07-01", "start: 1999-12-31", "start: must be at least 2000-01-01"),
        ("start: 2019-03-20", "start: 9999-12-31", "start: must be at most 2100-12-31"),
        ("growth: 0.1}", "growth: 1e-300}", "the number '1e-300' is too small"),
        ("growth: 0.1}", f"growth: {'9' * 5000}}}", "is too long or too large"),
        ("growth: 0.1}", f"growth: {10**20}}}", "must be at most 2"),
        ("more:", '"=cmd":', "variants: the id '=cmd' is not made of letters"),
        ("more:", '"a,b":', "the id 'a,b' is not made of"),
        ("more:", '"..":', "the id '..' is not made of"),
        ("first:", '"a b":', "rounds: the id 'a b' is not made of"),
        ("first:", '"a\\nb":', "a control character (U+000A) in a key"),
        ("first:", '"a\\eb":', "a control character (U+001B)"),
        ("first:", "e\u0301: {}\n  \u00e9:", "the key '\u00e9' stands twice"),
        ("scenario: small", 'scenario: "a\\u202eb"', "a control character (U+202E)"),
        ("scenario: small", 'scenario: "a\\nb"', "one line is wanted"),
        ("scenario: small", f"scenario: {'x' * 301}", "at most 300 characters"),
        ("demand:", 'laws: {"-x": {}}\ndemand:', "laws: the id '-x' is not made of"),
    ],
)  # fmt: skip
def test_wrong_numbers_ids_and_texts_of_scenarios(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in SCENARIO
    with pytest.raises(InputError) as caught:
        load_scenario(make_scenario(tmp_path, SCENARIO.replace(old, new, 1)))
    assert said in str(caught.value)
    assert all(str(tmp_path / "small.yaml:") in problem.place for problem in caught.value.problems)
    assert CONTROL.search(str(caught.value)) is None


@pytest.mark.parametrize("name", ["两个-winner_1.5", "x", "_a", "7"])
def test_ids_may_be_chinese(tmp_path: Path, name: str) -> None:
    file = make_scenario(tmp_path, SCENARIO.replace("more:", f'"{name}":').replace("first:", f'"{name}":'))
    assert load_scenario(file, variant=name).spec.demand.growth == 0.3


@pytest.mark.parametrize("table", ["levers", "uncertainties"])
@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "<img src=x>", "+1", "@a", "-a", "a b", "a/b", "a" * 101])
def test_ids_of_levers_and_uncertainties_are_no_formulas(tmp_path: Path, table: str, name: str) -> None:
    entry = "values: [1]" if table == "levers" else "distribution: uniform, low: 0, high: 1"
    file = tmp_path / "s.yaml"
    file.write_text(
        f'sweep: s\nscenario: x\n{table}:\n  "{name}": {{path: demand.growth, {entry}}}\n', encoding="utf-8"
    )
    with pytest.raises(InputError, match=r"s.yaml:4:3: (levers|uncertainties): the id '.*' is not made of letters"):
        read_sweep(file)


def test_a_scenario_of_mistakes_has_few_messages(tmp_path: Path) -> None:
    many = "".join(f"  v{i}: {{titel: x}}\n" for i in range(2000))
    with pytest.raises(InputError) as caught:
        load_scenario(make_scenario(tmp_path, SCENARIO + many))
    assert len(caught.value.problems) <= 31


@pytest.mark.parametrize(
    ("old", "new"),
    [("market: market", "market: {}"), ("rules: pilot-2018", "rules: {}"), ("growth: 0.1}", "{}: 0.1}}"),
     ("growth: 0.1}", "growth: {}}}"), ("rules: pilot-2018", "drugs: [{}]\n    rules: pilot-2018"),
     ("scenario: small", "scenario: small\nplugins: [{}.py]")],
)  # fmt: skip
def test_messages_show_little_of_a_long_text(tmp_path: Path, old: str, new: str) -> None:
    text = SCENARIO.replace(old, new.format("x" * 5000))
    with pytest.raises(InputError) as caught:
        load_scenario(make_scenario(tmp_path, text))
    assert all("x" * (SHOWN + 1) not in problem.what + problem.remedy for problem in caught.value.problems)


def test_no_drug_has_more_named_firms_than_may_be_qualified(tmp_path: Path) -> None:
    def named(count: int) -> Path:
        products = [{"drug": "alpha", "manufacturer": f"m{i}", "originator": 0} for i in range(count)]
        others = [row for row in small.PRODUCTS if row["drug"] != "alpha"]
        return small.write_scenario(tmp_path, products=[*others, *products])

    load_scenario(named(300))
    with pytest.raises(InputError, match=r"products.csv:\d+:drug: 301 firms make 'alpha'; a drug has at most 300"):
        load_scenario(named(301))
