"""Parts from files outside the package: in a run, a sweep, on Dask; edited, they give other results."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from plugging import AWARD, FILES, HELPERS, USING, write_plugins
from small import write_scenario
from sweeping import growth, write_sweep

import vbp_sim
from vbp_sim.agents.bidding import sources
from vbp_sim.errors import InputError
from vbp_sim.report.charts.catalogue import catalogue
from vbp_sim.report.sources import opened
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.run import not_simulated, run
from vbp_sim.scenario import plugins
from vbp_sim.scenario.parts import Part
from vbp_sim.studies.sweep import Options, begin, carry_on, reopen

Vbp = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """No plug-in outlives its test."""
    yield
    plugins.of_process().use()


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """A scenario with an award rule, a bidding model and a choice model of its own."""
    write_plugins(tmp_path)
    return write_scenario(tmp_path, **USING)


def hashes(folder: Path) -> dict[str, str]:
    tables = json.loads((folder / "manifest.json").read_text())["tables"]
    return {name: entry["sha256"] for name, entry in tables.items()}


def test_they_act_and_one_or_two_workers_give_the_same_bits(scenario: Path, tmp_path: Path) -> None:
    loaded = load_scenario(scenario)
    one, _ = run(loaded, tmp_path / "one", workers=1)
    run(loaded, tmp_path / "two", workers=2)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")
    bids, awards = one.table("bids"), one.table("awards")
    assert sorted(set(bids["bid"][bids["drug"] == "alpha"]))[:4] == [1.0, 1.02, 1.04, 1.06]
    assert len(awards["drug"]) == 2 * loaded.spec.replications
    remembered = [Path(entry["path"]).name for entry in one.manifest["plugins"]]
    assert remembered == [*FILES]


def test_an_edited_helper_is_another_run(scenario: Path, tmp_path: Path) -> None:
    first = load_scenario(scenario)
    run(first, tmp_path / "first", workers=1)
    assert run(load_scenario(scenario), tmp_path / "first")[1], "the same plug-ins: nothing to compute"
    write_plugins(tmp_path, helpers=HELPERS.replace("0.5", "0.7"))
    second = load_scenario(scenario)
    assert second.digest != first.digest
    folder, known = run(second, tmp_path / "second", workers=1)
    assert not known
    assert set(folder.table("bids")["bid"]) >= {1.4}
    again, _ = run(first, tmp_path / "again", workers=1)
    assert hashes(again.path) == hashes(tmp_path / "first"), (
        "a loaded scenario keeps the plug-ins that it was read with"
    )


def test_where_plugins_lie_does_not_count(scenario: Path, tmp_path: Path) -> None:
    shutil.copytree(tmp_path, tmp_path / "elsewhere")
    assert load_scenario(tmp_path / "elsewhere" / "small.yaml").digest == load_scenario(scenario).digest


def test_a_scenario_that_extends_keeps_plugins_and_adds_its_own(scenario: Path, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "more.py").write_text(AWARD.replace("cheapest", "cheap").replace("Cheapest", "Cheap"))
    patch = {"extends": "../small.yaml", "plugins": ["more.py"], "market": "../market"}
    (tmp_path / "sub" / "more.yaml").write_text(json.dumps(patch))
    loaded = load_scenario(tmp_path / "sub" / "more.yaml", sets=["rounds.first.rules.selection.rule=cheap"])
    assert [file.name for file in loaded.plugins.files][-1] == "more"
    assert type(loaded.spec.rounds["first"].rules.selection).__name__ == "Cheap"  # type: ignore[attr-defined]


def test_a_scenario_without_them_does_not_see_them(scenario: Path, tmp_path: Path) -> None:
    load_scenario(scenario)
    write_scenario(tmp_path, **{**USING, "plugins": []})
    with pytest.raises(InputError, match="there is no model 'part-of-ceiling'"):
        load_scenario(scenario)


@pytest.mark.parametrize("executor", ["serial", "processes", "dask"])
def test_in_a_sweep(executor: str, tmp_path: Path) -> None:
    if executor == "dask":
        pytest.importorskip("distributed")
    write_plugins(tmp_path)
    levers = {**growth(2), "extra": {"path": "behaviour.bidding.extra", "values": [0.0, 0.2]}}
    file = write_sweep(tmp_path, {**USING, "replications": 1}, levers=levers, replications=2)
    outcome = carry_on(begin(file, tmp_path / "study"), Options(executor=executor, workers=2))
    assert (outcome.done, outcome.failed) == (8, 0)
    carry_on(begin(file, tmp_path / "here"), Options(executor="serial"))
    assert (tmp_path / "study" / "study.csv").read_bytes() == (tmp_path / "here" / "study.csv").read_bytes()


def test_a_study_refuses_other_plugins_and_says_so(tmp_path: Path, vbp: Vbp) -> None:
    write_plugins(tmp_path)
    content = {**USING, "plugins": [], "replications": 1}
    file = write_sweep(tmp_path, content, levers=growth(2))
    words = [word for name in FILES for word in ("--plugin", tmp_path / name)]
    code, _, said = vbp("sweep", "run", file, "--out", tmp_path / "study", "--executor", "serial", *words)
    assert code == 0, said
    assert len(reopen(tmp_path / "study").base.plugins.files) == len(FILES)
    write_plugins(tmp_path, my_choice=FILES["my_choice.py"].replace("0.4", "0.5"))
    with pytest.raises(InputError, match=r"its plug-in .*my_choice.py is not what it was"):
        reopen(tmp_path / "study")
    code, _, said = vbp("sweep", "run", file, "--out", tmp_path / "study", "--executor", "serial", *words)
    assert (code, "of other plug-ins" in said) == (2, True)
    (tmp_path / "my_choice.py").unlink()
    code, _, said = vbp("sweep", "resume", tmp_path / "study")
    assert (code, "my_choice.py is gone" in said) == (2, True)


def test_a_report_goes_on_without_a_plugin_that_is_gone_and_says_so(scenario: Path, tmp_path: Path) -> None:
    folder, _ = run(load_scenario(scenario, sets=["replications=1"]), tmp_path / "run", workers=1)
    told: list[str] = []
    opened(folder.path, told.append)
    assert told == []
    (tmp_path / "my_award.py").unlink()
    opened(folder.path, told.append)
    assert "my_award.py is gone" in told[0]


def test_a_chart_of_a_plugin_is_drawn_from_a_run_that_had_it(scenario: Path, tmp_path: Path, vbp: Vbp) -> None:
    chart = """
from matplotlib.figure import Figure
from vbp_sim.report.charts.catalogue import Chart, chart

@chart("my-chart")
def draw(run):
    '''What did they bid?'''
    return Chart("Mine", Figure(), {"bid": run.table("bids")["bid"]})
"""
    (tmp_path / "my_chart.py").write_text(chart)
    with plugins.asked([plugins.read(tmp_path / "my_chart.py", "test")]):
        folder, _ = run(load_scenario(scenario, sets=["replications=1"]), tmp_path / "run", workers=1)
    code, _, said = vbp("plot", folder.path, "my-chart")
    assert (code, "Mine" in said) == (0, True), said
    assert "What did they bid?" in vbp("plot", folder.path)[1]
    assert "my-chart" in catalogue()
    load_scenario("pilot-2018")
    assert "my-chart" not in catalogue()
    assert vbp("report", folder.path)[0] == 0
    assert "Mine" in (folder.path / "report.html").read_text(encoding="utf-8")


def test_two_plugins_of_one_name_are_both_named(scenario: Path, tmp_path: Path, vbp: Vbp) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "my_award.py").write_text(AWARD)
    code, _, said = vbp("check", scenario, "--plugin", tmp_path / "sub" / "my_award.py")
    assert (code, "two plug-ins are called my_award" in said) == (2, True), said
    assert said.count("my_award.py") == 2


def test_the_commands_know_them(scenario: Path, tmp_path: Path, vbp: Vbp) -> None:
    award = tmp_path / "my_award.py"
    assert "cheapest" not in vbp("list", "models")[1]
    assert "One winner, the lowest bid." in vbp("list", "models", "--plugin", award)[1]
    assert "stubborn" in vbp("list", "models", scenario)[1]
    assert "Cheapest" in vbp("schema", "rules", "--plugin", award)[1]
    assert "Stubborn" in vbp("schema", "scenario", scenario)[1]
    assert "Stubborn" not in vbp("schema", "scenario")[1]
    assert vbp("check", scenario)[0] == 0
    code, shown, _ = vbp("show", scenario)
    assert code == 0
    assert "model: part-of-ceiling" in shown
    assert "asked on top" not in vbp("show", "pilot-2018")[1]


def test_the_code_behind_a_plugin_is_all_its_files_and_what_they_import(scenario: Path, tmp_path: Path) -> None:
    """So that a solved case is solved anew when any of them changes, and only then."""

    def code() -> str:
        return sources.code(type(load_scenario(scenario).spec.behaviour.bidding))

    first = code()
    part = type(load_scenario(scenario).spec.behaviour.bidding)
    reached = sources.reached(part.__module__, tmp_path / "my_bidding.py")
    assert {name.rpartition(".")[2] for name in reached} >= {"helpers", "my_award", "rules_of_thumb", "streams"}
    assert code() == first
    write_plugins(tmp_path, helpers=HELPERS + "# a remark\n")
    assert code() != first


NOTEBOOK = """
from __future__ import annotations
import numpy as np
import vbp_sim
from typing import Literal
from vbp_sim.agents.choice.partial_adjustment import PartialAdjustment

LEAST = {least}

def clipped(share: "Anything") -> Later:
    return np.clip(share, LEAST, 0.4)

class Mine(PartialAdjustment):
    model: Literal["mine"] = "mine"
    def step(self, month):
        return clipped(month.share)
"""


def cell(text: str, name: str) -> dict[str, object]:
    """Run a text as a notebook runs a cell: its lines are known, its module is no file."""
    import linecache
    import sys
    from types import ModuleType

    module = sys.modules.setdefault("a_notebook", ModuleType("a_notebook"))
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    exec(compile(text, name, "exec"), module.__dict__)
    return module.__dict__


def test_a_class_of_a_notebook_is_hashed_by_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "_asked", ())
    write_plugins(tmp_path)
    content = {**USING, "plugins": ["my_award.py"], "behaviour": {"choice": {"model": "mine"}}}
    file = write_scenario(tmp_path, **content)
    digests = []
    for least in (0.05, 0.1):
        mine = cell(NOTEBOOK.format(least=least), f"<cell {least}>")["Mine"]
        assert vbp_sim.register(mine) is mine  # type: ignore[arg-type]
        loaded = vbp_sim.load(file)
        digests.append(loaded.digest)
        run(loaded, tmp_path / f"one-{least}", workers=1)
        run(loaded, tmp_path / f"two-{least}", workers=2)
        assert hashes(tmp_path / f"one-{least}") == hashes(tmp_path / f"two-{least}")
    assert digests[0] != digests[1]
    assert hashes(tmp_path / "one-0.05")["use"] != hashes(tmp_path / "one-0.1")["use"]


def test_a_class_without_source_is_refused() -> None:
    space: dict[str, object] = {"__name__": "a_notebook"}
    exec(NOTEBOOK.format(least=0), space)
    with pytest.raises(InputError, match="there is no source of Mine"):
        vbp_sim.register(space["Mine"])  # type: ignore[arg-type]


WRONG = {
    "is no file": ("", r"small.yaml:\d+:\d+: there is no file .*my_award.pyy"),
    "is no python": ("class :", r"my_award.py:1: this is no Python: invalid syntax"),
    "raises": ("x = 1\nx / 0\n", r"my_award.py:2: importing it raised ZeroDivisionError: division by zero"),
    "is empty": ("x = 1\n", r"my_award.py: defines no part, and no other plug-in imports it"),
    "has no name": (
        AWARD.replace('    rule: Literal["cheapest"] = "cheapest"\n', ""),
        r"my_award.py:8: Cheapest has no name .*\n    add a line: rule: Literal\[\"cheapest\"\]",
    ),
    "lacks a method": (AWARD.replace("def first", "def last"), r"my_award.py:8: Cheapest lacks first"),
    "has a name twice": (
        AWARD.replace('"cheapest"', '"lowest"'),
        r"my_award.py:8: there is a selection 'lowest' already: .*rules/selection\.py:\d+",
    ),
    "needs a file beside": (
        "import neighbour\n" + AWARD,
        r"my_award.py:1: imports neighbour.py, which lies beside it\n    name it as a plug-in too",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_plugin_is_one_message(name: str, scenario: Path, tmp_path: Path, vbp: Vbp) -> None:
    text, message = WRONG[name]
    write_plugins(tmp_path, my_award=text)
    (tmp_path / "neighbour.py").write_text("")
    if name == "is no file":
        scenario.write_text(scenario.read_text().replace("my_award.py", "my_award.pyy"))
    code, shown, said = vbp("check", scenario)
    assert (code, shown) == (2, "")
    assert re.search(message, said), said
    assert "Traceback" not in said


def test_two_plugins_with_one_part_are_both_named(scenario: Path, tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text(AWARD)
    with (
        pytest.raises(
            InputError, match=r"(my_award|other).py:\d+: there is a selection 'cheapest' already: .*\.py:\d+"
        ),
        plugins.asked([plugins.read(tmp_path / "other.py", "test")]),
    ):
        load_scenario(scenario)


def test_variants_and_settings_name_no_plugins(scenario: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'plugins' cannot be set"):
        load_scenario(scenario, sets=["plugins=[helpers.py]"])
    write_scenario(tmp_path, **USING, variants={"a": {"changes": {"plugins": ["helpers.py"]}}})
    with pytest.raises(InputError, match="a variant cannot change 'plugins'"):
        load_scenario(scenario, "a")


@pytest.mark.slow
def test_an_installed_package_brings_parts_and_its_version_counts(tmp_path: Path) -> None:
    """In processes of their own, as a package is installed once for a process."""
    import os
    import subprocess
    import sys

    (tmp_path / "site" / "others").mkdir(parents=True)
    (tmp_path / "site" / "others" / "__init__.py").write_text("")
    (tmp_path / "site" / "others" / "award.py").write_text(AWARD)
    write_plugins(tmp_path)
    file = write_scenario(tmp_path, **{**USING, "plugins": [*FILES][1:]})
    program = (
        "import sys, vbp_sim; from vbp_sim.runs.run import run; from pathlib import Path\n"
        "if __name__ == '__main__':\n"
        "    loaded = vbp_sim.load(sys.argv[1])\n"
        "    folder, _ = run(loaded, Path(sys.argv[2]), workers=2)\n"
        "    print(loaded.digest, folder.manifest['plugins'][-1]['package'])\n"
    )
    (tmp_path / "program.py").write_text(program)
    said = []
    for version, remark in (("1.0", ""), ("1.1", ""), ("1.1", "# edited\n")):
        info = tmp_path / "site" / "others.dist-info"
        shutil.rmtree(info, ignore_errors=True)
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: others\nVersion: {version}\n")
        (info / "entry_points.txt").write_text("[vbp_sim.parts]\naward = others.award\n")
        (tmp_path / "site" / "others" / "award.py").write_text(AWARD + remark)
        root = str(Path(vbp_sim.__file__).parents[1])
        done = subprocess.run(
            [sys.executable, str(tmp_path / "program.py"), str(file), str(tmp_path / f"run{len(said)}")],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path / "site"), root])},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        digest, package = done.stdout.split()
        assert package == "others"
        said.append(digest)
    assert len(set(said)) == 3


def test_the_registry_is_what_it_was(scenario: Path) -> None:
    before = {kind: [*parts] for kind, parts in Part.registry.items()}
    with plugins.asked([plugins.read(scenario.parent / "my_award.py", "test")]):
        assert Part.registry["selection"] != before.get("selection")
    load_scenario("pilot-2018")
    assert all("vbp_plugins" not in part.__module__ for parts in Part.registry.values() for part in parts)


def test_a_rule_of_ones_own_says_itself_that_it_does_not_act(tmp_path: Path) -> None:
    law = """
from typing import Literal
from vbp_sim.rules.payment import Payment

class Late(Payment):
    rule: Literal["late"] = "late"
    def due_days(self): return 90.0
    def inert(self, market): return "late: nobody minds"
"""
    award = AWARD + '\n    def inert(self, market):\n        return f"cheapest of {len(market.drugs)}: nobody minds"\n'
    write_plugins(tmp_path, my_award=award)
    (tmp_path / "late.py").write_text(law)
    laws = {"national": {"changes": {"payment": {"rule": "late"}}}}
    loaded = load_scenario(write_scenario(tmp_path, **{**USING, "plugins": [*FILES, "late.py"], "laws": laws}))
    said = ["round first: cheapest of 2: nobody minds", "law: late: nobody minds"]
    assert [sentence for sentence in not_simulated(loaded) if not sentence.startswith("classes:")] == said
