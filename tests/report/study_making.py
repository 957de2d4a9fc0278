"""A study and a back-test with known numbers, so that charts and pages can be tested without the engine."""

from __future__ import annotations

import atexit
import functools
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from small import write_scenario

from vbp_sim.report.backtested import Backtested
from vbp_sim.report.compared import Compared
from vbp_sim.report.studied import Studied
from vbp_sim.runs import aside
from vbp_sim.scenario.load import Scenario
from vbp_sim.studies import compare, findings
from vbp_sim.studies.optimize import Candidate, Objective
from vbp_sim.studies.sensitivity import sensitivity
from vbp_sim.studies.sweep import Options, begin, carry_on
from vbp_sim.truth import backtest_record

LEVERS = {
    "g": {"path": "demand.growth", "values": [0.0, 0.1, 0.2]},
    "kept": {
        "path": "laws.national.changes.retention",
        "values": [{"rule": "linear", "most": 0.0}, {"rule": "linear", "most": 0.5}],
    },
}
UNCERTAIN = {
    "fund": {"path": "finance.fund_share", "distribution": "uniform", "low": 0.0, "high": 1.0},
    "insured": {"path": "finance.insured_share", "distribution": "uniform", "low": 0.0, "high": 1.0},
}


def known(scenario: Scenario, replication: int) -> Mapping[str, float]:
    """Completion rises by 2 with fund_share and by 1 with growth, unmet_share with growth squared; luck shifts both."""
    growth, finance = scenario.spec.demand.growth, scenario.spec.finance
    most = float(scenario.spec.laws["national"].changes.get("retention", {}).get("most", 0.0))
    luck = 0.001 * (replication % 3)
    return {
        "completion": 2 * finance.fund_share + growth + luck,
        "unmet_share": 0.1 * growth**2 + 0.05 * most + luck,
        "fund_saving": 1e9 * (1 + finance.insured_share) + 1e6 * luck,
    }


def study(folder: Path, **content: Any) -> Studied:
    """Run a sweep of `known` and open it; by default two levers, two uncertainties, 16 draws, 2 replications."""
    folder.mkdir(parents=True, exist_ok=True)
    write_scenario(folder)
    asked = {"levers": LEVERS, "uncertainties": UNCERTAIN, "sample": {"method": "sobol", "size": 16}, "replications": 2}
    text = {"sweep": "known", "title": "What is <b>known</b>", "scenario": "small.yaml", **asked, **content}
    file = folder / "sweep.yaml"
    file.write_text(json.dumps(text), encoding="utf-8")
    carry_on(begin(file, folder / "study"), Options(executor="serial"), known)
    return Studied.open(folder / "study")


def analysed(folder: Path) -> Studied:
    """A study with a sensitivity analysis, a region and a front in it: a copy of one that is made once."""
    shutil.copytree(_analysed(), folder, dirs_exist_ok=True)
    return Studied.open(folder / "study")


@functools.cache
def _analysed() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="vbp-analysed-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    found = study(folder, sample={"method": "lhs", "size": 24})
    findings.write_effects(found.path, "lhs", sensitivity_of(folder))
    wanted = [Objective("completion", True), Objective("unmet_share", False)]
    front = [Candidate(0, {"g": 0.0}, {"completion": 1.0, "unmet_share": 0.0})]
    findings.write_front(found.path, wanted, front)
    return folder


def sensitivity_of(folder: Path) -> Any:
    """Rank correlations of a study without levers, as `vbp sensitivity --method lhs` makes it."""
    plain = study(folder / "plain", levers={}, sample={"method": "lhs", "size": 24})
    return sensitivity(plain.path, "lhs")


def backtest(folder: Path, drugs: int = 12) -> Backtested:
    """A back-test in which half of the drugs and one of three metrics are predicted well."""
    rng = np.random.default_rng(3)
    mid = np.linspace(0.2, 0.8, drugs)
    real = mid + np.where(np.arange(drugs) % 2, 0.05, 0.3) * rng.choice([-0.5, 0.5], drugs)
    edges = backtest_record.EDGES
    shares = np.exp(-(((edges[:-1] - 0.45) / 0.2) ** 2))
    shares /= shares.sum()
    metrics = {
        "cut_ceiling": {"mean": 0.55, "low": 0.5, "high": 0.6, "n": 20, "unit": "share", "real": 0.58},
        "bid_success": {"mean": 0.4, "low": 0.35, "high": 0.45, "n": 20, "unit": "share", "real": 0.6},
        "selected_products": {"mean": 170.0, "low": 160.0, "high": 180.0, "n": 20, "unit": "products", "real": 191.0},
    }
    record = {
        "program": backtest_record.PROGRAM,
        "version": "0.1.0",
        "market": "batch-<b>3</b>",
        "rules": "batch-3",
        "replications": 20,
        "seed": 1,
        "fitted_on": ["expansion-2019"],
        "metrics": metrics,
        "accuracy": {"crps": 0.1, "crps_pooled": None, "crps_better": None, "slope": -0.4, "slope_real": -0.46},
        "asked": {"market": "batch-3", "params": "", "earlier": ["batch-2"]},
        "drugs": [
            {
                "drug": f"drug-{i}",
                "firms": 3 + i % 5,
                "failed": 0.0,
                "low": m - 0.1,
                "mid": m,
                "high": m + 0.1,
                "real": r,
            }
            for i, (m, r) in enumerate(zip(mid.tolist(), real.tolist(), strict=True))
        ],
        "bids": [
            {"from": a, "to": b, "predicted": p, "low": 0.7 * p, "high": 1.3 * p, "real": r}
            for a, b, p, r in zip(
                edges[:-1].tolist(), edges[1:].tolist(), shares.tolist(), shares[::-1].tolist(), strict=True
            )
        ],
    }
    backtest_record.write({**record, "id": aside.id_of(record)}, folder)
    return Backtested.open(folder)


def comparison(folder: Path) -> Compared:
    """A comparison of two variants with a clear and an unclear difference of each metric."""
    values = {"cut_own": 0.6, "completion": 1.2, "unmet_share": 0.02, "fund_saving": 2e9, "failed_drugs": 4.0}
    metrics = {}
    for place, (name, base) in enumerate(values.items()):
        moved = {"bold": base * (0.1 + 0.05 * place), "shy": base * 0.01}
        own = {
            variant: {"base": base, "variant": base + d, "mean": d, "low": d - half, "high": d + half, "n": 20}
            for (variant, d), half in zip(moved.items(), (0.04 * base, 0.03 * base), strict=True)
        }
        metrics[name] = {"variants": {variant: {**d, "variance_saved": 0.9} for variant, d in own.items()}}
    about = {"program": compare.PROGRAM, "scenario": "pilot-2018", "title": "", "seed": 1, "replications": 20}
    whole = {**about, "version": "0.1.0", "id": "ab" * 32, "variants": ["bold", "shy"], "reached": True, "runs": {}}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / compare.FILE).write_text(json.dumps({**whole, "metrics": metrics}), encoding="utf-8")
    return Compared.open(folder)
