"""The report of a study: a sweep, with the sensitivity analysis or the search that was made with it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np

from vbp_sim.report.charts import panels
from vbp_sim.report.csv_table import Columns
from vbp_sim.report.pages import evidence
from vbp_sim.report.pages.grid import Grid, signs
from vbp_sim.report.pages.headline import Figure
from vbp_sim.report.pages.page import page, plates
from vbp_sim.report.studied import Studied, idle_levers, lever_words
from vbp_sim.report.summary import cells
from vbp_sim.report.words import words
from vbp_sim.report.words.language import restate, say, term
from vbp_sim.runs.load import shipped
from vbp_sim.runs.metrics import Metric
from vbp_sim.studies.discovery import Box

#: metrics of the headline and of the table of points; points in that table
CARDS, COLUMNS, MOST_POINTS = 6, 8, 5_000


def render(study: Studied) -> str:
    """The report of a study as HTML."""
    spec, runs = study.plan.spec, study.wanted
    drawn = [plate for plate in plates(study) if plate.drawing]
    return page(
        "study.html",
        title=restate("shipped", spec.title or spec.sweep),
        study=spec.sweep,
        scenario=Path(study.plan.scenario).stem,
        runs=f"{runs:,}",
        figures=[_card(study, metric) for metric in study.metrics[:CARDS]],
        said=[*(plate.says for plate in drawn), *idle_levers(study.idle)],
        description=restate("shipped", spec.description),
        levers=_levers(study),
        uncertainties=_uncertainties(study),
        sure=_sure(study),
        missing=runs - study.done,
        plates=drawn,
        test=study.found.test,
        regions=[_region(box) for box in study.found.regions],
        points=Grid.of("points", say("study.points_caption"), _points(study)),
        points_note=_points_note(study),
        **evidence.of(study.scenario),
        command=command(study),
        facts=_facts(study),
    )


def command(study: Studied) -> str:
    """The command that makes the study again, as it is typed."""
    source = Path(study.plan.source)
    file = f"scenarios/sweeps/{source.name}" if source.parent == shipped() / "sweeps" else str(source)
    found, spec = study.found, study.plan.spec
    if found.front or found.objectives:
        given = [f"--objective {'max' if o.more else 'min'}:{o.metric}" for o in found.objectives]
        return " ".join(["vbp optimize", shlex.quote(file), *given])
    if found.effects:
        return f"vbp sensitivity {shlex.quote(file)} --method {found.method} --size {spec.sample.size}"
    if found.test:
        return f"vbp sensitivity {shlex.quote(file)} --method tree --fails {shlex.quote(found.test)}"
    return f"vbp sweep run {shlex.quote(file)} --replications {spec.replications}"


def _card(study: Studied, metric: Metric) -> Figure:
    means = study.values(metric.id).mean(axis=2)
    value = {"mean": float(np.nanmean(means)), "low": float(np.nanmin(means)), "high": float(np.nanmax(means)), "n": 1}
    _, mean, _, unit = cells(metric, value)
    low, high = (cells(metric, {**value, "mean": value[end]})[1] for end in ("low", "high"))
    span = say("study.card_span", low=signs(words.amount(low, unit)), high=signs(words.amount(high, unit)))
    says = say("study.card_mean", metric=panels.named(metric, 90))
    return Figure(signs(words.amount(mean, unit)), says, span)


def _levers(study: Studied) -> list[tuple[str, str, str]]:
    """Name, path and values of each."""
    levers = study.plan.spec.levers.items()
    said = {name: words.listed(lever_words(lever.all_values())) for name, lever in levers}
    return [(name, lever.path or say("study.variants"), said[name]) for name, lever in levers]


def _uncertainties(study: Studied) -> list[tuple[str, str, str]]:
    """Name, path and distribution of each."""
    found = []
    for name, entry in study.plan.spec.uncertainties.items():
        given = entry.model_dump(exclude_defaults=True, exclude={"path", "distribution"})
        each = (f"{term('distributions', key)} {json.dumps(value, ensure_ascii=False)}" for key, value in given.items())
        found.append((name, entry.path, f"{term('distributions', entry.distribution)}: {', '.join(each)}"))
    return found


def _sure(study: Studied) -> list[str]:
    numbers = {
        "points": f"{len(study.design):,}",
        "replications": words.counted(study.shape[2], "replication"),
        "done": f"{study.done:,}",
        "runs": f"{study.wanted:,}",
        "tried": f"{study.tried:,}",
        "combinations": f"{study.design.combinations:,}",
    }
    runs = "study.sure_search" if study.found.objectives else "study.sure_runs"
    draws = "study.sure_draws" if study.plan.spec.uncertainties else "study.sure_no_draws"
    return [say(runs, **numbers), say(draws, draws=study.shape[0]), say("study.sure_interval")]


def _region(box: Box) -> tuple[str, str, str, str]:
    """The region in words, the share of runs in it that fail, the share of failures that lie in it, and its runs."""
    where = say("study.and").join(box.conditions) or say("study.everywhere")
    return where, words.percent(box.density), words.percent(box.coverage), f"{box.cases:,}"


def _points(study: Studied) -> Columns:
    """Points by what they set, with the means of the metrics that vary."""
    shown = range(min(len(study.design), MOST_POINTS))
    points = [study.design.point(number) for number in shown]
    columns: Columns = {"point": np.array(shown, dtype=np.int64)}
    for name in (*study.plan.spec.levers, *study.plan.spec.uncertainties):
        values = [point.values[name] for point in points]
        numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
        columns[name] = np.array(values if numbers else lever_words(values), dtype=np.float64 if numbers else object)
    for metric in study.metrics[:COLUMNS]:
        columns[metric.id] = study.values(metric.id).mean(axis=2).ravel()[: len(shown)]
    return columns


def _points_note(study: Studied) -> str:
    if len(study.design) > MOST_POINTS:
        return say("study.points_left", shown=f"{MOST_POINTS:,}", all=f"{len(study.design):,}")
    return say("study.points_all")


def _facts(study: Studied) -> dict[str, str]:
    known, spec = study.plan, study.plan.spec
    return {
        say("study.file"): known.source,
        say("study.scenario"): known.scenario,
        say("study.digest"): known.base_digest,
        say("study.seed"): str(spec.seed),
        say("study.replications"): str(spec.replications),
        say("study.program"): f"vbp_sim {study.version}",
        say("study.program_hash"): known.program,
        say("study.id"): known.id,
        say("study.created"): known.created,
    }
