"""What hospitals, their staff and the funds get and keep beside the retained surplus."""

from __future__ import annotations

from functools import partial

import numpy as np

from vbp_sim.runs.metrics.metric import metric
from vbp_sim.runs.metrics.replication import Replication, per_year, ratio, total

declare = partial(metric, group="money", unit="yuan/year", better="higher", cuts=("province",))
of_setting = partial(metric, better="higher", cuts=("drug", "province", "level", "round"))

#: what hospitals get beside fee for service, and what they pay of it
GAINS = ("bundle", "rebased", "surplus_kept", "markup_self", "markup_fund", "compensation")
PAID = ("overspend_shared", "staff_pay")


@declare("hospital_gain", meaning="gained by hospitals on drugs, beside the retained surplus", better=None)
def hospital_gain(run: Replication) -> float:
    """Case payment less what the drugs cost, kept budgets, mark-up and its compensation, less what staff are paid."""
    cost = total(run, "fund", "bundled")
    return per_year(run.posted(*GAINS) - cost - run.posted(*PAID), run)


@declare("fund_reserve", unit="months", meaning="reserve of the funds at the end, in months of what they pay")
def fund_reserve(run: Replication) -> float:
    """Of the tendered drugs' part; over the mean month of the last year."""
    fund = run.t["fund"]
    year = fund["month"] > run.last_month - np.timedelta64(12, "M")
    paid = fund["fund_paid"][year].sum() / max(len(np.unique(fund["month"][year])), 1)
    return float(run.last("fund", "reserve").sum() / paid) if paid > 0 else np.nan


@declare(
    "fund_warnings", unit="warnings", meaning="times that a province's reserve fell below its line", better="lower"
)
def fund_warnings(run: Replication) -> float:
    """Counted when it falls below."""
    return float(len(run.events("fund-warning")))


def _share_in(run: Replication, setting: str) -> float:
    """Share of selected products in the settled years; where nothing sets wards and clinics apart, that of both."""
    settings, settled = run.t["settings"], run.t["settlement"]
    if not len(settings["use"]):
        bought = float(settled["bought"].sum())
        return ratio(bought, bought + float(settled["nonselected"].sum()))
    mine = settings["setting"] == setting
    return ratio(float(settings["selected"][mine].sum()), float(settings["use"][mine].sum()))


def _saving_in(run: Replication, setting: str) -> float:
    settings = run.t["settings"]
    saved = settings["saved"][settings["setting"] == setting]
    return per_year(float(saved.sum()), run) if len(settings["use"]) else np.nan


@of_setting(
    "selected_share_wards", group="use", unit="share", meaning="selected products in what wards buy of awarded drugs"
)
def selected_share_wards(run: Replication) -> float:
    """In settled agreement years; where nothing sets wards and clinics apart, that of both."""
    return _share_in(run, "wards")


@of_setting(
    "selected_share_clinics",
    group="use",
    unit="share",
    meaning="selected products in what clinics buy of awarded drugs",
)
def selected_share_clinics(run: Replication) -> float:
    """In settled agreement years; where nothing sets wards and clinics apart, that of both."""
    return _share_in(run, "clinics")


@of_setting(
    "saving_wards",
    group="money",
    unit="yuan/year",
    meaning="saved on what wards buy, by patients, fund and hospitals together",
)
def saving_wards(run: Replication) -> float:
    """Against the price before the agreement; nan where the part of wards in the use is not known."""
    return _saving_in(run, "wards")


@of_setting(
    "saving_clinics",
    group="money",
    unit="yuan/year",
    meaning="saved on what clinics buy, by patients, fund and hospitals together",
)
def saving_clinics(run: Replication) -> float:
    """Against the price before the agreement; nan where the part of wards in the use is not known."""
    return _saving_in(run, "clinics")
