"""The tables of a run: every column with its type, unit and meaning, declared here and nowhere else.

The writer refuses a table that does not have exactly these columns, the reader gives them back under the same
names, and docs/tables.md is rendered from here (``python -m vbp_sim.engine.tables > docs/tables.md``).

>>> TABLES["fund"].column("baseline").unit
'yuan'
"""

from __future__ import annotations

from vbp_sim.engine.columns import (
    DRUG,
    FIRM,
    LEVEL,
    MONTH,
    ORIGINATOR,
    PROVINCE,
    ROUND,
    Table,
    table,
)
from vbp_sim.engine.flows import CLAIMS, FLOWS
from vbp_sim.engine.settled_tables import SETTLED
from vbp_sim.engine.supervised_tables import SUPERVISED
from vbp_sim.engine.supply_tables import SUPPLY

TABLES: dict[str, Table] = {
    declared.name: declared
    for declared in (
        table(
            "bids",
            "One row per product that may bid in a round.",
            ROUND,
            DRUG,
            FIRM,
            ORIGINATOR,
            ("rank", "int", "-", "rank among valid bids, 1 = lowest, 0 = void or no bid"),
            ("bid", "float", "yuan/unit", "bid; nan = no bid"),
            ("ceiling", "float", "yuan/unit", "highest valid bid"),
            ("pre_price", "float", "yuan/unit", "own price before the round; nan = not on the market"),
            ("cost", "float", "yuan/unit", "marginal cost of the product"),
            ("shortlisted", "bool", "-", "passed the shortlist"),
            ("selected", "bool", "-", "won"),
            ("price", "float", "yuan/unit", "selected price; nan = not selected"),
            ("reason", "text", "-", "why the product won or did not, as ids with values"),
            ("real_bid", "float", "yuan/unit", "bid that was really made; nan = not known"),
            ("real_selected", "int", "-", "1 = really won, 0 = really lost, -1 = not known"),
            ("named", "float", "units/year", "volume reported for this brand; 0 where nobody asks for brands"),
        ),
        table(
            "awards",
            "One row per drug tendered in a round.",
            ROUND,
            DRUG,
            ("qualified", "int", "products", "products that may bid"),
            ("bidders", "int", "products", "products with a valid bid"),
            ("shortlisted", "int", "products", "products that passed the shortlist"),
            ("selected", "int", "products", "products that won"),
            ("failed", "bool", "-", "nobody won"),
            ("lowest", "float", "yuan/unit", "lowest selected price; nan = nobody won"),
            ("ceiling", "float", "yuan/unit", "highest valid bid"),
            ("share", "float", "share", "guaranteed part of the reported volume"),
            ("term_months", "int", "months", "length of the contract"),
            ("pre_price", "float", "yuan/unit", "lowest price paid before, of all products; nan = not known"),
            ("real_price", "float", "yuan/unit", "lowest bid that really won; nan = not known or nobody won"),
        ),
        table(
            "allocation",
            "One row per selected drug and province for the main supplier, and one for each brand that was named.",
            ROUND,
            DRUG,
            PROVINCE,
            ("main", "text", "-", "main supplier, or the brand"),
            ("backup", "text", "-", "backup supplier; empty = none"),
            ("price", "float", "yuan/unit", "price of the main supplier, or the brand"),
            ("backup_price", "float", "yuan/unit", "price of the backup supplier; nan = none"),
            ("by_brand", "bool", "-", "the volume was reported for this brand, which won, and goes straight to it"),
            ("reported", "float", "units/year", "reported volume that goes to this supplier"),
            ("agreed", "float", "units/year", "agreed volume"),
        ),
        table(
            "reports",
            "One row per drug, province and level of hospital: what institutions reported.",
            ROUND,
            DRUG,
            PROVINCE,
            LEVEL,
            ("institutions", "int", "institutions", "institutions that take part"),
            ("past_use", "float", "units/year", "use of the drug in the last calendar year before the report"),
            ("reported", "float", "units/year", "reported volume"),
            ("agreed", "float", "units/year", "agreed volume"),
        ),
        table(
            "use",
            "Rows: month, drug, province, level. need = selected + generic + originator + alternatives + away + unmet.",
            MONTH,
            DRUG,
            PROVINCE,
            LEVEL,
            ("need", "float", "units", "what patients need in the month, those whom it gained included"),
            ("gained", "float", "units", "part of need: patients who turned to it from other molecules of its class"),
            ("selected", "float", "units", "bought from selected products"),
            ("selected_originator", "float", "units", "part of selected that originators made"),
            ("generic", "float", "units", "bought from generics that were not selected"),
            ("originator", "float", "units", "bought from originators that were not selected"),
            ("alternatives", "float", "units", "turned to other molecules of its class, listed or not"),
            ("away", "float", "units", "originators that patients get outside VBP hospitals instead"),
            ("substituted", "float", "units", "part of generic + originator that replaces what was short"),
            ("emergency", "float", "units", "part of substituted that was bought elsewhere, at a higher price"),
            ("relief", "float", "units", "part of substituted from reserves, neighbouring provinces and imports"),
            ("waiting", "float", "units", "not delivered and ordered again next month: it is need then, not now"),
            ("unmet", "float", "units", "needed and not supplied"),
            ("agreed", "float", "units", "agreed volume of the contract year / its months; 0 outside a contract"),
        ),
        *SUPPLY,
        table(
            "prices",
            "One row per product of a tendered drug: price before and after the round.",
            ROUND,
            DRUG,
            FIRM,
            ORIGINATOR,
            ("selected", "bool", "-", "won"),
            ("price_before", "float", "yuan/unit", "own price before the round; nan = not on the market"),
            ("price_after", "float", "yuan/unit", "price after the round"),
            ("standard", "float", "yuan/unit", "payment standard of the fund in the first contract year"),
        ),
        *SETTLED,
        table(
            "watch",
            "One row per month, round, drug, province and level under a law that watches: marks and what follows them.",
            MONTH,
            ROUND,
            ("drug", "text", "-", "drug; empty = all of the round, an institution counts with its worst mark"),
            PROVINCE,
            LEVEL,
            ("institutions", "int", "institutions", "institutions with an agreed volume"),
            ("yellow", "int", "institutions", "institutions marked yellow"),
            ("red", "int", "institutions", "institutions marked red"),
            ("unstocked", "int", "institutions", "institutions that do not stock what they agreed to"),
            ("interviewed", "int", "institutions", "institutions that are interviewed"),
            ("excused", "int", "institutions", "institutions that are excused and not marked"),
        ),
        table(
            "fund",
            "One row per month and province: who paid, against earlier prices and shares.",
            MONTH,
            PROVINCE,
            ("spend", "float", "yuan", "spent on the tendered drugs"),
            ("baseline", "float", "yuan", "what the same need would have cost at earlier prices and shares"),
            ("alternatives", "float", "yuan", "doses of molecules outside the list that replace listed drugs"),
            ("replaced", "float", "yuan", "what doses of such molecules would have cost that listed drugs replace"),
            ("outside", "float", "yuan", "spent on originators outside VBP hospitals, by patients and the fund"),
            ("fund_paid", "float", "yuan", "paid by the insurance fund, outside the list and the hospitals too"),
            ("patient_paid", "float", "yuan", "paid by patients, outside the list and the hospitals too"),
            ("baseline_fund", "float", "yuan", "the fund's part of the baseline"),
            ("baseline_patient", "float", "yuan", "the patients' part of the baseline"),
            ("bundled", "float", "yuan", "the fund's part of the price of drugs that were paid by case instead"),
            ("budget", "float", "yuan", "what the fund sets aside for the month"),
            ("reserve", "float", "yuan", "what the fund has in reserve at the end of the month"),
            ("prepaid", "float", "yuan", "advanced by the fund in the first month of a contract year"),
            ("delay_days", "float", "days", "mean time from delivery to payment of manufacturers"),
            ("price_index", "float", "-", "chained price index of the tendered drugs, 1 in the first month"),
        ),
        table(
            "accounts",
            "One row per posting: money that moved between two parties in a month, or goods that are owed for.",
            MONTH,
            ROUND,
            PROVINCE,
            ("level", "text", "-", "level of hospital; empty = belongs to the province as a whole"),
            ("flow", "text", "-", "what the payment is (the flows are listed below)"),
            ("payer", "text", "-", "party that pays, or owes"),
            ("payee", "text", "-", "party that is paid"),
            ("yuan", "float", "yuan", "amount"),
        ),
        table(
            "claims",
            "One row per month, round, province, level and kind of claim: what is owed and not yet paid at its end.",
            MONTH,
            ROUND,
            PROVINCE,
            ("level", "text", "-", "level of hospital; empty = belongs to the province as a whole"),
            ("claim", "text", "-", "what is owed (the claims are listed below)"),
            ("creditor", "text", "-", "party that is owed"),
            ("debtor", "text", "-", "party that owes"),
            ("open", "float", "yuan", "not yet paid"),
            ("overdue", "float", "yuan", "part of it that is past due"),
        ),
        table(
            "firms",
            "One row per month and company.",
            MONTH,
            ("owner", "text", "-", "company; empty = all who make products that may not bid, or outside the list"),
            ("revenue", "float", "yuan", "goods delivered, at the price paid"),
            ("cost", "float", "yuan", "cost of making them"),
            ("cash", "float", "yuan", "receipts less production, fees, taxes and damages since the start, from 0"),
        ),
        table(
            "distributors",
            "One row per month and province: its distributors.",
            MONTH,
            PROVINCE,
            ("receipts", "float", "yuan", "fees, and what hospitals pay for goods that distributors took on credit"),
            ("payments", "float", "yuan", "paid for goods taken on credit, for delivery and for money waited for"),
            ("cash", "float", "yuan", "receipts less payments since the start, from 0"),
            ("owed", "float", "yuan", "owed by hospitals for goods taken on credit"),
            ("owes", "float", "yuan", "owed to manufacturers for goods taken on credit"),
            ("afford", "float", "share", "part of the remotest deliveries that their credit allows"),
            ("delay_all", "float", "days", "mean time from delivery until hospitals pay, of all goods"),
        ),
        table(
            "classes",
            "Rows: month, class of molecules, province. need = need - alternatives of its drugs in use + other. Empty "
            "where nobody can turn to another molecule.",
            MONTH,
            ("class", "text", "-", "class of molecules that serve the same patients"),
            PROVINCE,
            ("need", "float", "DDD", "what all patients of the class need"),
            ("other", "float", "DDD", "served by molecules outside the list"),
            ("other_before", "float", "DDD", "what these would serve if nobody turned"),
            ("price", "float", "yuan/DDD", "price of a day's dose of these"),
        ),
        *SUPERVISED,
        table(
            "events",
            "One row per thing that happened, in order of time.",
            ("time", "float", "days", "time since the start of the simulation"),
            ("date", "date", "-", "calendar date"),
            ("kind", "text", "-", "what happened"),
            ROUND,
            DRUG,
            FIRM,
            PROVINCE,
            ("value", "float", "-", "a number that belongs to the event; nan = none"),
            ("text", "text", "-", "more of the event, as ids with values"),
        ),
    )
}


def markdown() -> str:
    """The reference page of all tables, docs/tables.md."""
    lines = [
        "# Tables of a run",
        "",
        "<!-- rendered by `python -m vbp_sim.engine.tables > docs/tables.md`; do not edit -->",
        "",
        "A run folder holds `tables/NAME.parquet`, one row group per replication. Volumes are in units of",
        "the drug (a tablet, a capsule, a vial), prices in yuan per unit, money in yuan. Unknown numbers are",
        "`nan`, unknown texts are empty. Months and dates are Parquet dates; a month is stored as its first",
        "day.",
    ]
    for one in TABLES.values():
        lines += ["", f"## {one.name}", "", one.meaning, ""]
        lines += ["| column | type | unit | meaning |", "|---|---|---|---|"]
        lines += [f"| {c.name} | {c.kind} | {c.unit} | {c.meaning} |" for c in one.columns]
    lines += ["", "## Flows", "", "| flow | payer | payee | meaning |", "|---|---|---|---|"]
    lines += [f"| {f.id} | {f.payer} | {f.payee} | {f.meaning} |" for f in FLOWS.values()]
    lines += ["", "## Claims", "", "| claim | creditor | debtor | meaning |", "|---|---|---|---|"]
    lines += [f"| {c.id} | {c.creditor} | {c.debtor} | {c.meaning} |" for c in CLAIMS.values()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(markdown(), end="")
