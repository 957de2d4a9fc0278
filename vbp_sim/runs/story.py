"""One drug's, manufacturer's or province's story, told from the tables of a finished run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.facts import read
from vbp_sim.runs.exposure import products_at
from vbp_sim.runs.folder import RunFolder


@dataclass(frozen=True)
class Happening:
    """One line of a story; ``value`` is nan where the event has no number."""

    date: str
    kind: str
    round: str
    drug: str
    manufacturer: str
    province: str
    value: float
    text: str


def story(run: RunFolder, subject: str, replication: int, site: str = "") -> list[Happening]:
    """Return what happened to a drug, manufacturer or province in one replication, or to the products that are made at
    a ``site``, in order of time.

    The round's calendar is part of every story. Raises `InputError` for a name that the run does not know.
    """
    count = int(run.manifest["replications"])
    if not 0 <= replication < count:
        what = f"{replication} is not a replication of this run"
        raise InputError(Problem("--replication", what, f"allowed: 0 to {count - 1}"))
    if site:
        made = products_at(run, site)
        lines = [
            line for line in _events(run, replication) if (line.drug, line.manufacturer) in made or _at(line, site)
        ]
        return sorted(lines, key=lambda line: line.date)
    kind = _kind_of(run, subject)
    mine = (line for line in _events(run, replication) if subject == getattr(line, kind) or _of_all(line))
    return sorted([*mine, *_bids(run, kind, subject, replication)], key=lambda line: line.date)


def _of_all(line: Happening) -> bool:
    """Whether it is about no drug, firm or province: the calendar."""
    return not (line.drug or line.manufacturer or line.province)


def _at(line: Happening, site: str) -> bool:
    """Whether it happened to a site itself, or belongs to the calendar."""
    return any(fact.values.get("name") == site for fact in read(line.text)) if "site" in line.kind else _of_all(line)


def _kind_of(run: RunFolder, subject: str) -> str:
    known = subjects(run)
    for kind, names in known.items():
        if subject in names:
            return kind
    close = nearest(subject, sorted(set().union(*known.values())))
    listing = "`vbp trace RUN` without a name lists all drugs, firms and provinces"
    remedy = close if close.startswith("did you mean") else listing
    raise InputError(Problem(str(run.path), f"nothing here is called '{subject}'", remedy))


def subjects(run: RunFolder) -> dict[str, list[str]]:
    """Names that a story can be told of, by what they are."""
    bids = run.table("bids", ["drug", "manufacturer"])
    return {
        "drug": sorted(set(bids["drug"])),
        "manufacturer": sorted(set(bids["manufacturer"])),
        "province": sorted(set(run.table("fund", ["province"])["province"])),
    }


def _events(run: RunFolder, replication: int) -> Iterator[Happening]:
    events = run.table("events")
    for i in np.flatnonzero(events["replication"] == replication).tolist():
        told = {column.name: events[column.name][i] for column in fields(Happening)}
        yield Happening(**{**told, "date": str(told["date"]), "value": float(told["value"])})


def _bids(run: RunFolder, kind: str, subject: str, replication: int) -> Iterator[Happening]:
    """The subject's bids with the reasons for their outcome, on the day of the opening."""
    if kind == "province":
        return
    bids, events = run.table("bids"), run.table("events", ["replication", "kind", "round", "date"])
    opened = {
        events["round"][i]: str(events["date"][i])
        for i in np.flatnonzero((events["kind"] == "opening") & (events["replication"] == replication))
    }
    for i in np.flatnonzero((bids["replication"] == replication) & (bids[kind] == subject)):
        round, drug, firm = (bids[column][i] for column in ("round", "drug", "manufacturer"))
        day = opened.get(round, "")
        yield Happening(day, "bid", round, drug, firm, "", float(bids["bid"][i]), bids["reason"][i])
