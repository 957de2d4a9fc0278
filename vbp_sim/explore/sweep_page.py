"""The page of a sweep: its points as a scatter and as a table, within chosen ranges, and one of them from near."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

from vbp_sim.errors import Problem
from vbp_sim.explore import form, scatter
from vbp_sim.explore.fence import inside
from vbp_sim.explore.html import Section, end, render
from vbp_sim.explore.kept import work
from vbp_sim.explore.points import Points
from vbp_sim.explore.query import LANG, Field, State, WrongAddress
from vbp_sim.explore.sheet import Drawing, Drawn, Easel, Wish, blank, of_catalogue
from vbp_sim.report.charts.catalogue import Chart, catalogue
from vbp_sim.report.csv_table import csv_bytes
from vbp_sim.report.pages.grid import MOST_ROWS, Grid, shown
from vbp_sim.report.pages.page import in_order
from vbp_sim.report.studied import Studied
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.metrics import METRICS
from vbp_sim.studies import export

SCATTER = "points"
#: the colour that stands for none
PLAIN = "-"
#: metrics in the table of points where none is chosen
COLUMNS = 4


class SweepPage:
    """The page of a study, finished or not."""

    #: folders besides the study's own that it was read from
    runs: tuple[Path, ...] = ()

    def __init__(self, points: Points) -> None:
        self._points = points
        self._easel = Easel(self._plan)

    @classmethod
    def of(cls, path: Path) -> Self:
        """The page of a sweep's folder; InputError if it is none, or has links that lead out of it."""
        inside(path, path)
        return cls(Points(Studied.open(path)))

    @property
    def title(self) -> str:
        """What the sweep asks."""
        spec = self._points.study.plan.spec
        return spec.title or spec.sweep

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """What an address of this page may say."""
        points, metrics = self._points, tuple(self._points.metrics)
        numbers = [id for id in points.settings if points.is_number(id)]
        worded = [id for id in points.settings if id not in numbers]
        axes = (*points.settings, *metrics)
        x, y = scatter.axes_of(points, numbers or axes[:1], metrics[:COLUMNS])
        found = {"lang": LANG, "x": Field(axes, default=(x,)), "y": Field(axes, default=(y,))}
        found["colour"] = Field((PLAIN, *axes), default=(*worded, PLAIN)[:1])
        found |= {f"{end}.{id}": Field(None) for id in numbers for end in ("min", "max")}
        found |= {f"only.{id}": Field(points.options(id), many=True) for id in worded}
        found["chart"] = Field((SCATTER, *in_order(catalogue("study"))), many=True, default=(SCATTER,))
        found["metric"] = Field(metrics, many=True, default=metrics[:COLUMNS])
        every = tuple(map(str, range(len(points))))
        return found | {"point": Field(every), "of": Field((), inner=True), "one": Field((), inner=True)}

    def check(self, state: State) -> None:
        """WrongAddress for ranges that are empty."""
        for id in self._points.settings:
            low, high = state.one(f"min.{id}"), state.one(f"max.{id}")
            if low and high and float(low) > float(high):
                raise WrongAddress(Problem(f"min.{id}={low}", say("explore.above", low=low, high=high)))

    def form(self, state: State) -> list[form.Part]:
        """What can be chosen beside the page."""
        parts = [
            form.choose("x", state, say("explore.across"), scatter.named),
            form.choose("y", state, say("explore.upwards"), scatter.named),
            form.choose("colour", state, say("explore.colour"), _colour),
        ]
        for id in self._points.settings:
            if f"only.{id}" in self.fields:
                parts.append(form.boxes(f"only.{id}", state, id))
            else:
                values = self._points.numbers(id)
                ends = {"min": ("least", values.min()), "max": ("most", values.max())}
                parts += [
                    form.number(f"{end}.{id}", state, say(f"explore.{said}", name=id), shown(float(value)))
                    for end, (said, value) in ends.items()
                ]
        parts.append(form.boxes("chart", state, say("explore.charts"), _question))
        return [*parts, form.boxes("metric", state, say("explore.metrics"), scatter.named)]

    def sections(self, state: State) -> Iterator[Section]:
        """The parts of the page in their order; each is made when it is called."""
        if state.one("point"):
            yield lambda: self._one(state)
        for chart in state.all("chart"):
            yield lambda chart=chart: render("sheets.html", sheets=[self._easel.sheet(Wish(chart), state)])  # type: ignore[misc]
        yield lambda: self._table(state)
        yield lambda: self._end()

    def file(self, name: str, ending: str, state: State) -> bytes | None:
        """A file of the page, None if there is none of that name."""
        if name == "table" and ending == "csv":
            with work():
                return csv_bytes(self._points.columns(self._points.chosen(state), state.all("metric")))
        return self._easel.file(Wish(name), state, ending) if name in (SCATTER, *catalogue("study")) else None

    def _plan(self, wish: Wish, state: State) -> Drawing:
        study = self._points.study
        if wish.chart != SCATTER:
            mine = Wish(wish.chart, metrics=state.given.get("metric", ()))
            notes = (say("explore.whole_points"),) if not self._points.chosen(state).all() else ()
            key = (study.done, mine.metrics, bool(notes))
            return Drawing(key, _question(wish.chart), lambda: Drawn(of_catalogue(mine, study), study, notes))
        state_key = (study.done, *state.given.items())
        return Drawing(state_key, _question(SCATTER), lambda: Drawn(self._scatter(state), study))

    def _scatter(self, state: State) -> Chart:
        rows = self._points.chosen(state)
        if not rows.any():
            return blank(self._points.study, say("explore.no_points"), _question(SCATTER))
        axes = (state.one("x"), state.one("y"), state.one("colour").removeprefix(PLAIN))
        return scatter.draw(self._points, rows, *axes, int(state.one("point") or -1))

    def _table(self, state: State) -> str:
        with work():
            rows, study = self._points.chosen(state), self._points.study
            grid = Grid.of("table", say("explore.points"), self._points.for_people(rows, state.all("metric")))
            numbers = np.flatnonzero(rows)[:MOST_ROWS].tolist()
        said = say(
            "explore.points_of", n=f"{int(rows.sum()):,}", all=f"{len(self._points):,}",
            replications=words.counted(study.shape[2], "replication"),
        )  # fmt: skip
        looks = [state.link(point=str(number)) + "#point" for number in numbers]
        mine = list(map(str, numbers)).index(state.one("point")) if state.one("point") in map(str, numbers) else -1
        href = state.link("/table.csv")
        return render("points.html", grid=grid, said=said, looks=looks, href=href, most=MOST_ROWS, mine=mine)

    def _one(self, state: State) -> str:
        """One point from near: what it sets, what came out, and how to run it again."""
        points, number = self._points, int(state.one("point"))
        with work():
            point = points.study.design.point(number)
            numbers = {id: float(points.numbers(id)[number]) for id in METRICS}
            done = int(points.done[number])
        return render(
            "point.html",
            number=number,
            sets={id: value if isinstance(value, str) else json.dumps(value) for id, value in point.values.items()},
            metrics={scatter.named(id): (shown(value), METRICS[id].unit) for id, value in numbers.items()},
            done=done,
            command=export.command(points.study.path, number, 0),
            close=state.link(point=()),
        )

    def _end(self) -> str:
        study = self._points.study
        about, runs = {**study.origin.manifest, "scenario": study.plan.scenario}, study.design.runs
        remarks = [] if study.done == runs else [say("explore.unfinished", done=f"{study.done:,}", runs=f"{runs:,}")]
        return end(study.path, about, remarks, changes={})


def _colour(id: str) -> str:
    return say("explore.one_colour") if id == PLAIN else scatter.named(id)


def _question(chart: str) -> str:
    return say("explore.scatter_question") if chart == SCATTER else catalogue("study")[chart].question
