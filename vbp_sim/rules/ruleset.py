"""A rule set: all rules of one round, dated, with the evidence for each value.

>>> from vbp_sim.rules.library import rule_set
>>> rule_set("expansion-2019").share.share(winners=2)
Fraction(3, 5)
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from vbp_sim.errors import nearest
from vbp_sim.rules.allocation.interface import Allocation
from vbp_sim.rules.assessment.interface import Assessment
from vbp_sim.rules.backup.interface import Backup
from vbp_sim.rules.ceiling.interface import Ceiling
from vbp_sim.rules.contract.interface import Contract
from vbp_sim.rules.conversion.interface import Conversion
from vbp_sim.rules.entry.interface import Entry
from vbp_sim.rules.evidence import Evidence, EvidenceText
from vbp_sim.rules.failure.interface import Failure
from vbp_sim.rules.grading.interface import Grading
from vbp_sim.rules.grouping.interface import Grouping
from vbp_sim.rules.payment.interface import Payment
from vbp_sim.rules.retention.interface import Retention
from vbp_sim.rules.selection.interface import Selection
from vbp_sim.rules.share.interface import Share
from vbp_sim.rules.shortlist.interface import Shortlist
from vbp_sim.rules.term.interface import Term
from vbp_sim.scenario.parts import Chosen, Part


class RuleSet(Part):
    """All rules of one round."""

    kind: ClassVar[str] = "rules"
    tag: ClassVar[str] = ""

    id: str = Field(
        "", description="id of the shipped rule set that this is, or that it extends", max_length=100
    )
    title: str = Field("", description="one line for people")
    date: datetime.date | None = Field(None, description="day on which bids were opened under these rules")
    members: tuple[str, ...] = Field(
        (), description="provinces that take part; empty means all of the market"
    )
    entry: Annotated[Entry, Chosen("entry", "qualified")] = Field(
        description="who may bid, and how many must"
    )
    ceiling: Annotated[Ceiling, Chosen("ceiling", "published")] = Field(
        default_factory=dict, validate_default=True, description="highest valid bid"
    )
    conversion: Annotated[Conversion, Chosen("conversion", "price-ratio")] = Field(
        default_factory=dict,
        validate_default=True,
        description="prices of other strengths and packs as prices of the representative one",
    )
    grouping: Annotated[Grouping, Chosen("grouping", "none")] = Field(
        default_factory=dict,
        validate_default=True,
        description="groups of firms that compete apart from each other",
    )
    shortlist: Annotated[Shortlist, Chosen("shortlist")] = Field(
        description="who passes the first cut by rank"
    )
    selection: Annotated[Selection, Chosen("selection")] = Field(description="who wins, and at which price")
    grading: Annotated[Grading, Chosen("grading", "none")] = Field(
        default_factory=dict, validate_default=True, description="classes of winners"
    )
    share: Annotated[Share, Chosen("share", "by-winners")] = Field(
        description="guaranteed part of the reported volume"
    )
    term: Annotated[Term, Chosen("term", "by-winners")] = Field(description="length of the agreement")
    contract: Annotated[Contract, Chosen("contract", "yearly")] = Field(
        description="agreed volume from year to year"
    )
    allocation: Annotated[Allocation, Chosen("allocation", "draft")] = Field(
        description="main supplier of each province"
    )
    backup: Annotated[Backup, Chosen("backup", "none")] = Field(
        description="backup supplier of each province"
    )
    assessment: Annotated[Assessment, Chosen("assessment", "points")] = Field(
        description="how hospitals are assessed"
    )
    retention: Annotated[Retention, Chosen("retention", "tiers")] = Field(
        description="what hospitals keep of savings"
    )
    payment: Annotated[Payment, Chosen("payment", "stepped")] = Field(
        description="who pays whom, when, up to what"
    )
    failure: Annotated[Failure, Chosen("failure", "replacement")] = Field(
        description="what follows a failure to supply"
    )
    publication: Literal["bids", "prices", "none"] = Field(
        "bids",
        description="what firms learn of the round once it is over: all bids, the winning prices only, or neither",
    )
    evidence: dict[str, EvidenceText] = Field(
        default_factory=dict,
        description="where values come from, by path (share.table, selection.floor_share)",
    )

    @field_validator("evidence")
    @classmethod
    def known_sections(cls, evidence: dict[str, Evidence]) -> dict[str, Evidence]:
        """A path begins with a section; below that it may name a value that an extending rule set has
        replaced.
        """
        allowed = [name for name in cls.model_fields if name != "evidence"]
        for path in evidence:
            section = path.partition(".")[0]
            if section not in allowed:
                raise ValueError(
                    f"evidence for '{path}': there is no section '{section}'; {nearest(section, allowed)}"
                )
        return evidence

    def values(self) -> dict[str, object]:
        """Every value by path, as in ``share.table.1``; a list is one value, a chosen part has its name
        under ``rule``.
        """
        return dict(_leaves("", self.model_dump(mode="json", exclude={"evidence"})))

    def evidence_of(self, path: str) -> Evidence | None:
        """Evidence for the value at a path: the entry for the path itself, or for the nearest path above
        it.
        """
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
