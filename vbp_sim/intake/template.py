"""An empty market to fill in: the four files with their headers, what each column means, and a workbook to type into.

    blank("mine", Path())  # mine/drugs.csv ... mine/README.md, mine/template-en.xlsx, mine/template-zh.xlsx

`vbp import` reads the workbooks back: their headings are the first word that it knows for each column.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import xlsxwriter

from vbp_sim.intake.mapping import OF_DRUG, OF_PLACE, OF_PRODUCT
from vbp_sim.intake.values import words
from vbp_sim.runs import aside
from vbp_sim.runs.project import vacant
from vbp_sim.scenario.market_columns import FILES

Language = Literal["en", "zh"]
#: columns of each sheet of a workbook, by the role that `vbp import` gives them
SHEETS = {
    "drugs": ("drug", *OF_DRUG),
    "products": ("drug", "manufacturer", *OF_PRODUCT),
    "volumes": ("drug", "province", "reported"),
    "places": ("province", *OF_PLACE),
}
#: a row of a workbook as an example, by role, as people of each language write it
_TYPED: Mapping[Language, Mapping[str, Any]] = {
    "en": {"drug": "amlodipine", "form": "tablet", "unit": "tablet", "manufacturer": "First Pharma", "originator": "no",
           "province": "Hubei"},
    "zh": {"drug": "氨氯地平片", "form": "口服常释剂型", "unit": "片", "manufacturer": "甲药业", "originator": "否",
           "province": "湖北省"},
}  # fmt: skip
_NUMBERS = {"strength": "5mg", "class": "ordinary", "ceiling": 0.32, "drug_price": 0.3, "qualified": 4,
            "pre_price": 0.43, "capacity": 90000000, "bid": 0.12, "reported": 8089712, "population": 57752557,
            "tertiary": 150, "secondary": 300, "primary": 1400}  # fmt: skip


def blank(name: str, parent: Path) -> Path:
    """Make the market folder ``parent/name``, whole or not at all; InputError if it is there already."""
    folder = vacant(name, parent)
    texts = {file: ",".join(column.name for column in columns) + "\n" for file, columns in FILES.items()}
    with aside.folder(folder) as hidden:
        for file, text in {**texts, "README.md": _readme(name)}.items():
            (hidden / file).write_text(text, encoding="utf-8", newline="\n")
        for language in _TYPED:
            write_template(hidden / f"template-{language}.xlsx", language)
    return folder


def heading(kind: Literal["column", "sheet"], role: str, language: Language) -> str:
    """The first word of a language by which `vbp import` knows a column, or a sheet is called."""
    return next(word for word, means in words(kind) if means == role and word.isascii() == (language == "en"))


def write_template(file: Path, language: Language) -> None:
    """Write a workbook with a sheet for each table, headings that `vbp import` knows, and a row as an example."""
    typed = {**_NUMBERS, **_TYPED[language]}
    with xlsxwriter.Workbook(file, {"strings_to_numbers": False}) as book:
        bold = book.add_format({"bold": True})
        for name, roles in SHEETS.items():
            sheet = book.add_worksheet(heading("sheet", name, language))
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(roles) - 1, 16)
            for at, role in enumerate(roles):
                sheet.write(0, at, heading("column", role, language), bold)
                if role in typed:
                    sheet.write(1, at, typed[role])


def _readme(name: str) -> str:
    lines = [
        f"# Market `{name}`",
        "",
        "Fill the four files, or one of the workbooks: `template-en.xlsx`, `template-zh.xlsx` (`vbp import` reads it).",
        "The rows below are examples with invented numbers. An empty cell means that nobody knows; say under Sources",
        "where each number is from.",
    ]
    for file, columns in FILES.items():
        lines += [
            f"\n## {file}\n",
            "| column | needed | holds | unit | meaning | example |",
            "|---|---|---|---|---|---|",
        ]
        for c in columns:
            choices = f": {', '.join(c.choices)}" if c.choices else ""
            holds = f"{c.holds}{choices}".replace("|", "a bar")
            cells = (c.name, "yes" if c.required else "", holds, c.unit, c.description, c.example)
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", "## Sources", "", "| key | what | address |", "|---|---|---|", ""])
