"""What happened in a run: how often each kind of event, and the first replication told day by day."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from vbp_sim.report.words import words
from vbp_sim.report.words.language import term
from vbp_sim.runs.folder import RunFolder

#: days that the page tells; `vbp trace` tells the rest
MOST = 60


@dataclass
class Day:
    """Events of one day that say the same, of whom they say it."""

    date: str
    kind: str
    text: str
    drugs: set[str] = field(default_factory=set)
    firms: set[str] = field(default_factory=set)
    provinces: set[str] = field(default_factory=set)

    @property
    def who(self) -> str:
        """Names, or how many they are."""
        groups = ((self.drugs, "drug"), (self.firms, "manufacturer"), (self.provinces, "province"))
        return words.listed([_told(names, noun) for names, noun in groups if names])


def _told(names: set[str], noun: str) -> str:
    return next(iter(names)) if len(names) == 1 else words.counted(len(names), noun)


def kinds(run: RunFolder) -> list[tuple[str, str, int]]:
    """Kinds of events, the rarest last: name, mean number in a replication, and replications that have one."""
    t = run.table("events", ["replication", "kind"])
    n = int(run.manifest["replications"])
    found = []
    for name in dict.fromkeys(t["kind"].tolist()):
        mine = t["kind"] == name
        often = words.compact(mine.sum() / n)
        found.append((term("event_kinds", name), often, len(np.unique(t["replication"][mine]))))
    return sorted(found, key=lambda kind: -kind[-1])


def days(run: RunFolder) -> list[Day]:
    """Events of the first replication in order of time; those of one day that say the same are one."""
    t = run.table("events", ["replication", "date", "kind", "drug", "manufacturer", "province", "text"])
    found: dict[tuple[str, str, str], Day] = {}
    for i in np.flatnonzero(t["replication"] == 0):
        key = (words.day(t["date"][i]), term("event_kinds", t["kind"][i]), t["text"][i])
        day = found.setdefault(key, Day(*key))
        for names, column in ((day.drugs, "drug"), (day.firms, "manufacturer"), (day.provinces, "province")):
            if t[column][i]:
                names.add(t[column][i])
    return list(found.values())
