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
        ("score", "float", "points", "points of the company with it"),
        ("rating", "text", "-", "rating that the score means; empty = none"),
        ("barred", "float", "months", "kept out of rounds"),
    ),
)
