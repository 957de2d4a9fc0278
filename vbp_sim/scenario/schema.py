"""JSON Schema of what a user may write, made from the models: for editors, for `vbp schema`, for the docs.

The *partial* form has no ``required``: a file that extends another, and a variant, need not say everything.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from vbp_sim.scenario.market_columns import FILES
from vbp_sim.scenario.parts import Part, discover
from vbp_sim.scenario.policy import Policy
from vbp_sim.scenario.shape import spot
from vbp_sim.scenario.spec import Spec

Json = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: what a parameter's declaration adds; in the schema they are extension keys
EXTRA = ("unit", "source", "confidence")


def scenario_schema(*, partial: bool = False) -> Json:
    """The schema of scenario files."""
    schema = _tidy(Spec.model_json_schema())
    _lawful(schema["$defs"])
    _extends(schema, "scenario that this one changes: a path relative to this file, or a shipped scenario")
    _extends(schema["$defs"][rule_set().__name__], "rule set that this one changes: its name, or a path")
    whole = schema["$defs"][law().__name__]
    chosen = {name for name, field in law().model_fields.items() if spot(field.annotation, field).mark is not None}
    parts = {name: field for name, field in whole["properties"].items() if name in chosen}
    schema["$defs"]["Law"]["properties"]["changes"] |= {"properties": parts, "additionalProperties": False}
    _extends(whole, "law that this one changes: its name, or a path")
    changes = schema["$defs"]["Variant"]["properties"]["changes"]
    if partial:
        _strip(schema)
        schema["$defs"]["Variant"]["properties"]["changes"] = {
            "$ref": "#",
            "description": changes["description"],
        }
    return _titled(schema, "vbp_sim scenario")


def rules_schema(*, partial: bool = False) -> Json:
    """The schema of rule-set files."""
    return _library_schema(rule_set(), "rule set", partial)


def laws_schema(*, partial: bool = False) -> Json:
    """The schema of files of laws."""
    return _library_schema(law(), "law", partial)


def policy_schema() -> Json:
    """The schema of files of policies; what one changes may be any part of a scenario."""
    whole = scenario_schema(partial=True)
    defs = whole.pop("$defs")
    defs["Scenario"] = {key: value for key, value in whole.items() if key not in ("$schema", "title")}
    defs["Variant"]["properties"]["changes"]["$ref"] = "#/$defs/Scenario"
    made = model_schema(Policy, "vbp_sim policy")
    made["properties"]["changes"] = {
        "$ref": "#/$defs/Scenario",
        "description": made["properties"]["changes"]["description"],
    }
    return {**made, "$defs": {**defs, **made["$defs"]}}


def _library_schema(model: type[Part], what: str, partial: bool) -> Json:
    schema = _tidy(model.model_json_schema())
    _extends(schema, f"{what} that this one changes: its name, or a path relative to this file")
    if partial:
        _strip(schema)
    return _titled(schema, f"vbp_sim {what}")


def model_schema(model: type[BaseModel], title: str) -> Json:
    """The schema of files that one model describes."""
    return _titled(_tidy(model.model_json_schema()), title)


def _titled(schema: Json, title: str) -> Json:
    return {"$schema": DIALECT, "title": title, **{k: v for k, v in schema.items() if k != "title"}}


def market_schema(*, partial: bool = False) -> Json:
    """The columns of a market's CSV files; there is no partial form of them."""
    return {
        file: [
            {
                "name": column.name,
                "holds": " or ".join(column.choices) or column.holds,
                "unit": column.unit,
                **({"least": float(column.limits[0]), "most": float(column.limits[1])} if column.limits else {}),
                "required": column.required,
                "description": column.description,
            }
            for column in columns
        ]
        for file, columns in FILES.items()
    }


def rule_set() -> type[Part]:
    """The model of a rule set, which another room defines."""
    discover()
    return Part.registry["rules"][0]


def law() -> type[Part]:
    """The model of a local law, which another room defines."""
    discover()
    return Part.registry["law"][0]


def text_of(schema: Json) -> str:
    """A schema as the text of a file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _extends(schema: Json, description: str) -> None:
    schema["properties"] = {"extends": {"type": "string", "description": description}, **schema["properties"]}


def _lawful(defs: Json) -> None:
    """Rule sets and laws inside a scenario are partial, because they extend a shipped one."""
    for kind, parts in Part.registry.items():
        if parts[0].tag == "rule" or kind in ("rules", "law"):
            for part in parts:
                for name in (part.__name__, f"{part.__module__}.{part.__qualname__}".replace(".", "__")):
                    if name in defs:
                        _strip(defs[name])


def _tidy(node: Any) -> Any:
    """Say the unit in the description, name extension keys so, and drop titles that repeat the key."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    unit = node.get("unit")
    made = {f"x-{k}" if k in EXTRA and isinstance(v, str) else k: _tidy(v) for k, v in node.items()}
    if isinstance(unit, str) and unit != "-":
        made["description"] = f"{node.get('description', '')} [{unit}]".strip()
    if isinstance(made.get("title"), str):
        del made["title"]
    return made


def _strip(node: Any) -> None:
    """Remove ``required`` everywhere."""
    if isinstance(node, list):
        for item in node:
            _strip(item)
    elif isinstance(node, dict):
        if isinstance(node.get("required"), list):
            del node["required"]
        for item in node.values():
            _strip(item)
