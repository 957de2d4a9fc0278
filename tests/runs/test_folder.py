"""The run folder: complete or not there, never at the cost of what the user has."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from forging import edit, reseal

from vbp_sim.engine.tables import TABLES, markdown
from vbp_sim.errors import InputError, RunError
from vbp_sim.runs.folder import RunFolder, RunWriter
from vbp_sim.studies import compare, plan
from vbp_sim.truth import backtest_record

#: so that other processes import this file as it is
WITH_TESTS = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
MANIFEST = {"scenario": "s", "variant": "", "seed": 1, "replications": 2, "version": "0", "digest": "d"}
NOT_KNOWN = dict.fromkeys(("mean", "low", "high"), np.float64("nan"))
SUMMARY = {
    "scenario": "s",
    "variant": "",
    "replications": 2,
    "metrics": {"hhi": {**NOT_KNOWN, "n": 2, "unit": "index"}},
}
FUND = [c.name for c in TABLES["fund"].columns if c.kind == "float"]


def fund(replication: int, rows: int = 3) -> dict[str, np.ndarray]:
    luck = np.random.default_rng(replication)
    return {
        "replication": np.full(rows, replication),
        "month": np.datetime64("2019-03", "M") + np.arange(rows),
        "province": np.array(["上海", "=cmd", ""] * rows, dtype=object)[:rows],
        **{name: luck.random(rows) for name in FUND},
    }


def write(path: Path, **options: object) -> RunFolder:
    with RunWriter(path, **options) as run:  # type: ignore[arg-type]
        for replication in range(2):
            run.append("fund", fund(replication))
        return run.finish(MANIFEST, SUMMARY)


def break_off(path: Path, error: type[BaseException], **options: bool) -> None:
    with RunWriter(path, **options) as run:
        run.append("fund", fund(5))
        raise error


def left(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write(tmp_path / "run")
    run = RunFolder.open(tmp_path / "run")
    table = run.table("fund")
    assert list(table) == list(TABLES["fund"].names)
    assert table["replication"].tolist() == [0, 0, 0, 1, 1, 1]
    assert table["month"].dtype == "datetime64[M]"
    assert str(table["month"][1]) == "2019-04"
    assert table["province"].tolist() == ["上海", "=cmd", ""] * 2
    np.testing.assert_array_equal(table["spend"][3:], fund(1)["spend"])
    assert run.summary["metrics"]["hhi"] == {"mean": None, "low": None, "high": None, "n": 2, "unit": "index"}
    assert run.manifest["tables"]["fund"]["rows"] == 6
    assert run.tables == tuple(TABLES)
    assert run.table("use", ["drug"])["drug"].shape == (0,)
    run.verify()


def test_only_the_wanted_columns_come_and_cannot_be_changed(tmp_path: Path) -> None:
    table = write(tmp_path / "run").table("fund", ["spend"])
    assert list(table) == ["spend"]
    with pytest.raises(ValueError, match="read-only"):
        table["spend"][0] = 1


def test_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a"), write(tmp_path / "b")
    assert first.manifest == second.manifest
    one, other = (tmp_path / run / "tables" / "fund.parquet" for run in "ab")
    assert one.read_bytes() == other.read_bytes()


def test_figures_are_in_the_folder_before_the_manifest(tmp_path: Path) -> None:
    seen: list[tuple[bool, int]] = []

    def draw(run: RunFolder) -> None:
        seen.append(((run.path / "manifest.json").exists(), len(run.table("fund")["spend"])))
        (run.path / "figure.svg").write_text(run.manifest["run_hash"])

    with RunWriter(tmp_path / "run") as run:
        run.append("fund", fund(0))
        run.finish(MANIFEST, SUMMARY, draw=draw)
    assert seen == [(False, 3)]
    assert left(tmp_path / "run") == ["figure.svg", "manifest.json", "summary.json", "tables"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_interrupted_run_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error):
        break_off(tmp_path / "run", error)
    assert left(tmp_path) == []


def test_an_interrupt_while_drawing_leaves_nothing(tmp_path: Path) -> None:
    def draw(run: RunFolder) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), RunWriter(tmp_path / "run") as run:
        run.finish(MANIFEST, SUMMARY, draw=draw)
    assert left(tmp_path) == []


def test_a_killed_run_is_no_run_and_is_cleared_by_the_next(tmp_path: Path) -> None:
    script = """
        import sys, time
        from pathlib import Path
        from tests.runs.test_folder import RunWriter, fund
        with RunWriter(Path(sys.argv[1])) as run:
            run.append("fund", fund(0))
            print("ready", flush=True)
            time.sleep(60)
    """
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "run")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root, env=WITH_TESTS, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        unfinished = left(tmp_path)
        assert unfinished == [f".run.unfinished-{process.pid}", f".run.unfinished-{process.pid}.lock"]
        with pytest.raises(InputError, match="no such run folder"):
            RunFolder.open(tmp_path / "run")
        with pytest.raises(InputError, match="never finished"):
            RunFolder.open(tmp_path / unfinished[0])
        write(tmp_path / "run")  # the other process is alive: its folder stays
        assert left(tmp_path) == [*unfinished, "run"]
        process.send_signal(signal.SIGKILL)
    write(tmp_path / "run", force=True)
    assert left(tmp_path) == ["run"]


def test_a_finished_run_is_replaced_only_by_force_and_only_by_a_complete_one(tmp_path: Path) -> None:
    write(tmp_path / "run")
    with pytest.raises(InputError, match="holds a finished run"):
        write(tmp_path / "run")
    with pytest.raises(KeyboardInterrupt):
        break_off(tmp_path / "run", KeyboardInterrupt, force=True)
    RunFolder.open(tmp_path / "run").verify()
    with RunWriter(tmp_path / "run", force=True) as run:
        run.append("fund", fund(0, rows=1))
        run.finish({**MANIFEST, "replications": 1}, SUMMARY)
    assert RunFolder.open(tmp_path / "run").manifest["tables"]["fund"]["rows"] == 1
    assert left(tmp_path) == ["run"]


def test_a_run_that_was_pushed_aside_by_a_killed_one_comes_back(tmp_path: Path) -> None:
    write(tmp_path / "run")
    (tmp_path / "run").rename(tmp_path / ".run.replaced-1")
    with pytest.raises(KeyboardInterrupt):
        break_off(tmp_path / "run", KeyboardInterrupt, force=True)
    RunFolder.open(tmp_path / "run").verify()


def test_a_run_that_finishes_first_is_not_overwritten_by_the_second(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "run") as run:
        write(tmp_path / "other").path.rename(tmp_path / "run")
        with pytest.raises(InputError, match="holds a finished run"):
            run.finish(MANIFEST, SUMMARY)
    assert RunFolder.open(tmp_path / "run").manifest["tables"]["fund"]["rows"] == 6
    assert left(tmp_path) == ["run"]


@pytest.mark.parametrize("name", ["thesis.docx", "manifest.json"])
@pytest.mark.parametrize("force", [True, False])
def test_a_folder_of_the_user_is_never_touched(tmp_path: Path, name: str, force: bool) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / name).write_text("{}")
    with pytest.raises(InputError, match="not a run folder"):
        write(tmp_path / "mine", force=force)
    assert (tmp_path / "mine" / name).read_text() == "{}"


def test_an_empty_folder_a_link_and_a_path_with_spaces_are_fine(tmp_path: Path) -> None:
    (tmp_path / "空 folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "空 folder")
    assert write(tmp_path / "link").path == tmp_path / "link"
    RunFolder.open(tmp_path / "空 folder").verify()
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("path", ["file", "file/below", "x" * 300, "/proc/nothing/run"])
def test_a_place_that_cannot_hold_a_run_is_an_input_error(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError) as caught:
        write(tmp_path / path)
    assert "--out" in str(caught.value)
    assert path in str(caught.value)
    assert left(tmp_path) == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_an_input_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="Permission denied"):
        write(tmp_path / "run")
    tmp_path.chmod(0o700)


@pytest.mark.parametrize("table", ["fund", "use", "events"])
def test_a_full_disk_is_a_run_error_that_says_what_to_do(tmp_path: Path, table: str) -> None:
    def fill() -> None:
        with RunWriter(tmp_path / "run") as run:
            (unfinished,) = (entry for entry in tmp_path.iterdir() if entry.is_dir())
            (unfinished / "tables" / f"{table}.parquet").symlink_to("/dev/full")
            run.append("fund", fund(0))
            run.finish(MANIFEST, SUMMARY)

    with pytest.raises(RunError) as caught:
        fill()
    assert "No space left on device" in str(caught.value)
    assert "free some space" in str(caught.value)
    assert str(tmp_path / "run") in str(caught.value)
    assert left(tmp_path) == []


def small_disk(size: str, script: str) -> subprocess.CompletedProcess[str]:
    """Run Python on a file system of that size, mounted at the folder that the script is given."""
    root = Path(__file__).parents[2]
    shell = f'd=$(mktemp -d) && mount -t tmpfs -o size={size} tmpfs "$d" && exec "$@" "$d"'
    command = ["unshare", "-rm", "sh", "-c", shell, "sh", sys.executable, "-c", textwrap.dedent(script)]
    return subprocess.run(command, cwd=root, env=WITH_TESTS, capture_output=True, text=True, check=False)


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
def test_a_disk_that_fills_up_leaves_nothing(tmp_path: Path) -> None:
    if small_disk("1m", "").returncode:
        pytest.skip("may not mount here")
    script = """
        import sys
        from pathlib import Path
        from tests.runs.test_folder import RunError, RunWriter, fund
        place = Path(sys.argv[1])
        try:
            with RunWriter(place / "run") as run:
                for replication in range(100):
                    run.append("fund", fund(replication, rows=3000))
        except RunError as error:
            print(replication, list(place.iterdir()), error)
    """
    done = small_disk("1m", script)
    assert done.stderr == ""
    assert "[] " in done.stdout
    assert "No space left on device" in done.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"spend": None}, "missing columns \\['spend'\\]"),
        ({"more": np.zeros(3)}, "unknown columns \\['more'\\]"),
        ({"spend": np.zeros(2)}, "differ in length"),
        ({"replication": np.array([0, 0.5, 1])}, "not whole"),
        ({"province": np.array(["a", None, "b"], dtype=object)}, "missing values"),
        ({"province": np.array([1, 2, 3])}, "declared text"),
    ],
)
def test_a_table_that_is_not_as_declared_is_refused(tmp_path: Path, change: dict[str, object], said: str) -> None:
    columns = {k: v for k, v in {**fund(0), **change}.items() if v is not None}
    with pytest.raises(ValueError, match=said), RunWriter(tmp_path / "run") as run:
        run.append("fund", columns)  # type: ignore[arg-type]


def test_a_damaged_run_is_an_input_error(tmp_path: Path) -> None:
    path = write(tmp_path / "run").path
    (path / "tables" / "use.parquet").unlink()
    (path / "tables" / "fund.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputError) as caught:
        RunFolder.open(path)
    what = {Path(problem.place).name: problem.what for problem in caught.value.problems}
    assert what == {"use.parquet": "there is no such file", "fund.parquet": "is not the table that the run wrote"}


def test_a_run_that_is_damaged_after_it_was_opened_is_not_read(tmp_path: Path) -> None:
    run = write(tmp_path / "run")
    edit(tmp_path / "run" / "tables" / "fund.parquet", "spend", 1.0)
    with pytest.raises(InputError, match="is not the table that the run wrote"):
        run.table("fund")


@pytest.mark.parametrize(
    ("file", "what"), [(compare.FILE, "a comparison"), (plan.NAME, "a study"), (backtest_record.FILE, "a back-test")]
)
def test_a_folder_of_another_kind_is_named(tmp_path: Path, file: str, what: str) -> None:
    (tmp_path / file).write_text("{}")
    with pytest.raises(InputError, match=f"holds {what}, not a run"):
        RunFolder.open(tmp_path)


def test_a_run_of_another_format_is_an_input_error(tmp_path: Path) -> None:
    path = write(tmp_path / "run").path
    manifest = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(InputError, match="has format 99"):
        RunFolder.open(path)


def test_an_older_run_is_read_and_what_it_lacks_is_unknown(tmp_path: Path) -> None:
    path = write(tmp_path / "run").path
    manifest = json.loads((path / "manifest.json").read_text())
    tables = {name: entry for name, entry in manifest["tables"].items() if name != "claims"}
    (path / "tables" / "claims.parquet").unlink()
    file = path / "tables" / "fund.parquet"
    pq.write_table(pq.read_table(file).drop_columns(["prepaid", "province", "month"]), file)
    reseal(path, tables=tables, format=2, version="0.1.0")
    run = RunFolder.open(path)
    assert run.made_by == "vbp_sim 0.1.0"
    assert "claims" not in run.tables
    assert run.table("claims", ["open", "claim"])["open"].shape == (0,)
    fund_ = run.table("fund")
    assert np.isnan(fund_["prepaid"]).all()
    assert set(fund_["province"]) == {""}
    assert np.isnat(fund_["month"]).all()
    np.testing.assert_array_equal(fund_["spend"][3:], fund(1)["spend"])


def test_a_run_of_this_format_that_lacks_a_column_is_damaged(tmp_path: Path) -> None:
    path = write(tmp_path / "run").path
    file = path / "tables" / "fund.parquet"
    pq.write_table(pq.read_table(file).drop_columns(["prepaid"]), file)
    reseal(path)
    with pytest.raises(InputError, match="has no column prepaid"):
        RunFolder.open(path).table("fund")


def test_the_reference_page_of_tables_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "tables.md"
    assert page.read_text(encoding="utf-8") == markdown(), "python -m vbp_sim.engine.tables > docs/tables.md"
