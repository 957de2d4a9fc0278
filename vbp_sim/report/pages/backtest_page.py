"""The report of a back-test: what was predicted, what really happened, and how far apart they are."""

from __future__ import annotations

import math
import shlex
from typing import Any

from vbp_sim.report.backtested import Backtested
from vbp_sim.report.charts import panels
from vbp_sim.report.pages.grid import shown, signs
from vbp_sim.report.pages.headline import Figure
from vbp_sim.report.pages.page import page, plates
from vbp_sim.report.summary import cells, says_range
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.metrics import Metric
from vbp_sim.studies.paired import FEWEST

#: metrics of the headline
CARDS = 6
_ACCURACY = ("crps", "crps_pooled", "crps_better", "slope", "slope_real", "slope_error")


def render(test: Backtested) -> str:
    """The report of a back-test as HTML."""
    c = test.content
    drawn = plates(test)
    fitted = words.listed([str(market) for market in c["fitted_on"]])
    holds = "luck_and_draws" if c.get("draws") else "luck_alone"
    return page(
        "backtest.html",
        title=say("study.kicker_backtest") + f": {c['market']}",
        market=c["market"],
        rules=c["rules"],
        n=c["replications"],
        figures=[_card(c["metrics"][m.id], m) for m in test.metrics[:CARDS]],
        said=[plate.says for plate in drawn if plate.drawing],
        fitted=_parameters(c, fitted),
        sure=say("study.backtest_sure", range=says_range(c["replications"]), of=say(f"study.{holds}")),
        plates=drawn,
        accuracy=_accuracy(c.get("accuracy") or {}),
        after=[_row(c["metrics"][m.id], m) for m in test.after],
        lived=c.get("asked", {}).get("whole", 0),
        lived_range=says_range(c.get("asked", {}).get("whole", 0)),
        command=command(c),
        facts={
            say("study.seed"): str(c["seed"]),
            say("study.replications"): str(c["replications"]),
            say("study.program"): f"vbp_sim {c['version']}",
            say("study.id"): str(c["id"]),
        },
    )


def _parameters(content: dict[str, Any], fitted: str) -> str:
    """Where the parameters come from."""
    if content.get("draws"):
        named = [str(each["prior"]).removeprefix("prior-") for each in content["draws"]]
        return say("study.drawn", draws=words.listed(named))
    return say("study.fitted", markets=fitted) if fitted else say("study.not_fitted")


def command(content: dict[str, Any]) -> str:
    """The command that predicts the same again, as it is typed."""
    asked = content.get("asked", {})
    parts = ["vbp", "backtest", "--market", str(asked.get("market", content["market"])), "--rules", content["rules"]]
    if asked.get("params"):
        parts += ["--params", str(asked["params"])]
    for market in asked.get("earlier", ()):
        parts += ["--earlier", str(market)]
    alone = "draws" in content and not content["draws"] and not asked.get("params")
    for file in ("none",) if alone else asked.get("draws", ()):
        parts += ["--draws", str(file)]
    if "whole" in asked:
        parts += ["--whole", str(asked["whole"])]
    return shlex.join([*parts, "--replications", str(content["replications"]), "--seed", str(content["seed"])])


def _card(value: dict[str, Any], metric: Metric) -> Figure:
    _, real, _, unit = cells(metric, {**value, "mean": value["real"]})
    says = say("study.backtest_card", metric=panels.named(metric, 90), real=words.amount(real, unit))
    return Figure.of(metric, {**value, "n": FEWEST}, signs(says))


def _row(value: dict[str, Any], metric: Metric) -> tuple[str, str, str]:
    """A metric of what follows the tender: its meaning, mean and range."""
    _, mean, span, unit = cells(metric, value)
    return panels.named(metric, 90), signs(words.amount(mean, unit)), signs(span)


def _accuracy(found: dict[str, Any]) -> dict[str, str]:
    known = {name: found.get(name) for name in _ACCURACY}
    numbers = {name: v for name, v in known.items() if isinstance(v, int | float) and math.isfinite(v)}
    said = {n: words.percent(v) if n == "crps_better" else shown(float(v)) for n, v in numbers.items()}
    return {say(f"study.{name}"): value for name, value in said.items()}
