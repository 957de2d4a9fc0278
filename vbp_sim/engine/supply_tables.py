"""The tables of who supplies, who meets orders in a shortage, and where products are made."""

from __future__ import annotations

from vbp_sim.engine.columns import DRUG, FIRM, MONTH, PROVINCE, ROUND, Table, table

#: from whom orders of selected products are met in a shortage: suppliers, other brands, tiers; else waiting or unmet
SOURCES = (
    "own", "stock", "backup", "winners", "brands", "reserve", "neighbours", "emergency", "imports", "waiting", "unmet"
)  # fmt: skip

SUPPLY: tuple[Table, ...] = (
    table(
        "supply",
        "One row per month and supplied product.",
        MONTH,
        ROUND,
        DRUG,
        FIRM,
        ("down", "bool", "-", "production stood still in the month"),
        ("capacity", "float", "units/month", "what the product can produce in a month"),
        ("stock", "float", "units", "stock at the end of the month"),
        ("ordered", "float", "units", "ordered from it as main supplier"),
        ("delivered", "float", "units", "delivered as main supplier"),
        ("backup_delivered", "float", "units", "delivered as backup for others"),
        ("short", "float", "units", "ordered from it as main supplier and not delivered by it"),
    ),
    table(
        "relief",
        "Rows: month, drug, province, source, from the warning of a shortage to its end: who meets the orders.",
        MONTH,
        ROUND,
        DRUG,
        PROVINCE,
        (
            "source",
            "text",
            "-",
            "own (production), stock of a supplier that stands still, backup, winners (others), brands (not "
            "selected), a tier of the law, waiting, or unmet",
        ),
        ("units", "float", "units", "part of the orders of selected products"),
    ),
    table(
        "sites",
        "One row per product of which the market names the site or the maker of the ingredient.",
        DRUG,
        FIRM,
        ("site", "text", "-", "place of production; empty = not known"),
        ("api_maker", "text", "-", "maker of the active ingredient; empty = not known"),
    ),
)
