"""A rule set: the tender law of one round, dated, with the evidence for each value.

>>> from vbp_sim.rules.library import rule_set
>>> rule_set("expansion-2019").share.share(winners=2)
Fraction(3, 5)
"""

from __future__ import annotations

import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from vbp_sim.rules.allocation import Allocation
from vbp_sim.rules.backup import Backup
from vbp_sim.rules.ceiling import Ceiling
from vbp_sim.rules.collusion import Collusion
from vbp_sim.rules.contract import Contract
from vbp_sim.rules.conversion import Conversion
from vbp_sim.rules.dated import Dated
from vbp_sim.rules.entry import Entry
from vbp_sim.rules.failure import Failure
from vbp_sim.rules.grading import Grading
from vbp_sim.rules.grouping import Grouping
from vbp_sim.rules.selection import Selection
from vbp_sim.rules.share import Share
from vbp_sim.rules.shortlist import Shortlist
from vbp_sim.rules.term import Term
from vbp_sim.scenario.parts import Chosen, by_default


class RuleSet(Dated):
    """All rules of one round; what holds between rounds is local law (`LocalLaw`)."""

    kind: ClassVar[str] = "rules"

    date: datetime.date | None = Field(None, description="day on which bids were opened under these rules")
    members: tuple[str, ...] = Field((), description="provinces that take part; empty means all of the market")
    entry: Annotated[Entry, Chosen("entry", "qualified")] = Field(description="who may bid, and how many must")
    ceiling: Annotated[Ceiling, Chosen("ceiling", "published")] = by_default("highest valid bid")
    conversion: Annotated[Conversion, Chosen("conversion", "price-ratio")] = by_default(
        "prices of other strengths and packs as prices of the representative one"
    )
    grouping: Annotated[Grouping, Chosen("grouping", "none")] = by_default(
        "groups of firms that compete apart from each other"
    )
    shortlist: Annotated[Shortlist, Chosen("shortlist")] = Field(description="who passes the first cut by rank")
    selection: Annotated[Selection, Chosen("selection")] = Field(description="who wins, and at which price")
    grading: Annotated[Grading, Chosen("grading", "none")] = by_default("classes of winners")
    share: Annotated[Share, Chosen("share", "by-winners")] = Field(description="guaranteed part of the reported volume")
    term: Annotated[Term, Chosen("term", "by-winners")] = Field(description="length of the agreement")
    contract: Annotated[Contract, Chosen("contract", "yearly")] = Field(description="agreed volume from year to year")
    allocation: Annotated[Allocation, Chosen("allocation", "draft")] = Field(
        description="main supplier of each province"
    )
    backup: Annotated[Backup, Chosen("backup", "none")] = Field(description="backup supplier of each province")
    failure: Annotated[Failure, Chosen("failure", "replacement")] = Field(
        description="what follows a failure to supply"
    )
    collusion: Annotated[Collusion, Chosen("collusion", "sanctions")] = by_default(
        "how rings of bidders are found, and what follows"
    )
    after_term: Literal["price-holds", "listing"] = Field(
        "price-holds",
        description="what holds after the term without a successor: selected products at their prices, without a task, "
        "or what was bought and paid before any agreement",
    )
    publication: Literal["bids", "prices", "none"] = Field(
        "bids",
        description="what firms learn of the round once it is over: all bids, the winning prices only, or neither",
    )

    @property
    def asks_for_brands(self) -> bool:
        """Whether any of the rules needs to know what institutions reported by brand."""
        chance = getattr(self.selection, "second_chance", None)
        return any(getattr(rule, "asks_for_brands", False) for rule in (self.allocation, self.grouping, chance))
