"""The shipped markets, and the example in docs/markets.md, load with the reader that scenarios use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from market_files import MARKETS, NAMES, ROOT, rows

from vbp_sim.scenario.market_columns import FILES
from vbp_sim.scenario.market_csv import read_market

DOCS = (ROOT / "docs" / "markets.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_market_loads(name: str) -> None:
    market = read_market(MARKETS / name)
    assert market.name == name
    assert len(market.products) == len(rows(name, "products.csv"))
    assert market.reported.sum() == pytest.approx(sum(float(r["reported"]) for r in rows(name, "demand.csv")))
    for product in market.products:
        assert bool(product.regions) == bool(product.selected)


def test_the_example_in_the_docs_is_a_market(tmp_path: Path) -> None:
    blocks = re.findall(r"^(\w+\.csv)\n\n```csv\n(.*?)```", DOCS, flags=re.MULTILINE | re.DOTALL)
    assert {name for name, _ in blocks} == set(FILES)
    for name, text in blocks:
        (tmp_path / name).write_text(text, encoding="utf-8")
    market = read_market(tmp_path)
    assert market.reported.tolist() == [[12_000_000.0]]
    assert [p.originator for p in market.products] == [True, False]


def test_the_docs_name_every_column_and_no_other() -> None:
    tables = re.split(r"^\*\*(\w+\.csv)\*\*", DOCS.split("## Places")[0], flags=re.MULTILINE)[1:]
    for name, text in zip(tables[::2], tables[1::2], strict=True):
        named = {
            column.strip(" *")
            for line in text.splitlines()
            if line.startswith("|") and not line.startswith(("|---", "| column"))
            for column in line.split("|")[1].split(",")
        }
        assert named == {column.name for column in FILES[name]}


def test_the_docs_state_the_limits_of_every_column() -> None:
    columns = {file: {column.name: column for column in columns} for file, columns in FILES.items()}
    tables = re.split(r"^\*\*(\w+\.csv)\*\*", DOCS.split("## Places")[0], flags=re.MULTILINE)[1:]
    for name, text in zip(tables[::2], tables[1::2], strict=True):
        for line in text.splitlines():
            if line.startswith("|") and not line.startswith(("|---", "| column")):
                cells = [cell.strip() for cell in line.split("|")]
                stated = {columns[name][column.strip(" *")].span or "from -" for column in cells[1].split(",")}
                assert stated == {f"from {cells[3]}"}


def test_the_table_of_shipped_markets_counts_right() -> None:
    for name in NAMES:
        market = read_market(MARKETS / name)
        line = next(text for text in DOCS.splitlines() if text.startswith(f"| `{name}`"))
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        chosen = sum(bool(p.selected) for p in market.products)
        awarded = len({p.drug for p in market.products if p.selected})
        assert cells[2].split()[0] == str(len(market.provinces))
        assert cells[3] == f"{len(market.drugs)} ({awarded})"
        assert re.match(rf"{len(market.products)} (named )?\({chosen}\)", cells[4])
        assert cells[6] == f"{market.reported.sum() / 1e9:.3f} billion units"
