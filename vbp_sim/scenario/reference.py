"""The reference page of all that YAML and CSV may say, made from the models."""

from __future__ import annotations

import types
from collections.abc import Iterable
from importlib.resources import files
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from vbp_sim.scenario.market_columns import FILES
from vbp_sim.scenario.parts import Part
from vbp_sim.scenario.policy import Policy
from vbp_sim.scenario.rewrite import flow
from vbp_sim.scenario.schema import law, rule_set
from vbp_sim.scenario.shape import Spot, spot
from vbp_sim.scenario.spec import Spec

_LIMITS = (
    ("gt", "> {}"),
    ("ge", ">= {}"),
    ("lt", "< {}"),
    ("le", "<= {}"),
    ("min_length", "at least {} long"),
    ("max_length", "at most {} long"),
)
_NAMED = {"rules": "rule set", "law": "law"}
_NAMES = {
    int: "whole number",
    float: "number",
    str: "text",
    bool: "true or false",
    dict: "map",
    Any: "anything",
}


def scenario_page() -> str:
    """Keys of scenario files and the models of behaviour."""
    sections = [*_sections(Spec, "scenario", 2)]
    kinds = [kind for kind, parts in Part.registry.items() if parts[0].tag == "model"]
    return "\n".join([*sections, *[line for kind in kinds for line in _kind(kind)]])


def rules_page() -> str:
    """Keys of rule sets and the rules that may stand in them."""
    return _library(rule_set(), "rule set")


def laws_page() -> str:
    """Keys of laws and the rules that may stand in them."""
    return _library(law(), "law")


def _library(model: type[BaseModel], title: str) -> str:
    """Keys of a library's files, then each kind of part that may stand in them."""
    kinds: list[str] = []
    left = [model]
    while left:
        fields = left.pop().model_fields.values()
        new = {mark.kind for f in fields if (mark := spot(f.annotation, f).mark) is not None} - {*kinds}
        kinds += new
        left += [part for kind in new for part in Part.registry[kind]]
    return "\n".join([*_table(model, title, 2), *[line for kind in sorted(kinds) for line in _kind(kind)]])


def policy_page() -> str:
    """Keys of files of policies."""
    return model_page(Policy, "policy")


def model_page(model: type[BaseModel], title: str) -> str:
    """Keys of files that one model describes."""
    return "\n".join(_sections(model, title, 2))


def market_page() -> str:
    """Columns of a market's CSV files."""
    out: list[str] = []
    for file, columns in FILES.items():
        out += [f"## {file}\n", "| column | holds | unit | must be there | meaning |", "|---|---|---|---|---|"]
        for c in columns:
            holds = " or ".join(f"`{choice}`" for choice in c.choices) or c.holds
            out.append(_row(f"`{c.name}`", holds, c.unit, "yes" if c.required else "", c.description))
        out.append("")
    return "\n".join(out)


def whole_page() -> str:
    """The page docs/scenario-reference.md: the text of ``reference.md`` with the tables in it."""
    text = files(__package__).joinpath("reference.md").read_text(encoding="utf-8")
    tables = {"scenario": scenario_page(), "rules": rules_page(), "laws": laws_page(), "policies": policy_page()}
    return text.format(**tables, market=market_page().rstrip())


def _sections(model: type[BaseModel], title: str, level: int) -> list[str]:
    """The table of a model, then those of the models inside it."""
    out = _table(model, title, level)
    for name, field in model.model_fields.items():
        here = spot(field.annotation, field)
        many = get_origin(here.type) is dict
        inside = here.below("") if many else here
        if inside is not None and inside.mark is None and (below := inside.model()) is not None:
            path = f"{title}.{name}" if title != "scenario" else name
            out += _sections(below, f"{path}.ID" if many else path, level)
    return out


def _kind(kind: str) -> list[str]:
    """The parts of one kind, each with its parameters."""
    parts = Part.registry[kind]
    tag = parts[0].tag
    base = next(b for b in parts[0].__mro__ if b.__dict__.get("kind") == kind)
    out = [f"## {kind}", "", _first(base), ""]
    for part in sorted(parts, key=lambda p: p.part_name()):
        out += _table(part, f"{tag}: {part.part_name()}", 3)
    return out


def _table(model: type[BaseModel], title: str, level: int) -> list[str]:
    out = [f"{'#' * level} {title}", "", _first(model), ""]
    fields = {n: f for n, f in model.model_fields.items() if n not in ("model", "rule")}
    if not fields:
        return out
    out += ["| key | holds | default | unit | meaning | source of the default |", "|---|---|---|---|---|---|"]
    for name, field in fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        source = f"{extra['source']} [{extra['confidence']}]" if extra else ""
        holds = ", ".join([_type(spot(field.annotation, field)), *_limits(field.metadata)])
        cells = (f"`{field.alias or name}`", holds, _default(field), str(extra.get("unit", "-")))
        out.append(_row(*cells, field.description or "", source))
    return [*out, ""]


def _row(*cells: str) -> str:
    return "| " + " | ".join(" ".join(c.replace("|", "\\|").split()) for c in cells) + " |"


def _first(model: type) -> str:
    """The first paragraph of a docstring."""
    return " ".join((model.__doc__ or "").split("\n\n")[0].split())


def _limits(metadata: Iterable[Any]) -> list[str]:
    return [
        words.format(f"{value:,}" if isinstance(value, (int, float)) else value)
        for name, words in _LIMITS
        for mark in metadata
        if (value := getattr(mark, name, None)) is not None
    ]


def _inside(annotation: Any) -> str:
    """What a list or a map holds, with its limits."""
    marks = getattr(annotation, "__metadata__", ())
    inner = [m for mark in marks for m in (mark.metadata if isinstance(mark, FieldInfo) else (mark,))]
    return ", ".join([_type(spot(annotation)), *_limits(inner)])


def _type(here: Spot) -> str:
    if here.mark is not None:
        parts = here.parts()
        names = ", ".join(f"`{name}`" for name in sorted(parts))
        return f"{here.tag()}: {names}" if here.tag() else f"name of a {_NAMED[here.mark.kind]}, or a map"
    kind, inside = get_origin(here.type), get_args(here.type)
    if kind is Literal:
        return " or ".join(f"`{value}`" for value in inside)
    if kind in (Union, types.UnionType):
        return " or ".join(_type(spot(a)) for a in inside if a is not types.NoneType)
    if kind in (tuple, list):
        return f"list of {_inside(inside[0])}"
    if kind is dict:
        return f"map of {_inside(inside[1])}"
    if isinstance(here.type, type) and issubclass(here.type, BaseModel):
        return "map, see below"
    return _NAMES.get(here.type, getattr(here.type, "__name__", str(here.type)).lower())


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    here = spot(field.annotation, field)
    if here.mark is not None:
        return f"`{here.mark.default}`"
    if field.default is PydanticUndefined or field.default is None:
        return ""
    return f"`{flow(field.default)}`" if field.default != "" else ""
