"""What is kept of solved cases: found again by content and code, and never believed when damaged."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bidding_making import case, conditions, rules

from vbp_sim.agents.bidding import solve, sources, store
from vbp_sim.agents.bidding.equilibrium import Equilibrium
from vbp_sim.agents.bidding.store import kept, text

SOLVED: list[object] = []


@dataclass(frozen=True)
class Toy:
    """A case of one number."""

    size: float


@kept
def counted(toy: Toy) -> tuple[np.ndarray, ...]:
    """Two arrays; notes that it was asked."""
    SOLVED.append(toy)
    return np.full(3, toy.size), np.arange(4.0).reshape(2, 2)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty store, on disk and in memory."""
    monkeypatch.setenv("VBP_CACHE", str(tmp_path / "cases"))
    store.forget()
    SOLVED.clear()
    yield tmp_path / "cases"
    store.forget()


def right(size: float = 0.1) -> bool:
    """Ask as a new process would; whether the answer is what the solver says."""
    store.forget()
    one, two = counted(Toy(size))
    return np.array_equal(one, np.full(3, size)) and np.array_equal(two, [[0, 1], [2, 3]])


def test_a_case_is_solved_once_and_comes_back_from_memory_and_disk(cache: Path) -> None:
    assert right()
    assert counted(Toy(0.1)) is counted(Toy(0.1))
    assert right()
    assert len(SOLVED) == 1
    assert right(0.2)
    assert len(SOLVED) == len(list(cache.iterdir())) == 2


def test_an_equilibrium_comes_back_from_disk_to_the_bit(cache: Path) -> None:
    known = case(rules("batch-3"), 4)
    first = Equilibrium().solution(known, 0.15, 4)
    store.forget()
    assert len(list(cache.glob("equilibrium-*.case"))) == 1
    again = Equilibrium().solution(known, 0.15, 4)
    np.testing.assert_array_equal(again[0], first[0])
    assert again[1] == first[1]


def test_another_process_finds_the_same_file(cache: Path) -> None:
    Equilibrium().solution(case(rules("batch-3"), 3), 0.15, 3)
    (file,) = cache.iterdir()
    written = file.stat().st_mtime_ns
    ask = "from bidding_making import *; Equilibrium().solution(case(rules('batch-3'), 3), 0.15, 3)"
    here = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    other = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": here}
    subprocess.run([sys.executable, "-c", ask], check=True, env=other)
    assert [f.name for f in cache.iterdir()] == [file.name]
    assert file.stat().st_mtime_ns == written


def test_no_flipped_bit_is_believed_and_the_file_is_written_anew(cache: Path) -> None:
    assert right()
    (file,) = cache.iterdir()
    good = file.read_bytes()
    for bit in range(0, 8 * len(good), 3):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        file.write_bytes(bad)
        assert right()
        before = len(SOLVED)
        assert right()
        assert len(SOLVED) == before == 2 + bit // 3


def damages(good: bytes, folder: Path) -> Iterator[bytes]:
    """Files that are not what was written."""
    yield from (b"", b"not an archive", good + b"\0", good[32:], good[:32], good * 2)
    yield from (good[:length] for length in range(0, len(good), 7))
    for arrays in ((), (np.zeros(3),), (np.zeros((5, 5)), np.ones(1)), (np.array(["a"]), np.array([None]))):
        aside = folder / "other.npz"
        np.savez(aside, *arrays)
        yield aside.read_bytes()
        yield good[:32] + aside.read_bytes()


def test_no_other_file_is_believed(cache: Path, tmp_path: Path) -> None:
    assert right()
    (file,) = cache.iterdir()
    good = file.read_bytes()
    for bad in damages(good, tmp_path):
        file.write_bytes(bad)
        assert right()
        before = len(SOLVED)
        assert right()
        assert len(SOLVED) == before


@pytest.mark.parametrize("strange", [os.mkfifo, os.mkdir, lambda file: file.symlink_to("/dev/zero")])
def test_what_is_no_file_is_passed_over(cache: Path, strange: Callable[[Path], None]) -> None:
    """A pipe would wait for ever, a device never end."""
    assert right()
    (file,) = cache.iterdir()
    file.unlink()
    strange(file)
    assert right()
    assert len(SOLVED) == 2


def test_a_huge_file_is_passed_over_and_written_anew(cache: Path) -> None:
    assert right()
    (file,) = cache.iterdir()
    os.truncate(file, 10**12)
    assert right()
    assert file.stat().st_size < 10_000


def test_the_file_of_another_case_is_not_believed(cache: Path) -> None:
    assert right(0.1)
    (one,) = cache.iterdir()
    assert right(0.2)
    (two,) = set(cache.iterdir()) - {one}
    one.write_bytes(two.read_bytes())
    assert right(0.1)


def test_a_folder_that_cannot_be_written_or_read_is_passed_over(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert right()
    (file,) = cache.iterdir()
    file.unlink()
    (file / "in the way").mkdir(parents=True)
    assert right()
    assert [f.name for f in cache.iterdir()] == [file.name]  # nothing written aside is left behind
    monkeypatch.setenv("VBP_CACHE", str(file / "in the way" / "no-folder"))
    (file / "in the way" / "no-folder").write_text("a file where a folder should be")
    assert right()


def test_what_is_kept_cannot_be_changed(cache: Path) -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="read-only"):
            counted(Toy(0.1))[0][:] = 7
        store.forget()


def test_a_solver_that_could_read_more_than_its_case_is_refused() -> None:
    beyond = np.ones(3)

    def closes(toy: Toy) -> tuple[np.ndarray, ...]:
        return (beyond * toy.size,)

    def two(toy: Toy, more: float = 1.0) -> tuple[np.ndarray, ...]:
        return (np.full(3, toy.size * more),)

    for solver in (closes, two, Equilibrium().game):
        with pytest.raises(TypeError, match="takes its case and nothing else"):
            kept(solver)  # type: ignore[arg-type]


def test_equal_values_have_one_text_and_others_another() -> None:
    values: list[Any] = [
        0.3, 0.1 + 0.2, 1, 1.0, "1", True, None, "None", (1, 2), ((1,), 2), (1, (2,)), ("1, 2",), {"a": 1.0}, {"a": 1},
        {"b": 1}, float("nan"), float("inf"), date(2024, 1, 1), "datetime.date(2024, 1, 1)", Toy(0.1), Toy(0.2),
        rules("batch-2").selection, rules("batch-10").selection, rules("batch-3").shortlist,
    ]  # fmt: skip
    assert len({text(v) for v in values}) == len(values)
    assert text({"a": 1, "b": 2}) == text({"b": 2, "a": 1})
    assert text(rules("batch-10").selection) == text(rules("batch-10").selection)


@pytest.mark.parametrize("value", [np.ones(2), {1, 2}, object(), b"raw", Toy, conditions])
def test_what_is_not_plain_has_none(value: object) -> None:
    with pytest.raises(TypeError, match="plain values only"):
        text((1, value))


def test_the_code_of_a_solver_is_all_that_it_imports() -> None:
    """The draws and the tender's own kernel among it; Python itself is asked what was imported."""
    known = set(sources.reached(solve.__name__, Path(str(solve.__file__))))
    assert {"vbp_sim.streams", "vbp_sim.rules.contest", "vbp_sim.rules.money", "vbp_sim.rules.arrays"} <= known
    ask = (
        "import sys, types; import vbp_sim.agents.bidding.solve as s;"
        "print(*(n for n, m in sys.modules.items() if n.startswith('vbp_sim') and not hasattr(m, '__path__')))"
    )
    found = subprocess.run([sys.executable, "-c", ask], check=True, capture_output=True, text=True).stdout.split()
    assert set(found) <= known


def plug_in(folder: Path, helper: str) -> Any:
    """A solver in a file of its own, which takes a number from a file beside it."""
    folder.mkdir()
    (folder / "helper_beside.py").write_text(helper)
    source = "import numpy as np\nfrom helper_beside import A\n\ndef solver(case): return (np.ones(A),)\n"
    (folder / "plugged.py").write_text(source)
    spec = spec_from_file_location("plugged", folder / "plugged.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["plugged"] = module
    spec.loader.exec_module(module)
    return module.solver


def test_other_code_is_another_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a plug-in too, and of what lies beside it."""
    keys = []
    for name, helper in (("a", "A = 1\n"), ("b", "A = 2\n"), ("c", "A = 1\n")):
        monkeypatch.syspath_prepend(str(tmp_path / name))
        monkeypatch.delitem(sys.modules, "helper_beside", raising=False)
        keys.append(store.key_of(plug_in(tmp_path / name, helper), Toy(0.1)))
    assert keys[0] == keys[2] != keys[1]
    sys.modules.pop("plugged")
    sys.modules.pop("helper_beside")
