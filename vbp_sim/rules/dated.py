"""What rule sets and laws share: an id, a title, a date, and the evidence for each value by path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field, field_validator

from vbp_sim.errors import nearest
from vbp_sim.rules.evidence import Evidence, EvidenceText
from vbp_sim.scenario.parts import Part


class Dated(Part):
    """Values that hold from a date on, each with its evidence."""

    tag: ClassVar[str] = ""

    id: str = Field("", description="id of the shipped file that this is, or that it extends", max_length=100)
    title: str = Field("", description="one line for people")
    evidence: dict[str, EvidenceText] = Field(
        default_factory=dict, description="where values come from, by path (share.table, payment.settlement_days)"
    )

    @field_validator("evidence")
    @classmethod
    def known_sections(cls, evidence: dict[str, Evidence]) -> dict[str, Evidence]:
        """A path begins with a section; below that it may name a value that an extending rule set has replaced."""
        allowed = [name for name in cls.model_fields if name != "evidence"]
        for path in evidence:
            section = path.partition(".")[0]
            if section not in allowed:
                raise ValueError(f"evidence for '{path}': there is no section '{section}'; {nearest(section, allowed)}")
        return evidence

    def values(self) -> dict[str, object]:
        """Every value by path, as in ``share.table.1``; a list is one value, a chosen part's name is under ``rule``."""
        return dict(_leaves("", self.model_dump(mode="json", exclude={"evidence"})))

    def evidence_of(self, path: str) -> Evidence | None:
        """Evidence for the value at a path: the entry for the path itself, or for the nearest path above it."""
        while path:
            if path in self.evidence:
                return self.evidence[path]
            path = path.rpartition(".")[0]
        return None

    def stand_ins(self) -> dict[str, Evidence]:
        """Evidence of every value that stands in for something unknown, by path of the value."""
        found = {path: self.evidence_of(path) for path in self.values()}
        return {path: e for path, e in found.items() if e is not None and e.stand_in}


def _leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from _leaves(f"{path}.{key}" if path else str(key), child)
    else:
        yield path, value
