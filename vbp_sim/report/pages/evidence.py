"""The values that a run used, with where each comes from and how far that can be trusted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vbp_sim.report.words import words
from vbp_sim.report.words.language import restate, say, term
from vbp_sim.runs.folder import RunFolder

#: codes of confidence, from the firmest to the weakest; in words they are messages of the area ``evidence``
CODES = ("O", "Q", "S", "D", "I", "M", "L", "G", "U")
#: codes that a reader should be warned of
WEAK = ("M", "L", "G", "U")
#: values that describe the run, which the report gives elsewhere
ELSEWHERE = ("scenario", "edition", "title", "description", "replications", "seed")
_GROUPS = ("rounds", "laws", "behaviour", "demand", "finance")


@dataclass(frozen=True)
class Assumption:
    """One value; ``weak`` if it stands in for something unknown or its confidence is one of `WEAK`."""

    path: str
    value: str
    meaning: str
    source: str
    code: str
    set_by: str
    stand_in: bool

    @property
    def confidence(self) -> str:
        """Confidence in words."""
        return say(f"evidence.{self.code}") if self.code in CODES else ""

    @property
    def weak(self) -> bool:
        """Whether a reader should be warned."""
        return self.stand_in or self.code in WEAK


def of(run: RunFolder | None) -> dict[str, Any]:
    """What a page says of the values of a run; nothing if its folder is not at hand."""
    return {"assumptions": assumptions(run) if run else {}, "counts": counted(run) if run else ""}


def assumptions(run: RunFolder) -> dict[str, list[Assumption]]:
    """All values by group, those to be warned of first."""
    found: dict[str, list[Assumption]] = {}
    for line in run.manifest.get("values", ()):
        top = line["path"].split(".")[0]
        if top not in ELSEWHERE:
            group = say(f"evidence.{top if top in _GROUPS else 'scenario'}")
            found.setdefault(group, []).append(_assumption(line))
    return {group: sorted(values, key=lambda a: not a.weak) for group, values in found.items()}


def codes(run: RunFolder) -> Counter[str]:
    """How many values have each code of confidence."""
    return Counter(line["confidence"] for line in run.manifest.get("values", ()) if line["confidence"])


def counted(run: RunFolder) -> str:
    """How many values have each code of confidence, in words; empty if none has one."""
    counts = codes(run)
    return words.listed([say("page.code", words=say(f"evidence.{c}"), count=counts[c]) for c in CODES if counts[c]])


def _assumption(line: Mapping[str, Any]) -> Assumption:
    value, unit = line["value"], line["unit"]
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    source = say("evidence.and").join(restate("evidence", part) for part in (line["source"], line["note"]) if part)
    return Assumption(
        path=line["path"],
        value=said if unit == "-" else words.amount(said, term("units", unit)),
        meaning=restate("parameters", line["meaning"]),
        source=source,
        code=line["confidence"],
        set_by=restate("evidence", line["set_by"]),
        stand_in=line["stand_in"],
    )
