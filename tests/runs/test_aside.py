"""Files written aside: whole or not at all, never through a link; cells that no spreadsheet runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vbp_sim.errors import InputError
from vbp_sim.explore.runs import _measured
from vbp_sim.runs import aside


def test_a_file_that_is_given_up_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"old")

    def give_up() -> None:
        with aside.writing(file) as out:
            out.write(b"new")
            raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        give_up()
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]
    assert file.read_bytes() == b"old"


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_a_link_gives_way_and_what_it_led_to_stays(tmp_path: Path) -> None:
    other, file = tmp_path / "other", tmp_path / "a.csv"
    other.write_bytes(b"mine")
    file.symlink_to(other)
    with aside.writing(file, lasting=False) as out:
        out.write(b"new")
    assert (other.read_bytes(), file.read_bytes(), file.is_symlink()) == (b"mine", b"new", False)


def test_cells_are_empty_for_unknown_and_never_formulas() -> None:
    assert [aside.cell(x) for x in (None, float("nan"), 0.1, 3, "=1+1", "@x", "plain")] == [
        "", "", "0.1", 3, "'=1+1", "'@x", "plain",
    ]  # fmt: skip


def test_a_record_is_known_by_all_but_its_id() -> None:
    record = {"a": 1.5, "b": [float("nan")]}
    id = aside.id_of(record)
    assert aside.id_of({**record, "id": id}) == id != aside.id_of({**record, "a": 1.6})


def test_replications_of_a_comparison_are_a_regular_file_or_none(tmp_path: Path) -> None:
    assert _measured(tmp_path / "replications.csv", ["base"]) == {}
    (tmp_path / "replications.csv").mkdir()
    with pytest.raises(InputError, match="a regular file is wanted, here is a folder"):
        _measured(tmp_path / "replications.csv", ["base"])
