"""Null results: what was changed and moved nothing, or no bid and no award, and what of the tender decided before it.

    found = compare("pilot-2018", ["softer-ratio"])
    found.nulls["softer-ratio"].nothing          # True: every table of the variant is the base's, bit for bit

A sweep keeps metrics only: a lever is idle if its values change no metric of the tender, or none at all.

The tables of a run are taken down as hashes, of all of them, of bids and awards, and of postings and events, so that
runs of which only the metrics are kept can be told apart, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.metrics import METRICS
from vbp_sim.scenario.describe import lines_of
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.tree import dotted
from vbp_sim.studies.design import Design
from vbp_sim.studies.ledger import Ledger

#: what bids and awards are: who bids and wins at which price, what share and term it brings, who supplies where
AWARDED: Mapping[str, tuple[str, ...]] = {
    "bids": ("round", "drug", "manufacturer", "bid", "selected", "price"),
    "awards": ("round", "drug", "failed", "share", "term_months"),
    "allocation": ("round", "drug", "province", "main", "backup", "by_brand"),
}
#: tables of all that happened and was paid
HAPPENED = ("accounts", "events")
Columns = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Null:
    """A variant that changed no bid and no award. ``nothing``: no table at all.

    ``lost``: valid bids that lost, ``short`` of them because they were not shortlisted. ``rule``: what decided instead
    of the rule that the variant changed, if known: ``shortlist``, ``selection``, or ``nobody`` where no bid lost.
    """

    nothing: bool
    lost: int = 0
    short: int = 0
    rule: str = ""


class Imprint:
    """What came of a scenario, taken down replication by replication or from its run folder."""

    def __init__(self) -> None:
        self.whole, self.awarded, self.happened = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
        self.lost = self.short = 0

    @classmethod
    def of_run(cls, folder: RunFolder) -> Imprint:
        """The imprint of a finished run."""
        found = cls()
        hashes = {name: table["sha256"] for name, table in folder.manifest["tables"].items()}
        found.whole.update(repr(sorted(hashes.items())).encode())
        found.happened.update(repr([hashes[name] for name in HAPPENED]).encode())
        needed = {**AWARDED, "bids": (*AWARDED["bids"], "rank", "shortlisted")}
        found._awards({name: folder.table(name, columns) for name, columns in needed.items()})
        return found

    def add(self, tables: Mapping[str, Columns]) -> None:
        """Take down one more replication."""
        for name in sorted(tables):
            _feed(self.whole, tables[name], sorted(tables[name]))
        for name in HAPPENED:
            _feed(self.happened, tables[name], sorted(tables[name]))
        self._awards(tables)

    def _awards(self, tables: Mapping[str, Columns]) -> None:
        for name, columns in AWARDED.items():
            _feed(self.awarded, tables[name], columns)
        bids = {name: np.asarray(tables["bids"][name]) for name in ("rank", "selected", "shortlisted")}
        lost = (bids["rank"] > 0) & ~bids["selected"].astype(np.bool_)
        self.lost += int(lost.sum())
        self.short += int((lost & ~bids["shortlisted"].astype(np.bool_)).sum())


def nulls(of: Mapping[str, tuple[Scenario, Imprint]], base: str) -> dict[str, Null]:
    """The variants that changed no bid and no award, by name."""
    origin, before = of[base]
    found = {}
    for name, (scenario, after) in of.items():
        if name != base and after.awarded.digest() == before.awarded.digest():
            nothing = after.whole.digest() == before.whole.digest()
            rule = _decided(changed_rules(origin, scenario), after)
            found[name] = Null(nothing, after.lost, after.short, rule)
    return found


def _decided(changed: set[str], after: Imprint) -> str:
    """What decided instead of a changed shortlist or selection, of which each can leave nothing to the other."""
    changed &= {"shortlist", "selection"}
    if len(changed) != 1:
        return ""
    if not after.lost:
        return "nobody"
    rule = "shortlist" if 2 * after.short >= after.lost else "selection"
    return "" if rule in changed else rule


def changed_rules(base: Scenario, other: Scenario) -> set[str]:
    """Parts of the rule sets of rounds, such as ``selection``, in which two scenarios differ."""
    values = [{dotted(line.address): repr(line.value) for line in lines_of(s.spec, s.origins)} for s in (base, other)]
    differ = {path for path, _ in values[0].items() ^ values[1].items() if path.startswith("rounds.")}
    return {path.partition(".rules.")[2].partition(".")[0] for path in differ} - {""}


def idle_levers(book: Ledger, design: Design) -> dict[str, bool]:
    """Levers whose values changed no metric of prices and tenders, all else equal; True: no metric at all.

    None as long as a run of the study is missing.
    """
    if book.counts()["done"] < design.runs:
        return {}
    known = book.metrics
    tender = [id for id in known if id in METRICS and METRICS[id].group in ("price", "tender")]
    found, stride = {}, design.combinations
    for name, values in design.lever_values.items():
        stride //= len(values)
        if book.moved(stride, len(values), tender or known) is False:
            found[name] = not book.moved(stride, len(values), known)
    return found


def _feed(digest: Any, table: Columns, names: Iterable[str]) -> None:
    """Add columns to a hash; texts by their characters, all else by its bits."""
    for name in names:
        column = np.asarray(table[name])
        text = column.dtype.kind in "OU"
        digest.update(f"{name} {len(column)} ".encode())
        digest.update("\x1f".join(map(str, column.tolist())).encode() if text else column.tobytes())
