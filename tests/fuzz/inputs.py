"""Scenarios and markets to mutate: shipped ones cut small, those of this suite; and draws of what a user may write.

case = drawn(seed)  # a `Case`: its mutations are in its files already
file = case.write(tmp_path)
"""

from __future__ import annotations

import collections
import csv
import functools
import json
import random
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import mutate
import random_scenarios
import small
import yaml
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from seats import chosen_fields, put, seats

from vbp_sim.rules.library import law_ids, rule_ids
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.runs.load import shipped
from vbp_sim.scenario.market_columns import FILES
from vbp_sim.scenario.parts import Part
from vbp_sim.scenario.spec import Demand, Finance

CASES = Path(__file__).parents[1] / "cases"
#: places of the shipped markets that are kept, some of which lie beside each other in one province
KEPT = ("beijing", "guangzhou", "shenzhen", "guangdong-rest", "hunan", "sichuan-rest")
DRUGS_KEPT = 3

#: variants on top of each other
VARIANTS = {
    "more": {"changes": {"demand": {"growth": 0.3}}},
    "over": {"changes": {"demand": {"growth": 0.7}}, "replaces": ["demand.growth"]},
    "other": {"title": "Another rule set", "changes": {"rounds": {"first": {"rules": {"extends": "pilot-2018"}}}}},
}

#: keys of tables whose keys are not known beforehand: winners, days, ratios, classes, grades
KEYS = (
    ["1", "2", "3"],
    ["1"],
    ["2", "10", "100"],
    ["61", "101"],
    ["1.5"],
    ["*"],
    ["antibiotic"],
    ["A1", "A", "B", "C"],
)

Table = list[list[str]]


@dataclass
class Case:
    """A scenario and the rows of its markets' files, by path; ``texts`` stand instead of what they are made of."""

    tree: dict[str, Any]
    tables: dict[str, Table]
    texts: dict[str, bytes] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    def write(self, folder: Path) -> Path:
        """Write everything; return the scenario's file."""
        files = {"scenario.yaml": mutate.yaml_text(random.Random(0), self.tree, 0).encode()}
        files |= {name: mutate.csv_text(rows).encode(errors="surrogatepass") for name, rows in self.tables.items()}
        for name, data in {**files, **self.texts}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        return folder / "scenario.yaml"


def _case(file: Path) -> Case:
    tree = yaml.safe_load(file.read_text("utf-8"))
    if "extends" in tree:
        tree = {**yaml.safe_load((file.parent / tree.pop("extends")).read_text("utf-8")), **tree}
    named = {tree["market"], *(one["market"] for one in tree["rounds"].values() if "market" in one)}
    tables = {f"{name}/{table}": _rows(file.parent / name / table) for name in sorted(named) for table in FILES}
    return Case(json.loads(json.dumps(tree, default=str)), tables)


def _rows(file: Path) -> Table:
    with file.open(encoding="utf-8", newline="") as lines:
        return [*csv.reader(lines)]


def _shipped(name: str) -> Case:
    """A shipped scenario with few drugs, places and institutions."""
    case = _case(shipped() / f"{name}.yaml")
    case.tree["replications"] = 1
    for path, rows in case.tables.items():
        header = rows[0]
        drugs = list(dict.fromkeys(r[0] for r in case.tables[path.rpartition("/")[0] + "/drugs.csv"][1:]))[:DRUGS_KEPT]
        kept = [row for row in rows[1:] if "drug" not in header or row[0] in drugs]
        if "province" in header:
            kept = [row for row in kept if row[header.index("province")] in KEPT]
        for row in kept:
            for level in {"tertiary", "secondary", "primary"}.intersection(header):
                row[header.index(level)] = str(1 + int(row[header.index(level)]) // 50)
            if "regions" in header:
                at = header.index("regions")
                row[at] = "|".join(place for place in row[at].split("|") if place in KEPT)
        case.tables[path] = [header, *kept]
    return case


def _made(make: Callable[[Path], Any], name: str = "small.yaml") -> Case:
    with TemporaryDirectory() as folder:
        make(Path(folder))
        return _case(Path(folder) / name)


#: what is mutated, by name
BASES: Mapping[str, Callable[[], Case]] = {
    **{name: functools.partial(_shipped, name) for name in ("pilot-2018", "expansion-2019", "pilot-and-expansion")},
    **{name: functools.partial(_case, CASES / f"{name}.yaml") for name in ("plain", "ren", "two2")},
    "small": functools.partial(_made, small.write_scenario),
    "variants": functools.partial(_made, functools.partial(small.write_scenario, variants=VARIANTS)),
    **{
        f"drawn-{seed}": functools.partial(_made, functools.partial(random_scenarios.drawn, seed=seed))
        for seed in range(6)
    },
}


def drawn(seed: str) -> Case:
    """The case of a seed: a base and one to three mutations of it."""
    luck = random.Random(seed)
    base = luck.choice([*BASES])
    case = BASES[base]()
    case.done = [base]
    for _ in range(luck.choice((1, 1, 2, 3))):
        way = luck.choices(WAYS, WEIGHTS)[0]
        case.done.append(way.__name__.strip("_"))
        way(luck, case)
    if case.tree.get("behaviour", {}).get("bidding", {}).get("model") == "equilibrium":
        _few_firms(case)
    return case


def _few_firms(case: Case) -> None:
    """At most 30 firms for a drug: more are allowed, and an equilibrium among hundreds takes minutes by design."""
    for name, rows in case.tables.items():
        if name.endswith("products.csv"):
            firms = collections.Counter[str]()
            case.tables[name] = rows[:1] + [row for row in rows[1:] if firms.update(row[:1]) or firms[row[0]] <= 30]
        for row in rows[1:] if "qualified" in rows[0] else ():
            at = rows[0].index("qualified")
            row[at] = "30" if row[at] == "300" else row[at]


def _allowed_values(luck: random.Random, case: Case) -> None:
    """Parts and parameters at what their limits allow."""
    for _ in range(luck.choice((1, 2, 4))):
        address, model = luck.choice(_models())
        tree = case.tree
        if address and address[0] == "rounds":
            tree, address = _rules(luck, case), address[3:]
        for below, name in _chosen(model, address):
            put(tree, below[:-1], {below[-1]: name})
        for name, info in luck.sample([*model.model_fields.items()], min(3, len(model.model_fields))):
            if name not in (getattr(model, "tag", ""), *dict(chosen_fields(model))):
                put(tree, (*address, name), _allowed(luck, info.annotation, [*info.metadata], info))


def _rules(luck: random.Random, case: Case) -> dict[str, Any]:
    """The rules of a round as a map."""
    one = case.tree["rounds"][luck.choice([*case.tree["rounds"]])]
    if isinstance(one["rules"], str):
        one["rules"] = {"extends": one["rules"]}
    return dict.__getitem__(one, "rules")


@functools.cache
def _models() -> list[tuple[tuple[str, ...], type[BaseModel]]]:
    """Everything with parameters, by where it sits."""
    found: list[tuple[tuple[str, ...], type[BaseModel]]] = [(("demand",), Demand), (("finance",), Finance)]
    found.append((("rounds", "first", "rules"), RuleSet))
    return found + [(seat.address, part) for kind, seat in seats().items() for part in Part.registry[kind]]


def _chosen(model: type[BaseModel], address: tuple[str, ...]) -> list[tuple[tuple[str, ...], str]]:
    """What chooses a part, below the address of the rules if it is one."""
    if not issubclass(model, Part) or model is RuleSet:
        return []
    around = seats()[model.kind].around
    cut = 3 if seats()[model.kind].address[0] == "rounds" else 0
    return [*((place[cut:], name) for place, name in around), ((*address, model.tag), model.part_name())]


def _allowed(luck: random.Random, kind: Any, marks: list[Any], info: FieldInfo | None = None) -> Any:
    """A value that a type allows: ends of its limits, or something in between."""
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        more = [m for mark in inside[1:] for m in (mark.metadata if isinstance(mark, FieldInfo) else [mark])]
        return _allowed(luck, inside[0], marks + more)
    if origin in (typing.Union, types.UnionType):
        return _allowed(luck, luck.choice(inside), marks)
    if origin is Literal:
        return luck.choice(inside)
    if origin is dict:
        default = info.get_default(call_default_factory=True) if info is not None else None
        kept = [str(key) for key in default] if isinstance(default, dict) and default else luck.choice(KEYS)
        return {key: _allowed(luck, inside[1], []) for key in kept}
    if origin in (tuple, list):
        return [_allowed(luck, inside[0], []) for _ in range(luck.choice((0, 1, 2, 5)))]
    if kind in (int, float, Decimal):
        return _number(luck, kind, marks)
    if kind is bool:
        return luck.random() < 0.5
    if kind is date:
        return luck.choice(("2000-01-01", "2018-12-06", "2019-04-01", "2020-02-29", "2100-12-31"))
    if kind is types.NoneType:
        return None
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {name: _allowed(luck, f.annotation, [*f.metadata], f) for name, f in kind.model_fields.items()}
    return luck.choice(("x", "north", "east", "alpha", "beijing", "hunan", "1", "*", ""))


def _number(luck: random.Random, kind: Any, marks: list[Any]) -> float:
    low = max([float(getattr(m, "ge", getattr(m, "gt", 0))) for m in marks if isinstance(m, (Ge, Gt))], default=-1e15)
    high = min([float(getattr(m, "le", getattr(m, "lt", 0))) for m in marks if isinstance(m, (Le, Lt))], default=1e15)
    open_low, open_high = (any(isinstance(m, limit) for m in marks) for limit in (Gt, Lt))
    least = 1 if kind is int else min(1e-9, high / 2)
    ends = [low + least * open_low, high - least * open_high, (low + high) / 2, low + (high - low) * luck.random() ** 4]
    value = luck.choice(ends)
    return round(value) if kind is int else value


def _rule_set(luck: random.Random, case: Case) -> None:
    """Another rule set, or another law."""
    if luck.random() < 0.7:
        _rules(luck, case)["extends"] = luck.choice(rule_ids())
    else:
        put(case.tree, ("laws", "national", "rules"), luck.choice(law_ids()))


def _days(luck: random.Random, case: Case) -> None:
    """A calendar moved by whole years, or a day of it replaced."""
    one = luck.choice([*case.tree["rounds"].values()])["calendar"]
    if luck.random() < 0.5:
        years = luck.choice((-18, -1, 1, 5, 50, 80))
        one.update({step: f"{int(day[:4]) + years}{day[4:]}" for step, day in one.items() if day[4:] != "-02-29"})
        if luck.random() < 0.7:
            case.tree["start"] = min(
                day for other in case.tree["rounds"].values() for day in other["calendar"].values()
            )
    else:
        one[luck.choice([*one])] = luck.choice([*one.values()])


def _allowed_cells(luck: random.Random, case: Case) -> None:
    """Cells of a market at the ends of their limits; optional columns appear."""
    for _ in range(luck.choice((1, 3, 10))):
        name = luck.choice([*case.tables])
        column = luck.choice(FILES[name.rpartition("/")[2]])
        rows = case.tables[name]
        if column.name not in rows[0]:
            rows[0].append(column.name)
            for row in rows[1:]:
                row.append("")
        at = rows[0].index(column.name)
        for row in rows[1:] if luck.random() < 0.2 else [luck.choice(rows[1:])]:
            if column.limits is not None:
                row[at] = luck.choice([*(f"{limit:f}" for limit in column.limits), *([] if column.required else [""])])
            elif column.choices or not column.required:
                row[at] = luck.choice([*column.choices, "", luck.choice(rows[1:])[at]])
            elif column.cell == "flag":
                row[at] = luck.choice("01")


def _many_firms(luck: random.Random, case: Case) -> None:
    """Very many products of one drug."""
    name = luck.choice([name for name in case.tables if name.endswith("products.csv")])
    rows = case.tables[name]
    made = luck.choice(rows[1:])
    at = rows[0].index("manufacturer")
    rows += [[*made[:at], f"firm-{i}", *made[at + 1 :]] for i in range(luck.choice((20, 100, 400)))]
    for row in rows[1:]:
        for share in {"pre_share", "bid"}.intersection(rows[0]):
            row[rows[0].index(share)] = ""


def _tree(luck: random.Random, case: Case) -> None:
    case.texts["scenario.yaml"] = mutate.yaml_text(luck, case.tree, luck.choice((1, 1, 2, 4))).encode("utf-8")


def _cells(luck: random.Random, case: Case) -> None:
    name = luck.choice([*case.tables])
    for _ in range(luck.choice((1, 1, 2))):
        if len(case.tables[name]) > 1 and case.tables[name][0]:
            case.tables[name] = mutate.csv_rows(luck, case.tables[name])


def _spoiled(luck: random.Random, case: Case) -> None:
    """One file, as bytes."""
    name = luck.choice(["scenario.yaml", "scenario.yaml", *case.tables])
    text = mutate.csv_text(case.tables[name]) if name in case.tables else mutate.yaml_text(luck, case.tree, 0)
    case.texts[name] = mutate.spoiled(luck, text)


WAYS = (_allowed_values, _rule_set, _days, _allowed_cells, _many_firms, _tree, _cells, _spoiled)
WEIGHTS = (42, 10, 8, 14, 4, 12, 8, 6)
