"""A run as readers of a language see it: facts said as sentences, Chinese names of drugs, provinces, firms and levels.

    shown = local(run)
    shown.table("awards", ["drug"])
    with_sentences(run, "events")  # the table as it is, with a column of sentences beside its facts

The names are those of the market, as the run's manifest has them; what it has no name for keeps its id.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

import numpy as np

from vbp_sim.report.charts import tiles
from vbp_sim.report.words import sentences
from vbp_sim.report.words.language import language, say, term
from vbp_sim.runs import parquet
from vbp_sim.runs.folder import RunFolder
from vbp_sim.scenario.places import nation

#: columns that hold names, and the kind of name in each
COLUMNS = {
    "drug": "drug",
    "province": "province",
    "manufacturer": "manufacturer",
    "main": "manufacturer",
    "backup": "manufacturer",
}
#: columns that hold codes, and the area of messages that has their words
CODES = {"level": "levels", "event": "sanctions", "rating": "sanctions"}
#: columns that hold facts, by table
FACTS = {"bids": "reason", "events": "text"}
#: the column that says them, where a table keeps both
SAID = "said"

#: a firm that the market counts and does not name, as the engine calls it
_UNNAMED = re.compile(r"unnamed generic (?P<n>\d+) of (?P<drug>.+)")

Source = TypeVar("Source")


@dataclass(frozen=True)
class LocalRun(RunFolder):
    """A run whose tables name things as its readers do."""

    run: RunFolder = field(kw_only=True)
    _names: dict[str, dict[str, str]] = field(default_factory=dict, kw_only=True, repr=False, compare=False)

    def table(self, name: str, columns: Iterable[str] | None = None) -> parquet.Columns:
        """Columns of a table, as `RunFolder.table` gives them, names and sentences in the language in use."""
        given = self.run.table(name, columns)
        for column in given:
            if (name, column) not in self._columns:
                self._columns[name, column] = self._said(name, column, given[column])
        return {column: self._columns[name, column] for column in given}

    def called(self, kind: str, id: str) -> str:
        """What a drug, a province or a manufacturer is called; in English its id."""
        if language() == "en":
            return id
        unnamed = _UNNAMED.fullmatch(id) if kind == "manufacturer" else None
        if unnamed is not None:
            return say("names.unnamed", n=unnamed["n"], drug=self.called("drug", unnamed["drug"]))
        if kind not in self._names:
            self._names[kind] = names(self.run, kind)
        return self._names[kind].get(id, id)

    def _said(self, table: str, column: str, values: parquet.Array) -> parquet.Array:
        if FACTS.get(table) == column:
            return _each(self.said, values)
        if language() == "en":
            return values
        if column in COLUMNS:
            return _each(functools.partial(self.called, COLUMNS[column]), values)
        return _each(functools.partial(term, CODES[column]), values) if column in CODES else values

    def said(self, text: str) -> str:
        """A text of facts of this run as a sentence."""
        return sentences.said(text, self.called)


@overload
def local(source: RunFolder) -> LocalRun: ...
@overload
def local(source: Source) -> Source: ...
def local(source: Any) -> Any:
    """The source as its readers see it: a run with its names and facts said, anything else as it is."""
    if not isinstance(source, RunFolder) or isinstance(source, LocalRun):
        return source
    return LocalRun(source.path, source.manifest, source.summary, run=source)


def with_sentences(run: RunFolder, table: str) -> parquet.Columns:
    """A table as it is; after a column of facts, what they say, with firms by their ids like everything beside it."""
    found: parquet.Columns = {}
    for column, values in run.table(table).items():
        found[column] = values
        if FACTS.get(table) == column:
            found[SAID] = _each(sentences.said, values)
    return found


def _each(said_as: Callable[[str], str], values: parquet.Array) -> parquet.Array:
    """Texts said in another way; each different one is said once."""
    said = {value: said_as(value) for value in dict.fromkeys(values.tolist())}
    return np.array([said[value] for value in values.tolist()], dtype=object)


def beside(firm: str, drug: str) -> str:
    """What a firm is called where the drug stands beside it: one that the market does not name, without the drug."""
    before, after = say("names.unnamed", n="\0", drug=drug).split("\0")
    number = firm.removeprefix(before).removesuffix(after)
    made_up = number.isdecimal() and firm == f"{before}{number}{after}"
    return say("names.unnamed_here", n=number) if made_up else firm


def name(run: RunFolder, kind: str, id: str) -> str:
    """What a drug, a province or a manufacturer of a run is called; in a run that is not `local`, its id."""
    return run.called(kind, id) if isinstance(run, LocalRun) else id


def names(run: RunFolder, kind: str) -> dict[str, str]:
    """Chinese names by id; a name that several have is followed by the id. The nation's places are always known."""
    known: dict[str, str] = dict(run.manifest.get("names", {}).get(kind, {}))
    if kind == "province" and not known:
        known = {id: tiles.CHINESE[tiles.code(id)] for id in _provinces(run) if tiles.code(id)}
    often = Counter(known.values())
    shown = {id: said if often[said] == 1 else f"{said}（{id}）" for id, said in known.items()}
    return {**nation().names_zh, **shown} if kind == "province" else shown


def _provinces(run: RunFolder) -> list[str]:
    return sorted(set(run.table("use", ["province"])["province"].tolist()))
