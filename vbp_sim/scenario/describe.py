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
        return {
            "path": dotted(self.address),
            "value": simple(self.value),
            "unit": self.unit,
            "set_by": str(self.origin),
            "meaning": self.meaning,
            "source": self.source,
            "confidence": self.confidence,
            "note": self.note,
            "stand_in": self.stand_in,
        }


def lines_of(model: BaseModel, origins: Origins) -> list[Line]:
    """All values of a model, in the order of its fields."""
    return list(_Walk(origins).model(model, ()))


class _Walk:
    """Walks a model; ``rules`` is the rule set or law around the current value, which knows the evidence for its values
    (``evidence_of``), and where it stands."""

    def __init__(self, origins: Origins) -> None:
        self.origins = origins
        self.rules: tuple[Any, Address] | None = None

    def model(self, model: BaseModel, address: Address) -> Iterator[Line]:
        before = self.rules
        if hasattr(model, "evidence_of"):
            self.rules = (model, address)
        fields = type(model).model_fields
        for name, field in sorted(fields.items(), key=lambda item: item[0] not in TAGS):
            if name not in HIDDEN:
                yield from self.value(getattr(model, name), (*address, field.alias or name), field)
        self.rules = before

    def value(self, value: Any, address: Address, field: FieldInfo | None) -> Iterator[Line]:
        if isinstance(value, BaseModel):
            yield from self.model(value, address)
        elif isinstance(value, dict) and value:
            for key, item in value.items():
                yield from self.value(item, (*address, str(key)), field)
        else:
            yield self.line(value, address, field)

    def line(self, value: Any, address: Address, field: FieldInfo | None) -> Line:
        extra = field.json_schema_extra if field is not None and isinstance(field.json_schema_extra, dict) else {}
        unit, meaning = str(extra.get("unit", "-")), (field.description or "") if field is not None else ""
        origin = self.origins.of(address)
        evidence = self.evidence(address, origin)
        if evidence is not None:
            found = (evidence.source, evidence.confidence, evidence.note, evidence.stand_in)
        elif not origin.place:
            source = str(extra.get("source", ""))
            found = (source, str(extra.get("confidence", "")), "", source.startswith("stand-in"))
        else:
            found = ("", "", "", False)
        return Line(address, value, origin, unit, meaning, *found)

    def evidence(self, address: Address, origin: Origin) -> Any:
        """Evidence of a rule set holds for a value that stands in the same folder, or that nobody set."""
        if self.rules is None:
            return None
        rules, base = self.rules
        path = ".".join(address[len(base) :])
        evidence = rules.evidence_of(path)
        if evidence is None or not origin.place:
            return evidence
        given = [o for a, o in self.origins.known.items() if a[: len(base) + 1] == (*base, "evidence")]
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
