"""Charts, pages and tables in Chinese: nothing is left in English, no letter is missing, nothing is cut off."""

from __future__ import annotations

import hashlib
import html
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import study_making as making
import synthetic
import yaml
from hypothesis import given
from hypothesis import strategies as st
from small import small, write_scenario
from test_charts import clipped

from vbp_sim.engine.tables import TABLES
from vbp_sim.errors import InputError
from vbp_sim.report import export, sources
from vbp_sim.report.charts import catalogue, style, tiles
from vbp_sim.report.compared import Compared
from vbp_sim.report.pages import pages
from vbp_sim.report.sources import Source
from vbp_sim.report.summary import render
from vbp_sim.report.words import letters, names, words
from vbp_sim.report.words.language import areas, messages, restate, say, speaking
from vbp_sim.report.words.sentences import said
from vbp_sim.rules.library import rule_ids, rule_set
from vbp_sim.rules.local.credit import EVENTS, RATINGS
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.metrics import METRICS
from vbp_sim.runs.run import run as run_scenario
from vbp_sim.studies.compare import compare, write
from vbp_sim.truth.replay import read_market_of, replay
from vbp_sim.truth.targets import read_targets, shipped_targets

#: Latin words that Chinese readers of the field use, and names of the program, its files and libraries
WORDS = {"vbp_sim", "SHA", "STRESS", "DES", "README", "MIT", "Python", "SimPy", "CSV", "logit", "CRPS"}
WORDS |= {"Journal", "of", "Simulation", "Monks", "et", "al", "docs", "md", "json", "csv", "manifest", "why"}
WORDS |= {"scenario-reference", "tables", "vbp", "run", "SHA-", "STRESS-DES", "markets"}
CJK = re.compile(r"[\u2e80-\u9fff]")
CITIES = ("北京", "天津", "上海", "重庆", "沈阳", "大连", "厦门", "广州", "深圳", "成都", "西安")
NAMES_ZH = {
    "drug": {**{d: f"药品{i}" for i, d in enumerate(synthetic.DRUGS)}, "atorvastatin": "阿托伐他汀"},
    "province": dict(zip(synthetic.CITIES, CITIES, strict=True)),
    "manufacturer": {firm: f"企业{i}" for i, firm in enumerate((*synthetic.FIRMS, "Originator Co"))},
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    base = tmp_path_factory.mktemp("chinese")
    scenario = write_scenario(base, replications=3, variants={"grow": {"changes": {"demand": {"growth": 0.5}}}})
    write(compare(scenario, ["grow"], results=base / "compared" / "runs", workers=1), base / "compared")
    return {
        "run": synthetic.write(base / "run", replications=3, names=NAMES_ZH),
        "simulated": run_scenario(load_scenario(str(scenario)), base / "simulated", workers=1)[0],
        "map": synthetic.write(base / "map", provinces=synthetic.PROVINCES),
        "failed": synthetic.write(base / "failed", failed=tuple(synthetic.DRUGS), names=NAMES_ZH),
        "comparison": Compared.open(base / "compared"),
        "study": making.analysed(base / "study"),
        "backtest": making.backtest(base / "backtest"),
    }


def drawn_texts(chart: catalogue.Chart) -> list[str]:
    shown = chart.figure.findobj(lambda a: hasattr(a, "get_text") and a.get_visible())
    return [t.get_text() for t in shown if t.get_text()]


def seen_texts(page: str) -> list[str]:
    """What a reader sees or a screen reader says of a page, without what is typed, what charts draw, and sources."""
    body = re.sub(r"<(style|script|code|svg)\b.*?</\1>", "", page, flags=re.DOTALL)
    body = re.sub(r'<section id="assumptions".*?</section>', _heads, body, flags=re.DOTALL)
    said = re.findall(r">([^<]+)<", body) + re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', body)
    return [html.unescape(text).strip() for text in said if text.strip()]


def _heads(found: re.Match[str]) -> str:
    """A section with tables of assumptions, which quote values and sources, by its headings."""
    return re.sub(r"<tbody>.*?</tbody>", "", found[0], flags=re.DOTALL)


def english(text: str, allowed: set[str]) -> list[str]:
    """Latin words of a text that are neither numbers with units nor names."""
    rest = re.sub(r"\b[0-9a-f]{40,}\b|[A-Za-z-]+\.(csv|json|md|yaml)(?![a-z])|vbp run .*", "", text)
    return [word for word in re.findall(r"[A-Za-z][A-Za-z_-]{2,}", rest) if not {word, word.lower()} & allowed]


def named(source: Source) -> set[str]:
    """Words that come from the input: names, ids, and what they are made of."""
    about = sources.origin(source).manifest
    given = [str(about.get(key, "")) for key in ("scenario", "variant", "run_hash", "title")]
    given += [str(about.get("run_hash", ""))[:12]]  # as footers give it: cut within a run of letters perhaps
    given += ["not the lowest bid", "What is <b>known</b>"]
    given += ["pilot", *METRICS, *synthetic.FIRMS, *synthetic.PROVINCES, *NAMES_ZH["manufacturer"]]
    given += ["base", "fund", "insured", "grow", "alpha", "beta", "gamma", "kept", "most", "drug-", "expansion-"]
    given += ["uniform", "low", "high", *map(str, about.get("libraries", {}))]
    given += ["small", "market", "first", "brand", "north", "south", "east"]
    models = about.get("inputs", {}).get("behaviour", {})
    given += [*models, *(str(part.get("model", "")) for part in models.values())]
    if isinstance(source, Compared):
        given += [key for paths in source.changes.values() for key in paths]
    return {word for text in given for word in [text, *re.findall(r"[A-Za-z][A-Za-z_-]{2,}", text)]}


CHARTS = [
    *((kind, name) for kind in ("run", "map", "failed") for name in catalogue.catalogue()),
    ("simulated", "bids-ladder"),
    *((kind, name) for kind in ("comparison", "study", "backtest") for name in catalogue.catalogue(kind)),
]


@pytest.mark.parametrize(("kind", "name"), CHARTS)
def test_charts_are_chinese_whole_and_without_missing_letters(found: dict[str, Source], kind: str, name: str) -> None:
    with speaking("zh"), warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of each glyph that a font lacks
        chart = catalogue.draw(name, found[kind])
        assert clipped(chart) == []
        texts = drawn_texts(chart)
    assert CJK.search(chart.title)
    allowed = WORDS | named(found[kind]) | {d for d in synthetic.DRUGS if kind == "map"}
    assert [text for text in texts if english(text, allowed)] == []
    assert not [text for text in texts if "?" in text or "None" in text or "nan" in text.split()]


@pytest.mark.parametrize("kind", ["run", "simulated", "failed", "comparison", "study", "backtest"])
def test_pages_are_chinese_and_carry_their_letters(found: dict[str, Source], kind: str, tmp_path: Path) -> None:
    with speaking("zh"):
        pages.write(found[kind], tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert '<html lang="zh-Hans">' in page
    assert page.count("@font-face") == 1
    assert len(page) < 5_000_000
    left = [t for t in seen_texts(page) if english(t, WORDS | named(found[kind])) and not re.fullmatch(r"[\w./:-]+", t)]
    assert left == [], "\n".join(left)


def test_a_page_in_english_carries_chinese_letters_only_if_it_shows_any(tmp_path: Path) -> None:
    plain = synthetic.write(tmp_path / "plain", drugs={"a": 3.0, "b": 5.0}, failed=())
    chinese = synthetic.write(tmp_path / "zh", drugs={"阿托伐他汀": 3.0, "b": 5.0}, failed=())
    for run, carried in ((plain, 0), (chinese, 1)):
        pages.write(run, tmp_path / "r.html")
        assert (tmp_path / "r.html").read_text(encoding="utf-8").count("@font-face") == carried


def test_chinese_names_are_drawn_in_english_charts_too() -> None:
    assert letters.drawable("阿托伐他汀钙片（20mg）") == "阿托伐他汀钙片（20mg）"
    with letters.preferring(""):
        assert letters.drawable("💊 ok") == "? ok"
        assert letters.lacking() == "💊"


def test_the_carried_fonts_have_every_letter_of_the_messages() -> None:
    said = {c for area in areas() for texts in messages(area).values() for c in texts["zh"]} - {"\n"}
    said |= set("".join(tiles.CHINESE.values()))
    fonts = sorted(letters.FOLDER.glob("*.otf"))
    assert [font.name for font in fonts] == ["VBPSansSC-Bold.otf", "VBPSansSC-Regular.otf"]
    recipe = (Path(__file__).parents[2] / "tools" / "make_fonts.py").read_text(encoding="utf-8")
    for font in fonts:
        assert {c for c in said if ord(c) not in letters._charmap(font)} == set()
        assert hashlib.sha256(font.read_bytes()).hexdigest() in recipe
    assert "SIL OPEN FONT LICENSE" in (letters.FOLDER / "OFL.txt").read_text(encoding="utf-8")


def test_a_font_that_is_not_there_is_an_input_error() -> None:
    with letters.preferring("No Such Sans"), pytest.raises(InputError, match="there is no such file or family"):
        letters.families()


def test_without_any_chinese_font_charts_are_english(
    found: dict[str, Source], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where somebody took the carried fonts out of the package, on a machine that has none either."""
    monkeypatch.setattr(letters, "FOLDER", tmp_path)
    monkeypatch.setattr(letters, "CARRIED", "none")
    monkeypatch.setattr(letters, "SYSTEM", ())
    with speaking("zh"):
        chart = catalogue.draw("timeline", found["run"])
        pages.write(found["failed"], tmp_path / "r.html")
    assert not CJK.search(chart.title)
    assert "?" not in " ".join(drawn_texts(chart))
    assert "@font-face" not in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_a_font_that_is_named_comes_first(tmp_path: Path) -> None:
    with letters.preferring(str(letters.FOLDER / "VBPSansSC-Regular.otf")):
        assert letters.families()[:2] == [letters.CARRIED, letters.LATIN]
    with speaking("zh"):
        assert letters.families()[0] == letters.CARRIED
    assert letters.families()[0] == letters.LATIN


def test_names_are_the_markets_and_never_merge_two_things(tmp_path: Path) -> None:
    known = {"drug": {"atorvastatin": "他汀", "rosuvastatin": "他汀", "clopidogrel": "氯吡格雷"}}
    run = synthetic.write(tmp_path / "run", names=known)
    assert names.local(run).table("awards", ["drug"])["drug"].tolist()[:4] == list(synthetic.DRUGS)[:4]
    with speaking("zh"):
        shown = names.local(run)
        assert names.local(shown) is shown
        drugs = shown.table("awards", ["drug"])["drug"].tolist()
        assert len(set(drugs)) == len(synthetic.DRUGS)
        assert drugs[:4] == ["他汀（atorvastatin）", "他汀（rosuvastatin）", "氯吡格雷", "irbesartan"]
        assert names.name(shown, "manufacturer", "unnamed generic 2 of clopidogrel") == "未具名仿制药企业2（氯吡格雷）"
        assert set(shown.table("use", ["level"])["level"]) == {"三级医院", "二级医院", "基层医疗机构"}


def test_a_chart_of_one_drug_knows_it_by_id_and_by_name(found: dict[str, Source]) -> None:
    with speaking("zh"):
        by_id, by_name = (catalogue.draw("bids-ladder", found["run"], d) for d in ("atorvastatin", "阿托伐他汀"))
    assert by_id.title == by_name.title
    assert by_id.title.startswith("阿托伐他汀：")


def test_tables_keep_their_columns_and_numbers(found: dict[str, Source]) -> None:
    """Columns of files stay English and the numbers the same, whatever the language."""
    for name in catalogue.catalogue():
        en = catalogue.draw(name, found["run"]).data
        with speaking("zh"):
            zh = catalogue.draw(name, found["run"]).data
        plain = [column for column in en if not column.startswith("down: ")]
        assert plain == [column for column in zh if column.isascii()]
        for column in plain:
            if en[column].dtype.kind == "f":
                np.testing.assert_allclose(np.sort(zh[column]), np.sort(en[column]), err_msg=f"{name} {column}")


@pytest.mark.parametrize("market", ["pilot-2018", "expansion-2019", "batch-2", "batch-3"])
def test_every_reason_of_every_rule_set_is_said(market: str) -> None:
    data = read_market_of(market)
    firms = {product.manufacturer for product in data.products}
    reasons = {}
    for id in rule_ids():
        for accept in (0.0, 2.0):
            for outcome in replay(data, rule_set(id), accept, entry=True).outcomes:
                reasons |= dict.fromkeys(outcome.award.reasons, id)
    with speaking("zh"):
        left = {reason: said(reason) for reason in reasons}
    for firm in sorted(firms, key=len, reverse=True):
        left = {reason: sentence.replace(firm, "") for reason, sentence in left.items()}
    assert {reason: sentence for reason, sentence in left.items() if re.search(r"[a-z]{2}", sentence)} == {}


def test_every_event_of_a_run_is_said(tmp_path: Path) -> None:
    run = run_scenario(small(tmp_path, replications=3), tmp_path / "run", workers=1)[0]
    events = run.table("events", ["kind", "text"])
    assert set(events["kind"]) <= set(messages("event_kinds"))
    with speaking("zh"):
        texts = {text for text in names.local(run).table("events", ["text"])["text"] if re.search(r"[a-z]{3}", text)}
    assert texts == set()


def test_sanctions_are_said_in_chinese(tmp_path: Path) -> None:
    assert set(messages("sanctions")) == {*EVENTS, *RATINGS}
    given = small(tmp_path, behaviour={"supply": {"default_rate": 2.0}})
    run = run_scenario(given, tmp_path / "run", workers=1)[0]
    assert "default" in run.table("sanctions", ["event"])["event"]
    with speaking("zh"):
        shown = names.local(run).table("sanctions", ["event", "rating"])
    assert "违约断供" in shown["event"]
    assert set(shown["rating"]) <= {"", "一般失信", "中等失信", "严重失信", "特别严重失信"}
    assert any(shown["rating"])


def test_levels_and_columns_of_tables_have_words() -> None:
    assert set(messages("levels")) == {"tertiary", "secondary", "primary"}
    units = {c.unit for table in TABLES.values() for c in table.columns} | {m.unit for m in METRICS.values()}
    assert units - set(messages("units")) - {"-"} == set()


def test_the_dictionary_of_tables_is_chinese_if_that_is_asked_for() -> None:
    with speaking("zh"):
        found = export.dictionary(list(TABLES))
    assert [text for text in found["meaning"] if not CJK.search(text)] == []
    assert set(found["table"]) == {*TABLES, "summary"}


def test_metrics_say_in_english_what_the_program_says() -> None:
    assert {id: texts["en"] for id, texts in messages("metrics").items()} == {
        id: metric.meaning for id, metric in METRICS.items()
    }
    assert {metric.group for metric in METRICS.values()} <= set(messages("groups"))


@pytest.mark.parametrize("area", areas())
def test_messages_are_plain_yaml(area: str) -> None:
    """Also for the parser that is written in Python, which is stricter than libyaml."""
    file = Path(letters.__file__).parent / "messages" / f"{area}.yaml"
    assert yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader) == messages(area)


def test_the_summary_is_aligned_also_where_letters_are_wide() -> None:
    with speaking("zh"):
        lines = render(synthetic.summary(20), 100).splitlines()
    assert lines[0] == "pilot-2018：20次重复模拟（均值，及中间90%的范围）"
    assert max(map(words.width, lines)) <= 100
    shown = {line.split()[0]: line for line in lines if line.startswith("  ")}
    assert shown["fund_saving"].split()[1:4] == ["12.3", "11.1～13.6", "亿元/年"]
    units = ("%  ", "亿元/年", "个品种")
    ends = {words.width(line[: line.index(unit)]) for unit in units for line in lines if unit in line}
    assert len(ends) == 1


def test_numbers_are_said_as_chinese_readers_do() -> None:
    with speaking("zh"):
        assert words.money(2_345_678_901) == "23.5亿元"
        assert words.money(-12_345) == "-1.23万元"
        assert (words.percent(0.6234), words.day("2019-03-05"), words.counted(1, "drug")) == (
            "62%", "2019年3月5日", "1个品种",
        )  # fmt: skip


@given(st.text(st.sampled_from("阿托伐他汀ab1 ，。（）%"), max_size=60), st.integers(8, 40))
def test_wrapping_loses_nothing_and_keeps_to_the_width(text: str, columns: int) -> None:
    lines = words.wrapped(text, columns)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert words.width(line) <= columns or len(words._UNITS.findall(line)) == 1
        assert line == line.strip()


def test_captions_of_files_are_chinese(found: dict[str, Source], tmp_path: Path) -> None:
    run: Any = found["run"]
    with speaking("zh"), warnings.catch_warnings():
        warnings.simplefilter("error")
        catalogue.draw_all(run, tmp_path, ("svg", "pdf", "png"), ["savings"])
    drawn = (tmp_path / "savings.svg").read_text(encoding="utf-8")
    assert "医保基金" in drawn
    assert run.manifest["run_hash"] in drawn
    assert isinstance(run, RunFolder)
    with speaking("zh"):
        assert "种子 1" in style.origin(run)


@pytest.mark.parametrize(("code", "short"), [("en", "unnamed generic 2"), ("zh", "未具名仿制药企业2")])
def test_an_unnamed_firm_is_short_beside_its_drug(code: str, short: str) -> None:
    with speaking(code):
        assert names.beside(say("names.unnamed", n=2, drug="amlodipine"), "amlodipine") == short
        of_another = say("names.unnamed", n=2, drug="gefitinib")
        assert names.beside(of_another, "amlodipine") == of_another
        assert names.beside("Pfizer", "amlodipine") == "Pfizer"


def test_shipped_sweeps_have_chinese_titles() -> None:
    for file in sorted((Path(__file__).parents[2] / "scenarios" / "sweeps").glob("*.yaml")):
        sweep = yaml.safe_load(file.read_text(encoding="utf-8"))
        with speaking("zh"):
            for english in (sweep["title"], sweep.get("description")):
                assert english is None or restate("shipped", english.strip()) != english.strip(), file.name


def test_places_of_the_nation_have_names_in_any_run(tmp_path: Path) -> None:
    """The pilot's cities, the rests of their provinces and the provinces around them; the market's names come first."""
    run = synthetic.write(tmp_path / "run", names={"province": {"beijing": "首都"}})
    known = names.names(run, "province")
    assert (known["beijing"], known["shenzhen"], known["guangdong"]) == ("首都", "深圳", "广东")
    assert known["liaoning-rest"] == "辽宁（不含沈阳、大连）"


def test_a_province_without_its_cities_stands_on_its_tile() -> None:
    assert [tiles.code(place) for place in ("guangdong-rest", "广东（不含广州、深圳）", "guangdong")] == ["GD"] * 3
    assert tiles.code("guangzhou") == ""


def test_published_outcomes_that_are_measured_by_have_chinese_names() -> None:
    with speaking("zh"):
        for name in shipped_targets():
            for target in read_targets(name):
                if target.used:
                    assert not re.search("[A-Za-z]{4}", restate("published", target.outcome)), target.outcome
