"""The typed source of a scenario: validation, defaults, JSON Schema and reference page come from here.

>>> Demand().monthly_cv
0.25
"""

from __future__ import annotations

import itertools
from datetime import date
from statistics import NormalDist
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from vbp_sim.scenario.laws import Law
from vbp_sim.scenario.limits import DAYS, Id, Line, Portion
from vbp_sim.scenario.market import LEVELS
from vbp_sim.scenario.parts import Chosen, Frozen, Part, by_default, param, wrong


class Calendar(Frozen):
    """Dates of one round, in the order in which they must fall (ISO dates, 2018-12-06)."""

    reporting_start: date = Field(**DAYS, description="institutions begin to report their yearly demand")
    reporting_end: date = Field(**DAYS, description="institutions' reporting closes")
    review_end: date = Field(**DAYS, description="provinces have checked the reports and sent them on")
    document: date = Field(**DAYS, description="the tender document is published")
    opening: date = Field(**DAYS, description="bids are opened; shortlist, selection, province choice on the same day")
    result: date = Field(**DAYS, description="the final result is published; contracts are signed from here")
    start: date = Field(**DAYS, description="first day on which institutions use the selected products")

    @model_validator(mode="after")
    def in_order(self) -> Calendar:
        steps = type(self).model_fields
        for earlier, later in itertools.pairwise(steps):
            if getattr(self, earlier) > getattr(self, later):
                what = f"{getattr(self, later)} lies before {earlier} ({getattr(self, earlier)})"
                raise wrong(later, f"{what}; the order is {', '.join(steps)}")
        return self


class Round(Frozen):
    """One bidding round: its rule set, its dates, the drugs that it tenders, and its market if it has its own."""

    rules: Annotated[Part, Chosen("rules")] = Field(
        description="rule set: a name (`vbp list rules`), or a map that extends one and replaces values"
    )
    calendar: Calendar = Field(description="the round's dates")
    drugs: tuple[str, ...] = Field(
        (), description="drugs tendered, by id; empty means every drug of the round's market"
    )
    market: str = Field(
        "", description="the round's own market: a folder, or a shipped one by name; left out: the scenario's"
    )


class Behaviour(Frozen):
    """How firms and hospitals decide: one model each, chosen by name."""

    firms: Annotated[Part, Chosen("firms", "two-level-costs")] = by_default(
        "costs, earlier shares and capacity of firms"
    )
    industry: Annotated[Part, Chosen("industry", "fixed")] = by_default("how firms change from round to round")
    bidding: Annotated[Part, Chosen("bidding", "rules-of-thumb")] = by_default("how manufacturers bid")
    losers: Annotated[Part, Chosen("losers", "keep")] = by_default("what firms that were not selected ask from then on")
    reporting: Annotated[Part, Chosen("reporting", "audited-use")] = by_default("how institutions report their demand")
    choice: Annotated[Part, Chosen("choice", "shelves")] = by_default(
        "how institutions choose among products each month"
    )
    classes: Annotated[Part, Chosen("classes", "molecule-logit")] = by_default(
        "how need moves between molecules of a class, where drugs.csv has classes"
    )
    supply: Annotated[Part, Chosen("supply", "alternating-renewal")] = by_default(
        "how suppliers produce, fail and recover"
    )
    conduct: Annotated[Part, Chosen("conduct", "rates")] = by_default(
        "what companies are rated for beside all that is simulated"
    )


class Demand(Frozen):
    """True demand behind the reported volumes, and how it varies."""

    reporting_ratio: float = param(
        0.76,
        "reported volume of demand.csv over the institutions' true yearly use before the round",
        "share",
        "so that `audited-use` reports what demand.csv says: 0.83 of a year that is 15 months old",
        "I",
        gt=0,
        le=1.5,
    )
    trend: float = param(
        0.08,
        "yearly growth of the use of every drug, tendered or not, on top of its own `trend` in the market",
        "per year",
        "assumption: two years' lag of audited use 1.17 gives the pilot's completion with a floor of 0.8 [B1]",
        "I",
        gt=-0.5,
        le=0.5,
    )
    growth: float = param(
        0.0,
        "rise of the use of a tendered drug once selected products are supplied, whatever they cost",
        "share",
        "assumption; the rise is left to `elasticity`",
        gt=-1,
        le=2,
    )
    elasticity: float = param(
        0.18,
        "rise of the use with a fall of the price of a unit and of the patient's part of it, all in logarithms",
        source="fitted to +14 % against other cities [B2]; 0.144 [B15]; raw pairs imply 0.28 to 0.59; 0 is possible",
        confidence="I",
        ge=0,
        le=3,
    )
    drug_spread: float = param(
        0.35,
        "how differently the use of drugs answers to an agreement (sd of the logarithm)",
        source="fitted to completion by drug, 0.75 to 4.78 [B1]",
        confidence="I",
        ge=0,
        le=2,
    )
    place_spread: float = param(
        0.2,
        "how differently use answers in places (sd of the logarithm)",
        source="fitted to spend by pilot city; Nanjing +8 %, Shenzhen +74 %",
        confidence="I",
        ge=0,
        le=2,
    )
    cell_spread: float = param(
        0.2,
        "how differently use answers in each place and drug beyond both (sd of the logarithm)",
        source="fitted: use fell in 32 % of 418 cells of drug and region [B15]",
        confidence="I",
        ge=0,
        le=2,
    )
    ramp_months: int = param(3, "months over which the rise is reached", "months", ge=1, le=24)
    monthly_cv: float = param(
        0.25, "spread of one institution's monthly demand for one drug (standard deviation / mean)", ge=0, le=2
    )
    size_spread: float = param(
        1.0, "spread of institutions' sizes within a level (standard deviation of the logarithm)", ge=0, le=3
    )
    level_share: dict[str, Portion] = param(
        {"tertiary": 0.62, "secondary": 0.26, "primary": 0.12},
        "share of the demand of a province that each level of institution has",
        "share",
    )

    @model_validator(mode="after")
    def shares_add_up(self) -> Demand:
        if set(self.level_share) != set(LEVELS):
            raise wrong("level_share", f"needs exactly the levels {', '.join(LEVELS)}")
        if min(self.level_share.values()) < 0 or abs(sum(self.level_share.values()) - 1) > 1e-9:
            total = sum(self.level_share.values())
            raise wrong("level_share", f"the shares must add up to 1, they add up to {total:g}")
        return self


class Finance(Frozen):
    """Who pays: the insurance fund and the patient."""

    fund_share: Portion = param(
        0.65,
        "share of a covered price that the fund pays (actual payment ratio r of the retention formula)",
        "share",
        "range 0.5 to 0.8, no page found",
        "M",
    )
    insured_share: Portion = param(
        0.90,
        "share of a drug's use that goes to locally insured patients (s of the retention formula)",
        "share",
        "range 0.8 to 0.95, no page found",
        "M",
    )
    on_time_share: Portion = param(
        0.8, "share of institutions that pay when it is due; the others keep the arrears of before", "share"
    )
    place_spread: float = param(
        0.0,
        "how far a place's rigour moves the share that pays on time, in sd of the normal law behind it",
        source="assumption: adds nothing to the fit, so 0; 0.3 is possible; the same draw moves use and reports",
        ge=0,
        le=3,
    )
    vat_rate: float = param(
        0.13,
        "value-added tax, contained in prices; tax that manufacturers paid on what they bought is left out",
        "share",
        "13 % on drugs, 13 / 113 of the price",
        "M",
        ge=0,
        le=0.5,
    )
    fund_channels: Portion = param(
        0.5,
        "of what patients get outside VBP hospitals, the part in channels that the fund pays too; the rest is self-pay",
        "share",
        "assumption",
    )
    free_price: float = param(
        1.0,
        "price of originators outside VBP hospitals over their price there",
        source="assumption; 0.9 to 1.2 are possible",
        gt=0,
        le=10,
    )

    @property
    def covered(self) -> float:
        """Part of all spending at covered prices that the fund pays, r x s."""
        return self.fund_share * self.insured_share

    def punctual(self, rigour: float) -> float:
        """Share of the institutions of a place that pay when it is due, by the place's rigour (standard normal)."""
        share, law = self.on_time_share, NormalDist()
        return law.cdf(law.inv_cdf(share) + self.place_spread * rigour) if 0 < share < 1 else share


class Variant(Frozen):
    """A named patch over the scenario."""

    title: Line = Field("", description="what a reader of a chart should call it")
    changes: dict[str, Any] = Field(
        default_factory=dict, description="values to set, as a map like the scenario itself"
    )
    replaces: tuple[str, ...] = Field(
        (), description="paths that this variant may set although another variant of the same chain sets them"
    )


class Outputs(Frozen):
    """Tables that are written only if they are asked for."""

    institutions: bool = Field(
        False, description="whether the table `institutions` is written, a row for each year, drug and institution"
    )


class Spec(Frozen):
    """All that a scenario file may say."""

    scenario: Line = Field(description="name of the scenario, used in file names and titles", min_length=1)
    edition: Literal[2] = Field(2, description="edition of the keys; files of the first one: `vbp migrate`")
    title: Line = Field("", description="one line for people")
    description: str = Field("", description="what is asked, what is known, what is assumed")
    market: str = Field(
        description="folder of the market's CSV files, relative to this file, or a shipped market by name"
    )
    start: date = Field(
        **DAYS, description="first day of the simulation; the months before the first supply are the baseline"
    )
    rounds: dict[Id, Round] = Field(description="bidding rounds by id", min_length=1)
    laws: dict[Id, Law] = Field(
        default_factory=dict, description="local law by id; `national` has the rules law-2019 if nothing else is said"
    )
    behaviour: Behaviour = Field(default_factory=Behaviour, description="models of firms and hospitals")
    demand: Demand = Field(default_factory=Demand, description="true demand")
    finance: Finance = Field(default_factory=Finance, description="who pays")
    outputs: Outputs = Field(default_factory=Outputs, description="what a run writes beside the usual tables")
    plugins: tuple[str, ...] = Field(
        (), description="Python files whose parts this scenario may choose, and their helpers; relative to this file"
    )
    variants: dict[Id, Variant] = Field(default_factory=dict, description="named patches, by id")
    draws: tuple[Line, ...] = Field(
        (),
        description="files of draws, or shipped ones by name (bids, use): replication k takes draw k of parameters "
        "that are not stated; left out: every replication has the defaults",
    )
    replications: int = Field(1, ge=1, le=100_000, description="runs with different luck")
    seed: int = Field(1, ge=0, lt=2**63, description="root of all random draws")
