"""The headline metrics of a run: what each ID of summary.json means. Declared here and nowhere else.

>>> METRICS["cut_own"].unit
'share'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: whether more of it is welcome to patients and payers; the direction of arrows in comparisons
HigherIs = Literal["better", "worse", "neither"]


@dataclass(frozen=True)
class Metric:
    """One headline number. ``decimals`` are those that people see; shares are per cent, money is scaled."""

    id: str
    group: str
    unit: str
    meaning: str
    decimals: int
    higher_is: HigherIs


_ALL = (
    Metric("cut_ceiling", "price", "share", "cut of selected prices against the ceiling", 1, "better"),
    Metric("cut_weighted", "price", "share", "cut against the ceiling, weighted by agreed volume", 1, "better"),
    Metric("cut_own", "price", "share", "cut against the product's own earlier price", 1, "better"),
    Metric("cut_official", "price", "share", "cut against the lowest earlier price of the drug", 1, "better"),
    Metric("bidders_per_drug", "tender", "products", "valid bids per drug", 1, "better"),
    Metric(
        "selected_per_drug", "tender", "products", "selected products per drug that was awarded", 1, "neither"
    ),
    Metric("selected_products", "tender", "products", "selected products in all", 1, "neither"),
    Metric("failed_drugs", "tender", "drugs", "drugs that nobody won", 1, "worse"),
    Metric("bid_success", "tender", "share", "valid bids that won", 1, "neither"),
    Metric("originator_win_rate", "tender", "share", "originators' bids that won", 1, "neither"),
    Metric("wish_met", "tender", "share", "volume reported by brand whose brand won", 1, "better"),
    Metric("completion", "use", "share", "purchased selected volume / agreed volume", 1, "better"),
    Metric("selected_share", "use", "share", "selected products in the use of awarded drugs", 1, "better"),
    Metric("originator_share", "use", "share", "originators in the use of awarded drugs", 1, "neither"),
    Metric("use_change", "use", "share", "change of the use of tendered drugs against before", 1, "neither"),
    Metric(
        "spend_change", "money", "share", "change of spending against earlier prices and shares", 1, "worse"
    ),
    Metric("fund_saving", "money", "yuan/year", "saved by the insurance fund", 1, "better"),
    Metric(
        "fund_net",
        "money",
        "yuan/year",
        "saved by the insurance fund, less what it pays hospitals and loses",
        1,
        "better",
    ),
    Metric("patient_saving", "money", "yuan/year", "saved by patients", 1, "better"),
    Metric("reporting_ratio", "reporting", "ratio", "reported volume / true need", 3, "neither"),
    Metric("retained_surplus", "incentive", "yuan", "measured savings that hospitals keep", 1, "neither"),
    Metric(
        "retained_share",
        "incentive",
        "share",
        "part of the measured savings that hospitals keep",
        1,
        "neither",
    ),
    Metric(
        "assessment_pass_rate", "incentive", "share", "institutions that pass the assessment", 1, "better"
    ),
    Metric("unmet_share", "supply", "share", "need that nobody supplied", 2, "worse"),
    Metric(
        "shortage_product_months",
        "supply",
        "product-months",
        "months with a shortage of a product",
        1,
        "worse",
    ),
    Metric("disruptions", "supply", "count", "times that production stood still", 1, "worse"),
    Metric("recalls", "supply", "count", "recalls for quality, which take the stock back", 1, "worse"),
    Metric("days_to_backup", "supply", "days", "from a shortage to the backup's delivery", 1, "worse"),
    Metric("hhi", "supply", "index 0-1", "concentration of supply within a drug (Herfindahl)", 3, "worse"),
    Metric(
        "margin", "firms", "share", "margin of selected products over their cost, of the price", 1, "neither"
    ),
    Metric("exits", "firms", "count", "selected products given up", 1, "worse"),
    Metric("bans", "firms", "count", "firms barred from rounds", 1, "worse"),
    Metric("payment_delay_days", "firms", "days", "from delivery to payment of manufacturers", 1, "worse"),
    Metric(
        "firm_cash",
        "firms",
        "yuan",
        "receipts of all firms less production, fees and taxes, at the end",
        1,
        "neither",
    ),
    Metric("arrears", "firms", "yuan", "owed and past due at the end", 1, "worse"),
)

METRICS: dict[str, Metric] = {metric.id: metric for metric in _ALL}
