"""The tables that the end of an agreement year leaves: by level, by institution, by wards and clinics."""

from __future__ import annotations

from vbp_sim.engine.columns import DRUG, LEVEL, PROVINCE, ROUND, Column, Table, table

YEAR = Column("contract_year", "int", "-", "year of the contract, from 1")

SETTLED: tuple[Table, ...] = (
    table(
        "settlement",
        "One row per contract year, drug, province and level: assessment and retained surplus.",
        ROUND,
        YEAR,
        DRUG,
        PROVINCE,
        LEVEL,
        ("institutions", "int", "institutions", "institutions assessed"),
        ("passed", "int", "institutions", "institutions that passed the assessment"),
        ("completed", "int", "institutions", "institutions that bought at least the agreed volume"),
        ("stocked", "int", "institutions", "institutions that stock the selected product"),
        ("others_stocked", "int", "institutions", "institutions that stock products that were not selected"),
        ("tenth", "float", "share", "tenth percentile of purchased over agreed volume among the institutions"),
        ("agreed", "float", "units", "agreed volume of the year"),
        ("bought", "float", "units", "selected products bought in the year"),
        ("nonselected", "float", "units", "products bought that were not selected"),
        ("budget", "float", "yuan", "what the fund set aside for the drug"),
        ("spend", "float", "yuan", "what of it was spent"),
        ("surplus", "float", "yuan", "measured savings"),
        ("retained", "float", "yuan", "part of the measured savings that hospitals keep"),
    ),
    table(
        "institutions",
        "One row per contract year, drug and institution, if the scenario asks for it (`outputs.institutions`).",
        ROUND,
        YEAR,
        DRUG,
        PROVINCE,
        LEVEL,
        ("institution", "int", "-", "number within its province and level, as in `vbp run --observed`"),
        ("size", "float", "share", "part of the drug's usual use in the province"),
        ("reported", "float", "units/year", "reported volume"),
        ("agreed", "float", "units", "agreed volume of the year"),
        ("bought", "float", "units", "selected products bought in the year"),
        ("nonselected", "float", "units", "products bought that were not selected"),
        ("completion", "float", "share", "completion as assessed; nan = no agreed volume"),
        ("other_share", "float", "share", "products not selected in what was bought, as assessed"),
        ("score", "float", "points", "points of the assessment, less those that were taken off"),
        ("mark", "int", "-", "mark of the watch in the last month: 0 none, 1 yellow, 2 red"),
        ("passed", "bool", "-", "passed the assessment"),
        ("retained", "float", "yuan", "part of the surplus that it may keep"),
    ),
    table(
        "settings",
        "One row per contract year, drug, province, level and setting, where the use in wards is known.",
        ROUND,
        YEAR,
        DRUG,
        PROVINCE,
        LEVEL,
        ("setting", "text", "-", "wards or clinics"),
        ("use", "float", "units", "bought in the year, selected or not"),
        ("selected", "float", "units", "bought from selected products"),
        ("saved", "float", "yuan", "less paid than at the price before the agreement"),
    ),
)
