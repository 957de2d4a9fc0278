"""The page of one run, or of a comparison: its form, its metrics, its charts, cut down to what is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from vbp_sim.errors import Problem
from vbp_sim.explore import form, measures
from vbp_sim.explore.html import Section, end, render
from vbp_sim.explore.kept import Kept, work
from vbp_sim.explore.query import LANG, Field, State, WrongAddress
from vbp_sim.explore.runs import Runs
from vbp_sim.explore.sheet import Drawing, Drawn, Easel, Wish, cut_down, of_catalogue
from vbp_sim.report.charts.catalogue import catalogue
from vbp_sim.report.compared import Compared
from vbp_sim.report.csv_table import Columns, csv_bytes
from vbp_sim.report.pages.page import in_order
from vbp_sim.report.words import words
from vbp_sim.report.words.language import language, say
from vbp_sim.report.words.names import local, name
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.metrics import METRICS
from vbp_sim.runs.view import Cut, RunView
from vbp_sim.studies.paired import LEVEL

#: charts that the page of a run shows where none is chosen; beside the charts of a comparison the first of them
FIRST = ("price-by-drug", "monthly-use")
#: a chart of one drug is drawn for so many of the chosen drugs
LADDERS = 6


class RunsPage:
    """The page of `Runs`; what it worked out lately is kept."""

    def __init__(self, study: Runs) -> None:
        self.study = study
        self._views = Kept(8)
        self._rows = Kept(32)
        self._easel = Easel(self._plan)

    @property
    def runs(self) -> list[Path]:
        """Folders besides the study's own that it was read from."""
        return [run.path for run in self.study.runs.values()] if self.study.compared else []

    @property
    def title(self) -> str:
        """Title of the scenario."""
        compared = self.study.compared
        about = compared.content if compared else next(iter(self.study.runs.values())).manifest
        return str(about.get("title") or about["scenario"])

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """What an address of this page may say."""
        return fields_of(self.study)

    def check(self, state: State) -> None:
        """WrongAddress for choices that do not go together."""
        first, last = state.one("from"), state.one("to")
        if first and last and first > last:
            raise WrongAddress(Problem(f"from={first}", say("explore.late", first=first, last=last)))
        if "variant" in state.given and not self._others(state):
            raise WrongAddress(Problem(f"variant={state.all('variant')[0]}", say("explore.base_only")))

    def form(self, state: State) -> list[form.Part]:
        """What can be chosen beside the page."""
        parts = []
        if self.study.compared:
            parts.append(form.boxes("variant", state, say("explore.variants"), self._variant))
            parts.append(form.choose("base", state, say("explore.base"), self._variant))
        parts.append(form.boxes("chart", state, say("explore.charts"), _question))
        if self.study.runs:
            for kind in ("drug", "province"):
                parts.append(form.boxes(kind, state, say(f"explore.{kind}s"), partial(self._name, kind)))
            for name, blank in (("from", "explore.start"), ("to", "explore.end")):
                parts.append(form.choose(name, state, say(f"explore.{name}"), blank=say(blank)))
        return [*parts, form.boxes("metric", state, say("explore.metrics"), measures.meaning)]

    def sections(self, state: State) -> Iterator[Section]:
        """The parts of the page in their order; each is made when it is called."""
        yield lambda: self._table(state)
        for chart in state.all("chart"):
            for wishes in self._wishes(chart, state):
                yield lambda wishes=wishes: render(  # type: ignore[misc]
                    "sheets.html", sheets=[self._easel.sheet(wish, state, self._variant(wish.of)) for wish in wishes]
                )
        yield lambda: self._end(state)

    def file(self, name: str, ending: str, state: State) -> bytes | None:
        """A file of the page, None if there is none of that name."""
        if name == "metrics" and ending == "csv":
            return csv_bytes(self._columns(state))
        if name not in (self.fields["chart"].allowed or ()):
            return None
        of = "" if name in catalogue("comparison") else state.one("of")
        wish = next(w for ws in self._wishes(name, state) for w in ws)
        return self._easel.file(Wish(name, of, state.one("one"), wish.metrics), state, ending)

    def _others(self, state: State) -> list[str]:
        """The variants that are compared with the base."""
        return [n for n in state.all("variant") or self.study.names if n != state.one("base")]

    def _names(self, state: State) -> list[str]:
        """The variants that are shown, the base first."""
        return [state.one("base"), *self._others(state)] if self.study.compared else self.study.names

    def _wishes(self, chart: str, state: State) -> list[list[Wish]]:
        """What is drawn of a chart, in groups that stand side by side: one for each variant."""
        if chart in catalogue("comparison"):
            return [[Wish(chart, metrics=state.all("metric"))]]
        one_drug = catalogue("run")[chart].choice == "drug"
        drugs = (_cut(state).drugs[:LADDERS] or ("",)) if one_drug else ("",)
        names = [name for name in self._names(state) if name in self.study.runs]
        return [[Wish(chart, name, drug) for name in names] for drug in drugs]

    def _plan(self, wish: Wish, state: State) -> Drawing:
        cut = _cut(state)
        if wish.of:
            return Drawing(cut, _question(wish.chart), lambda: cut_down(wish, cut, partial(self._view, wish.of)))
        key = (tuple(self._names(state)), cut)

        def between() -> Drawn:
            found = self._compared(state)
            drawn = of_catalogue(wish, found)
            shown = dict.fromkeys(drawn.data["metric"].tolist() if drawn.data else ())
            whole = [f"{measures.meaning(m)}: {held}" for m in shown if (held := measures.holds(m, cut))]
            return Drawn(drawn, found, tuple(whole))

        return Drawing(key, _question(wish.chart), between)

    def _view(self, name: str, cut: Cut) -> RunFolder:
        run = self.study.runs[name]
        if cut == Cut():
            return run
        return self._views.get((language(), name, cut), lambda: RunView.of(run, cut, self._in_words(cut)))

    def _compared(self, state: State) -> Compared:
        cut, names = _cut(state), self._names(state)
        measured = Cut(cut.drugs, cut.provinces)
        rows = {n: self._rows.get((n, measured), lambda n=n: self.study.rows(n, measured)) for n in names}  # type: ignore[misc]
        return self.study.against(names[0], rows, self._in_words(measured))

    def _table(self, state: State) -> str:
        cut, metrics = _cut(state), state.all("metric")
        with work():
            if self.study.compared:
                compared = self._compared(state)
                lines = measures.of_variants(compared, metrics, cut)
                n = words.counted(int(compared.content["replications"]), "replication")
                caption = say("explore.metrics_paired", n=n, level=words.percent(LEVEL))
                header = measures.variants_header(compared)
            else:
                lines = measures.of_run(self._view(self.study.names[0], cut), metrics, cut)
                header, caption = measures.run_header(), ""
        said, timed = self._in_words(cut.without(("month",))), "month" in cut.dimensions
        return render(
            "table.html", lines=lines, header=header, caption=caption, cut=said, timed=timed,
            href=state.link("/metrics.csv"),
        )  # fmt: skip

    def _columns(self, state: State) -> Columns:
        cut, metrics = _cut(state), state.all("metric")
        with work():
            if self.study.compared:
                return measures.columns_of_variants(self._compared(state), metrics, cut)
            return measures.columns_of_run(self._view(self.study.names[0], cut), metrics, cut)

    def _end(self, state: State) -> str:
        compared, path = self.study.compared, self.study.path
        about = compared.origin if compared else next(iter(self.study.runs.values()))
        remarks = [] if self.study.runs else [say("explore.no_runs")]
        if len(_cut(state).drugs) > LADDERS and "bids-ladder" in state.all("chart"):
            remarks.append(say("explore.ladders", n=LADDERS))
        changes = {self._variant(name): paths for name, paths in compared.changes.items()} if compared else {}
        return end(path, about.manifest, remarks, changes=changes)

    def _in_words(self, cut: Cut) -> str:
        """What is chosen, in one line; empty for all."""
        named = {"drug": cut.drugs, "province": cut.provinces}
        parts = [say("words.comma").join(self._name(kind, id) for id in ids) for kind, ids in named.items() if ids]
        if cut.first or cut.last:
            low, high = cut.first or say("explore.start"), cut.last or say("explore.end")
            parts.append(say("words.range", low=low, high=high))
        return "; ".join(parts)

    def _variant(self, name: str) -> str:
        return measures.said(self.study.compared, name) if self.study.compared else name

    def _name(self, kind: str, id: str) -> str:
        return name(local(next(iter(self.study.runs.values()))), kind, id)


def _cut(state: State) -> Cut:
    drugs, provinces = (state.all(name) if name in state.fields else () for name in ("drug", "province"))
    return Cut(drugs, provinces, state.one("from"), state.one("to"))


def _question(chart: str) -> str:
    known = catalogue("run")
    return (known if chart in known else catalogue("comparison"))[chart].question


def fields_of(study: Runs) -> dict[str, Field]:
    """The fields of the page: variants, drugs and so on as the study has them."""
    found, names = {"lang": LANG}, tuple(study.names)
    drugs, provinces, months = (
        _distinct(study, table, column)
        for table, column in (("awards", "drug"), ("reports", "province"), ("fund", "month"))
    )
    if study.compared:
        found |= {"variant": Field(names, many=True), "base": Field(names, default=names[:1])}
    if study.runs:
        found |= {"drug": Field(drugs, many=True), "province": Field(provinces, many=True)}
        found |= {"from": Field(months), "to": Field(months)}
    between = in_order(catalogue("comparison")) if study.compared else []
    charts = (*between, *in_order(catalogue("run") if study.runs else {}))
    first = (*between, *FIRST[:1]) if study.compared else FIRST
    found["chart"] = Field(charts, many=True, default=_among(charts, first))
    known = {m for run in study.runs.values() for m in run.summary["metrics"]}
    known |= set(study.compared.differences) if study.compared else set()
    metrics = _among(METRICS, known)
    found["metric"] = Field(metrics, many=True, default=_among(metrics, METRICS.wanted))
    return found | {"of": Field(names, default=names[:1], inner=True), "one": Field(drugs, inner=True)}


def _among(known: Iterable[str], wanted: Iterable[str]) -> tuple[str, ...]:
    """Those that are wanted, in the order of those that are known."""
    chosen = set(wanted)
    return tuple(name for name in known if name in chosen)


def _distinct(study: Runs, table: str, column: str) -> tuple[str, ...]:
    """Values of a column over all runs, sorted."""
    columns = (run.table(table, [column])[column].astype(str) for run in study.runs.values())
    return tuple(sorted({value for values in columns for value in np.unique(values).tolist()} - {""}))
