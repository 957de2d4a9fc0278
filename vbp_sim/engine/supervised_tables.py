"""The tables of what supervision sees of companies: the quality of what they make, and their sanctions."""

from __future__ import annotations

from vbp_sim.engine.columns import DRUG, FIRM, table

SUPERVISED = (
    table(
        "quality",
        "One row per year and product of a winner, of the months in which it is selected and made.",
        ("year", "int", "-", "calendar year"),
        DRUG,
        FIRM,
        ("inspections", "int", "-", "inspections of its plant"),
        ("batches", "float", "batches", "batches made"),
        ("sampled", "float", "batches", "batches sampled"),
        ("failed", "int", "batches", "batches that fail the standard, found or not"),
        ("found", "int", "-", "failures found, each a recall"),
    ),
    table(
        "sanctions",
        "One row per sanction of a company, in order of time.",
        ("date", "date", "-", "calendar date"),
        ("owner", "text", "-", "company that is sanctioned"),
        ("event", "text", "-", "what it did"),
        ("drug", "text", "-", "drug that it is about; empty = none"),
        ("manufacturer", "text", "-", "manufacturer of the product that it is about; empty = none"),
        ("points", "float", "points", "points of the event"),
        ("score", "float", "points", "points of the company with it, in the province named"),
        ("rating", "text", "-", "rating that the score means; empty = none"),
        ("province", "text", "-", "province that judges it strictest, the first of them; empty = it gives no points"),
        ("provinces", "int", "-", "provinces that rate it"),
        ("suspended", "float", "months", "kept out of rounds of a province that rates it, the longest"),
        ("listed", "float", "months", "on the violation list"),
        ("barred", "float", "months", "kept out of all rounds, by the list or by several provinces"),
    ),
)
