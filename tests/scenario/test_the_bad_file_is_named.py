"""Whichever of many files is wrong, every message begins with its name and line: a scenario that extends another one,
its rule set, its law, its plug-in, and the files of two markets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scenario_making import DEMAND, DRUGS, MARKET, make_market

from vbp_sim.scenario.market_columns import FILES

CALENDAR = (
    "{{reporting_start: {0}-01-02, reporting_end: {0}-02-01, review_end: {0}-03-01, document: {0}-04-01, "
    "opening: {0}-05-01, result: {0}-06-01, start: {0}-07-01}}"
)
#: the scenario's files; ``# here`` is where a line is put in, GOOD what is replaced
YAML = {
    "top.yaml": (
        "extends: below/base.yaml\nscenario: top\n# here\nrounds:\n  second:\n    market: other\n"
        f"    rules: pilot-2018\n    calendar: {CALENDAR.format(2020)}\ndemand: {{growth: 0.1}}\n"
    ),
    "below/base.yaml": (
        "scenario: base\nmarket: market\nstart: 2018-07-01\nplugins: [part.py]\n# here\nrounds:\n  first:\n"
        f"    rules: rules.yaml\n    calendar: {CALENDAR.format(2019)}\n"
        "laws: {national: {rules: law.yaml}}\nfinance: {vat_rate: 0.1}\n"
    ),
    "below/rules.yaml": 'extends: pilot-2018\ntitle: mine\n# here\nshare: {table: {"1": 0.1}}\n',
    "below/law.yaml": "extends: law-2019\ntitle: mine\n# here\npayment: {prepayment_share: 0.1}\n",
}
PLUGIN = """
from typing import Literal
from vbp_sim.rules.term import Term

# here
class Year(Term):
    rule: Literal["year"] = "year"

    def months(self, winners, drug_class, start, form=""):
        return 12
"""


#: a line that is put in, and is wrong in any file
LINES = {
    "an unknown key": "nonsense: 1",
    "no YAML": "]",
    "an open quote": "title2: 'x",
    "a tab": "\ttitle: x",
    "a control character": "title: 'a\x1bb'",
    "a hidden control character": 'title: "a\\u202eb"',
    "a key that stands twice": "extends: a\nextends: b",
    "an anchor": "title: &a x",
    "an alias": "title: *a",
    "a tag": "title: !x x",
    "a number without end": f"title: {'9' * 400}",
    "an infinite number": "title: 1e400",
    "an unclear number": "title: 010",
    "a second document": "---",
    "very deep": "title: " + "[" * 80 + "]" * 80,
    "a list as a key": "[a]: 1",
    "a list": "- a",
}
#: values in place of 0.1, the last number of each file
VALUES = ["x", "70", "-3", "[]", "{a: 1}", "'0.1'", "true", "null", ".nan", ".inf", "2019-01-01", "1e-320"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_market(tmp_path / "below" / "market")
    make_market(tmp_path / "other")
    for name, text in YAML.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "below" / "part.py").write_text(PLUGIN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def places(vbp: Any) -> Callable[[], list[str]]:
    """The places of all that `vbp check` finds wrong."""

    def check() -> list[str]:
        code, out, _ = vbp("check", "top.yaml", "--json")
        (result,) = json.loads(out)["files"]
        assert code == (2 if result["problems"] else 0)
        return [problem["place"] for problem in result["problems"]]

    return check


def test_the_project_is_right(project: Path, places: Callable[[], list[str]]) -> None:
    assert places() == []


@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("name", YAML)
def test_lines_of_scenarios_rule_sets_and_laws(
    project: Path, places: Callable[[], list[str]], name: str, kind: str
) -> None:
    number = 1 + YAML[name].splitlines().index("# here")
    (project / name).write_text(YAML[name].replace("# here", LINES[kind]), encoding="utf-8")
    found = places()
    assert found
    last = len(YAML[name].splitlines()) + 1  # what is left open is noticed at the end of the file
    assert all(place.startswith(f"{name}:") and number <= int(place.split(":")[1]) <= last for place in found), found
    if kind not in ("an open quote", "a list"):
        assert int(found[0].split(":")[1]) <= number + LINES[kind].count("\n") + (kind == "no YAML")


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("name", YAML)
def test_values_of_scenarios_rule_sets_and_laws(
    project: Path, places: Callable[[], list[str]], name: str, value: str
) -> None:
    text = YAML[name]
    at = text.rindex("0.1")
    (project / name).write_text(text[:at] + value + text[at + 3 :], encoding="utf-8")
    found = places()
    assert found
    assert all(place.startswith(f"{name}:{len(text.splitlines())}:") for place in found), found


@pytest.mark.parametrize(
    "name", [*YAML, "below/part.py", *(f"{m}/{f}" for m in ("below/market", "other") for f in FILES)]
)
@pytest.mark.parametrize("kind", ["missing", "folder", "empty", "no text"])
def test_files_that_cannot_be_read(project: Path, places: Callable[[], list[str]], name: str, kind: str) -> None:
    file = project / name
    file.unlink()
    if kind == "folder":
        file.mkdir()
    elif kind != "missing":
        file.write_bytes(b"" if kind == "empty" else b"a: \xff\xff\n")
    if (name, kind) == ("below/part.py", "empty"):
        return
    caller = {"below/base.yaml": "top.yaml:1:", "below/part.py": "below/base.yaml:4:"}
    caller |= {"below/rules.yaml": "below/base.yaml:8:", "below/law.yaml": "below/base.yaml:10:"}
    gone = kind in ("missing", "folder") and name in caller
    found = places()
    assert found
    assert all(place.startswith(caller[name] if gone else name) for place in found), found


@pytest.mark.parametrize(
    "line", ["def", "raise ValueError(1)", "nothing()", 'class Odd(Term): rule: Literal["odd"] = "odd"']
)
def test_lines_of_plug_ins(project: Path, places: Callable[[], list[str]], line: str) -> None:
    (project / "below" / "part.py").write_text(PLUGIN.replace("# here", line), encoding="utf-8")
    assert places() == ["below/part.py:5"]


#: what is done to the lines of any file of a market, the header first, and the line that is named
ROWS: dict[str, tuple[Callable[[list[str]], list[str]], int]] = {
    "a cell more": (lambda t: [*t[:2], t[2] + ",x", *t[3:]], 3),
    "a cell less": (lambda t: [*t[:2], t[2].rpartition(",")[0], *t[3:]], 3),
    "a control character": (lambda t: [*t[:2], "\x1b" + t[2], *t[3:]], 3),
    "an open quote": (lambda t: [*t[:2], t[2] + '"x', *t[3:]], 3),
    "twice": (lambda t: [*t, t[1]], -1),
    "an empty id": (lambda t: [*t[:2], t[2][t[2].index(",") :], *t[3:]], 3),
    "a column that stands twice": (lambda t: [line + "," + line.split(",")[0] for line in t], 1),
    "a misspelt column": (lambda t: [t[0][1:], *t[1:]], 1),
    "semicolons": (lambda t: [line.replace(",", ";") for line in t], 1),
    "no rows": (lambda t: t[:1], 2),
}


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("market", ["below/market", "other"])
def test_rows_of_markets(project: Path, places: Callable[[], list[str]], market: str, file: str, kind: str) -> None:
    change, line = ROWS[kind]
    lines = change(MARKET[file].splitlines())
    (project / market / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = places()
    assert found
    number = len(lines) if line < 0 else line
    assert found[0].split(":")[:2] == [f"{market}/{file}", str(number)]
    assert all(place.startswith(f"{market}/{file}") for place in found), found


@pytest.mark.parametrize(("file", "column"), [(file, column) for file, columns in FILES.items() for column in columns])
def test_cells_of_markets(project: Path, places: Callable[[], list[str]], file: str, column: Any) -> None:
    """The column, too: whatever no cell of it may be."""
    header, first, second, *rest = MARKET[file].splitlines()
    names, cells = header.split(","), second.split(",")
    if column.name not in names:
        names, cells, first = [*names, column.name], [*cells, ""], first + ","
        rest = [row + "," for row in rest]
    cells[names.index(column.name)] = "nan" if column.limits else "x" * 301
    (project / "other" / file).write_text("\n".join([",".join(names), first, ",".join(cells), *rest]), encoding="utf-8")
    assert places() == [f"other/{file}:3:{column.name}"]


TOP, BASE = YAML["top.yaml"], YAML["below/base.yaml"]
#: what only several files show: the file, its text, and the place that is named
TOGETHER = {
    "no such drug": ("other/demand.csv", DEMAND.replace("beta,east", "gamma,east"), "other/demand.csv:4:drug"),
    "no such place": ("other/demand.csv", DEMAND.replace("beta,east", "beta,north"), "other/demand.csv:4:province"),
    "a drug that nobody makes": ("other/drugs.csv", DRUGS + "gamma,,,,tablet,,1,\n", "other/drugs.csv:4:drug"),
    "no ceiling": ("below/market/drugs.csv", DRUGS.replace("15.0", ""), "below/base.yaml:7:3"),
    "another unit": ("other/drugs.csv", DRUGS.replace("vial", "box"), "top.yaml:6:13"),
    "no market": ("top.yaml", TOP.replace("market: other", "market: othr"), "top.yaml:6:13"),
    "no rule set": ("below/base.yaml", BASE.replace("rules.yaml", "x"), "below/base.yaml:8:12"),
    "a circle": ("below/base.yaml", "extends: ../top.yaml\n" + BASE, "below/base.yaml:1:10"),
    "days out of order": ("below/base.yaml", BASE.replace("2019-06", "2018-06"), "below/base.yaml:9:"),
    "a late start": ("below/base.yaml", BASE.replace("2018-07", "2019-07"), "below/base.yaml:3:8"),
    "a drug of no market": ("top.yaml", TOP.replace("market:", "drugs: [gamma]\n    market:"), "top.yaml:6:13"),
    "a law for nobody": ("top.yaml", TOP + "laws: {x: {places: [north]}}\n", "top.yaml:10:21"),
    "a value that makes another one wrong": (
        "top.yaml",
        TOP + "laws: {national: {changes: {reporting: {highest: 0.1}}}}\n",
        "top.yaml:10:40",
    ),
}


@pytest.mark.parametrize("kind", TOGETHER)
def test_what_only_several_files_show(project: Path, places: Callable[[], list[str]], kind: str) -> None:
    name, text, place = TOGETHER[kind]
    (project / name).write_text(text, encoding="utf-8")
    assert place in places()[0]
