"""`vbp import`: tables as people have them become markets, and all that was assumed is said."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner, Result

from vbp_sim.cli import group
from vbp_sim.errors import InputError
from vbp_sim.intake.market import imported, write
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.market_csv import read_market

RETURN = Path(__file__).parent / "alliance-return.csv"
Rows = Sequence[Sequence[Any]]

#: two drugs, three products, two places; what every layout below says
VOLUMES = {("氨氯地平片", "hubei"): 120_000, ("氨氯地平片", "hunan"): 80_000,
           ("头孢曲松", "hubei"): 3_000, ("头孢曲松", "hunan"): 2_500}  # fmt: skip


def called(*words: str | Path) -> Result:
    """The command, in this process; what it raises is raised."""
    return CliRunner().invoke(group, ["import", *map(str, words)], standalone_mode=False, catch_exceptions=False)


def text_file(path: Path, rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as lines:
        csv.writer(lines, delimiter=delimiter).writerows(rows)
    return path


def workbook(path: Path, sheets: dict[str, Rows], merged: dict[str, list[tuple[int, ...]]] | None = None) -> Path:
    """A workbook; ``merged``: areas (first row, first column, last row, last column) by sheet."""
    book = xlsxwriter.Workbook(str(path))
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        areas = (merged or {}).get(name, [])
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if cell != "" and (i, j) not in [area[:2] for area in areas]:
                    sheet.write(i, j, cell)
        for top, left, bottom, right in areas:
            sheet.merge_range(top, left, bottom, right, rows[top][left])
    book.close()
    return path


def market_of(*files: Path, doubts: int = 0) -> Market:
    """The market of files about which so many things are doubtful."""
    found = imported(files)
    assert len(found.notes.doubts) == doubts, found.notes.doubts
    write(found, files[0].parent / "market")
    return read_market(files[0].parent / "market")


def same(market: Market, volumes: dict[tuple[str, str], float] = VOLUMES) -> None:
    drugs, places = [d.id for d in market.drugs], [p.id for p in market.provinces]
    seen = {(d, p): market.reported[i, j] for i, d in enumerate(drugs) for j, p in enumerate(places)}
    assert seen == volumes
    assert [(p.manufacturer, p.originator) for p in market.products] == [
        ("辉瑞", True),
        ("华海", False),
        ("倍特", False),
    ]
    assert [p.pre_price for p in market.products] == [Decimal("2.5"), Decimal("0.4"), Decimal("6")]
    assert [d.ceiling for d in market.drugs] == [Decimal("0.45"), Decimal("8.1")]
    assert [d.form for d in market.drugs] == ["oral-solid", "small-injection"]


WIDE = [
    ["通用名", "剂型", "单位", "生产企业", "是否原研", "挂网价", "最高有效申报价", "湖北省", "湖南省"],
    ["氨氯地平片", "口服常释剂型", "片", "辉瑞", "是", 2.5, 0.45, 120_000, 80_000],
    ["", "", "", "华海", "否", 0.4, "", "", ""],
    ["头孢曲松", "注射剂", "支", "倍特", "否", 6, 8.1, 3_000, 2_500],
]


def wide_utf8(folder: Path) -> list[Path]:
    return [text_file(folder / "wide.csv", WIDE)]


def wide_utf16_with_tabs(folder: Path) -> list[Path]:
    return [text_file(folder / "wide.txt", WIDE, "utf-16", "\t")]


def wide_gbk_with_semicolons(folder: Path) -> list[Path]:
    return [text_file(folder / "wide.dat", WIDE, "gbk", ";")]


def merged_cells_under_a_title(folder: Path) -> list[Path]:
    head = [
        ["2024年联盟采购报量表", *[""] * 8],
        ["药品信息", "", "", "企业信息", "", "", "限价", "首年需求量(万片/万支)", ""],
        [*WIDE[0]],
    ]
    body = [[*WIDE[1][:7], 12, 8], [*WIDE[2]], [*WIDE[3][:7], 0.3, 0.25], ["注：数据来自各省", *[""] * 8]]
    areas = [(0, 0, 0, 8), (1, 0, 1, 2), (1, 3, 1, 5), (1, 7, 1, 8)]
    areas += [(3, column, 4, column) for column in (0, 1, 2, 6, 7, 8)]
    return [workbook(folder / "merged.xlsx", {"报量": [*head, *body]}, {"报量": areas})]


def two_sheets_long(folder: Path) -> list[Path]:
    products = [row[:7] for row in WIDE]
    volumes = [["省份", "药品名称", "需求量（万）"], ["湖北", "氨氯地平片", 12], ["", "头孢曲松", 0.3],
               ["湖南省", "氨氯地平片", 8], ["", "头孢曲松", 0.25], ["合计", "", 20.55]]  # fmt: skip
    return [workbook(folder / "two.xlsx", {"产品": products, "报量": volumes, "空": []})]


def two_files_long(folder: Path) -> list[Path]:
    volumes = [["region", "drug", "annual demand"], *[[p, d, v] for (d, p), v in VOLUMES.items()]]
    return [text_file(folder / "products.csv", [row[:7] for row in WIDE]), text_file(folder / "v.csv", volumes)]


def english(folder: Path) -> list[Path]:
    head = ["Generic name", "Dosage form", "Unit", "Company", "Originator", "Listing price (CNY)", "Ceiling price",
            "Hubei", "Hunan Province"]  # fmt: skip
    rows = [["氨氯地平片", "Tablet", "tablet", "辉瑞", "Yes", "¥2.50", "0.45", "120,000", "80,000"],
            ["", "", "", "华海", "No", "¥0.40", "", "", ""],
            ["头孢曲松", "Injection", "vial", "倍特", "no", "¥6.00", "8.10", "3,000", "2,500"],
            ["Total", "", "", "", "", "", "", "123,000", "82,500"]]  # fmt: skip
    return [text_file(folder / "english.csv", [head, *rows])]


def full_width_and_signs(folder: Path) -> list[Path]:
    rows = [["氨氯地平片", "口服常释剂型", "片", "辉瑞 ", "√", "￥２．５", "0.45元", "１２万", "8万"],
            ["", "", "", "华海", "×", "￥０．４", "", "-", "/"],
            ["头孢曲松", "粉针剂", "支", "倍特", "", "6.00 元/支", "８．１", "3,000", "２，５００"]]  # fmt: skip
    return [text_file(folder / "signs.csv", [["填报日期：2024年3月", *[""] * 8], WIDE[0], *rows])]


def repeated_headers_and_remarks(folder: Path) -> list[Path]:
    extra = [[*row, remark] for row, remark in zip(WIDE, ["备注", "2024年3月15日", "", "急"], strict=True)]
    blank = [""] * 10
    return [text_file(folder / "pages.csv", [blank, *extra[:3], blank, extra[0], extra[3], ["制表人：张", *blank[1:]]])]


def brand_volumes(folder: Path) -> list[Path]:
    """Each brand has its own volumes: a drug's are their sum."""
    rows = [[*WIDE[1][:7], 100_000, 30_000], ["氨氯地平片", "", "", "华海", "否", 0.4, "", 20_000, 50_000], WIDE[3]]
    return [text_file(folder / "brands.csv", [WIDE[0], *rows])]


LAYOUTS = [wide_utf8, wide_utf16_with_tabs, wide_gbk_with_semicolons, merged_cells_under_a_title, two_sheets_long,
           two_files_long, english, full_width_and_signs, repeated_headers_and_remarks, brand_volumes]  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_every_layout_says_the_same_market(tmp_path: Path, layout: Callable[[Path], list[Path]]) -> None:
    same(market_of(*layout(tmp_path)))


def test_a_provincial_return_becomes_a_market_once_its_mapping_was_looked_at(tmp_path: Path) -> None:
    out = tmp_path / "market"
    first = called(RETURN, "--out", out)
    assert first.return_value == 2
    assert not out.exists()
    assert "the total in row 45 differs: J says 1,234,567, the rows add up to 47,993,956" in first.stderr
    assert "'盐酸二甲双胍片', '硝苯地平控释片' with more than one originator" in first.stderr
    again = called(RETURN, "--out", out, "--map", tmp_path / "market.map.yaml")
    assert (again.return_value, again.stdout.strip()) == (0, str(out))
    market = read_market(out)
    assert [p.id for p in market.provinces] == ["hubei", "hunan", "jiangxi", "anhui", "henan"]
    assert [d.id for d in market.drugs][:2] == ["阿托伐他汀钙片", "苯磺酸氨氯地平片"]
    assert market.reported[0].tolist() == [2388131, 6406817, 8153298, 1299391, 420922]
    assert market.reported[5].tolist() == [5849979, 680841, 0, 4892347, 2936357]
    forms = {d.id: d.form for d in market.drugs}
    assert (forms["氯化钠注射液"], forms["注射用头孢曲松钠"]) == ("large-injection", "small-injection")
    first_drug = market.products_of("阿托伐他汀钙片")
    assert [(p.manufacturer, p.pre_price, p.pre_share, p.originator) for p in first_drug] == [
        ("辉瑞制药有限公司", Decimal("0.37"), 0.15, True),
        ("扬子江药业集团有限公司", Decimal("0.43"), 0.15, False),
        ("齐鲁制药有限公司", Decimal("0.35"), None, False),
        ("石药集团欧意药业有限公司", Decimal("0.36"), None, False),
    ]


def test_the_report_beside_the_market_names_every_assumption(tmp_path: Path) -> None:
    write(imported([RETURN]), tmp_path / "market")
    report = (tmp_path / "market" / "import.txt").read_text(encoding="utf-8")
    for said in (
        "read as GBK text, columns apart by commas; header in row 4",
        "row 45: a total, left out",
        "'口服常释剂型' is read as oral-solid: C5, C9, C16 and 6 more",
        "a row without a name belongs to the drug above it: E6, E7, E8 and 25 more",
        "'氯化钠注射液' of 50 ml and more, or in bags, taken for large injections",
        "those of the shipped markets for 'hubei', 'hunan', 'jiangxi' and 2 more",
        "class: no drug has one",
        "unnamed firms may bid",
        "where nothing is reported, nothing is needed: 奥美拉唑肠溶胶囊 in jiangxi",
    ):
        assert said in report


def test_the_mapping_of_a_market_makes_it_again(tmp_path: Path) -> None:
    found = imported([RETURN])
    write(found, tmp_path / "one")
    done = called(RETURN, "--out", tmp_path / "two", "--map", tmp_path / "one" / "map.yaml")
    assert done.return_value == 0
    for name in found.files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_mapping_may_say_what_a_column_is_and_what_a_place_is_called(tmp_path: Path) -> None:
    rows = [["名", "做的人", "甲", "兵团"], ["氨氯地平片", "华海", 5, 7]]
    file = text_file(tmp_path / "odd.csv", rows)
    (tmp_path / "map.yaml").write_text(
        "tables:\n  one:\n    file: odd.csv\n    header: [1]\n    rows: [2, 2]\n    columns:\n"
        "      A: {is: drug}\n      B: {is: manufacturer}\n"
        "      C: {is: reported, place: hubei, times: 10000}\n      D: {is: reported, place: xinjiang}\n"
        "forms: {}\n",
        encoding="utf-8",
    )
    assert called(file, "--out", tmp_path / "m", "--map", tmp_path / "map.yaml").return_value == 0
    market = read_market(tmp_path / "m")
    assert market.reported.tolist() == [[50_000, 7]]


def test_strengths_of_one_name_become_drugs_of_their_own_and_that_is_doubtful(tmp_path: Path) -> None:
    rows = [["通用名", "规格", "生产企业", "是否原研", "限价", "湖北"], ["甲片", "5mg", "华海", "否", 1, 10],
            ["甲片", "10mg", "华海", "否", 2, 20]]  # fmt: skip
    market = market_of(text_file(tmp_path / "s.csv", rows), doubts=1)
    assert [(d.id, d.strength) for d in market.drugs] == [("甲片 5mg", "5mg"), ("甲片 10mg", "10mg")]
    assert market.reported.tolist() == [[10], [20]]


def test_what_cannot_be_read_is_doubtful_and_named_by_cell(tmp_path: Path) -> None:
    rows = [[*row] for row in WIDE]
    rows[1][7], rows[3][5], rows[2][4] = "约十二万", "面议", "也许"
    found = imported([text_file(tmp_path / "bad.csv", rows)])
    assert found.notes.doubts == [
        "'约十二万' is no number, read as nothing: H2",
        "originator '也许' is neither yes nor no, read as no: E3",
        "'面议' is no number, read as nothing: F4",
    ]


def test_a_volume_that_stands_in_each_row_of_a_drug_counts_once(tmp_path: Path) -> None:
    rows = [[*row] for row in WIDE]
    rows[2][7:] = rows[1][7:]
    same(market_of(text_file(tmp_path / "again.csv", rows), doubts=1))


def test_nothing_is_overwritten_and_a_broken_market_leaves_nothing(tmp_path: Path) -> None:
    (file,) = wide_utf8(tmp_path)
    assert called(file, "--out", tmp_path / "m").return_value == 0
    with pytest.raises(InputError, match="exists already"):
        called(file, "--out", tmp_path / "m")
    rows = [[*row] for row in WIDE]
    rows[1][5] = 1e9
    with pytest.raises(InputError, match=r"n/products\.csv:2:pre_price: .*from 0.000001 to 10,000,000"):
        called(text_file(tmp_path / "dear.csv", rows), "--out", tmp_path / "n")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["dear.csv", "m", "wide.csv"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"%PDF-1.4 ...", "this is a PDF, not a table"),
        (b"<!DOCTYPE html><table>", "this is a web page"),
        (b"PK\x03\x04 broken", "this workbook cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken", "this workbook cannot be read"),
        (b"one word", "nothing separates columns"),
        ("甲,乙\n1,2\n".encode(), "no column with names of drugs was found"),
        (b"\xff\xff\xff\xfe,\x81", "neither a workbook nor text"),
    ],
)
def test_other_files_are_named_for_what_they_are(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "given.xlsx"
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        imported([file])
    assert said in str(caught.value)
    assert "given.xlsx" in str(caught.value)


def test_a_wrong_mapping_is_refused_with_its_line(tmp_path: Path) -> None:
    (file,) = wide_utf8(tmp_path)
    (tmp_path / "map.yaml").write_text(
        "tables:\n  one:\n    file: wide.csv\n    header: [1]\n    rows: [2, 4]\n    columns:\n      A: {is: drugs}\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError, match=r"(?s)map\.yaml:7:\d+: .*did you mean 'drug'"):
        called(file, "--out", tmp_path / "m", "--map", tmp_path / "map.yaml")


def test_an_imported_market_runs(tmp_path: Path) -> None:
    write(imported([RETURN]), tmp_path / "market")
    file = tmp_path / "mine.yaml"
    file.write_text(
        "extends: pilot-2018\nscenario: mine\nmarket: market\nreplications: 1\nrounds:\n  pilot: {drugs: []}\n",
        encoding="utf-8",
    )
    done = CliRunner().invoke(
        group, ["run", str(file), "--no-figures", "--out", str(tmp_path / "run")], standalone_mode=False
    )
    assert done.return_value == 0, done.stderr
