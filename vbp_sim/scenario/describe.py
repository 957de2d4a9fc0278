"""The resolved scenario as lines for people: each value with its unit, who set it, and what its evidence is.

The text is YAML: read again, it gives the same values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from vbp_sim.scenario.layers import TAGS
from vbp_sim.scenario.load import Origins
from vbp_sim.scenario.rewrite import flow, scalar, simple
from vbp_sim.scenario.tree import Address, Origin, dotted

#: what is not shown: evidence stands beside the values, variants have their own list
HIDDEN = ("evidence", "variants")
#: column at which the remarks begin, where the value leaves room
REMARK = 44


@dataclass(frozen=True)
class Line:
    """One value; ``source``, ``confidence``, ``note`` and ``stand_in`` are its evidence, if any."""

    address: Address
    value: Any
    origin: Origin
    unit: str = "-"
    meaning: str = ""
    source: str = ""
    confidence: str = ""
    note: str = ""
    stand_in: bool = False

    def remark(self) -> str:
        """Unit, who set it, and the evidence."""
        code = f"[{self.confidence}]" if self.confidence else ""
        evidence = " ".join(part for part in (self.source, code) if part)
        if not self.origin.place:
            who = f"default: {evidence}" if evidence else "default"
        else:
            who = "; ".join(part for part in (str(self.origin), evidence) if part)
        parts = [self.unit if self.unit != "-" else "", who, self.note, "STAND-IN" if self.stand_in else ""]
        return "; ".join(part for part in parts if part)

    def as_json(self) -> dict[str, Any]:
        """The line as one JSON object."""
        own = {"path": dotted(self.address), "value": simple(self.value), "unit": self.unit, "set_by": str(self.origin)}
        names = ("meaning", "source", "confidence", "note", "stand_in")
        return {**own, **{name: getattr(self, name) for name in names}}


def lines_of(model: BaseModel, origins: Origins) -> list[Line]:
    """All values of a model, in the order of its fields."""
    return list(_lines(model, (), None, origins, None))


#: the rule set or law around a value, which knows the evidence for its values, and where it stands
_Rules = tuple[Any, Address] | None


def _lines(value: Any, address: Address, field: FieldInfo | None, origins: Origins, rules: _Rules) -> Iterator[Line]:
    if isinstance(value, BaseModel):
        rules = (value, address) if hasattr(value, "evidence_of") else rules
        fields = type(value).model_fields
        for name, own in sorted(fields.items(), key=lambda item: item[0] not in TAGS):
            if name not in HIDDEN:
                yield from _lines(getattr(value, name), (*address, own.alias or name), own, origins, rules)
    elif isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _lines(item, (*address, str(key)), field, origins, rules)
    else:
        extra = field.json_schema_extra if field is not None and isinstance(field.json_schema_extra, dict) else {}
        unit, meaning = str(extra.get("unit", "-")), (field.description or "") if field is not None else ""
        origin, found = origins.of(address), ("", "", "", False)
        if evidence := _evidence(address, origins, rules):
            found = (evidence.source, evidence.confidence, evidence.note, evidence.stand_in)
        elif not origin.place:
            source = str(extra.get("source", ""))
            found = (source, str(extra.get("confidence", "")), "", source.startswith("stand-in"))
        yield Line(address, value, origin, unit, meaning, *found)


def _evidence(address: Address, origins: Origins, around: _Rules) -> Any:
    """Evidence of a rule set holds for a value that stands in the same folder, or that nobody set."""
    if around is None:
        return None
    (rules, base), origin = around, origins.of(address)
    evidence = rules.evidence_of(".".join(address[len(base) :]))
    if evidence is None or not origin.place:
        return evidence
    given = [o for a, o in origins.known.items() if a[: len(base) + 1] == (*base, "evidence")]
    same = any(_folder(o) == _folder(origin) and o.layer == origin.layer for o in given)
    return evidence if same else None


def _folder(origin: Origin) -> str:
    file = origin.place.rsplit(":", 2)[0]
    return file.rpartition("/")[0]


def text_of(lines: list[Line]) -> str:
    """The lines as YAML with remarks."""
    out: list[str] = []
    before: Address = ()
    for line in lines:
        shared = 0
        while shared < len(line.address) - 1 and before[shared : shared + 1] == line.address[shared : shared + 1]:
            shared += 1
        for depth in range(shared, len(line.address) - 1):
            out.append(f"{'  ' * depth}{scalar(line.address[depth])}:")
        indent = "  " * (len(line.address) - 1)
        entry = f"{indent}{scalar(line.address[-1])}: {flow(line.value)}"
        out.append(f"{entry:<{REMARK}}  # {line.remark()}")
        before = line.address
    return "\n".join(out) + "\n"
