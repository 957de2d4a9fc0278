"""Files on top of files: what is merged, what is replaced, who is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from vbp_sim.errors import InputError
from vbp_sim.scenario.layers import Layers
from vbp_sim.scenario.tree import find, plain


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)


def test_maps_are_merged_and_lists_replaced(tmp_path: Path) -> None:
    write(tmp_path, a="x: {p: 1, q: [1, 2]}\ny: 5", b="extends: a.yaml\nx: {q: [3]}\nz: 6")
    assert plain(Layers().open(tmp_path / "b.yaml")) == {"x": {"p": 1, "q": [3]}, "y": 5, "z": 6}


def test_every_value_keeps_the_place_that_set_it(tmp_path: Path) -> None:
    write(tmp_path, a="x: {p: 1, q: 2}", b="extends: a.yaml\nx: {q: 3}")
    tree = Layers().open(tmp_path / "b.yaml")
    places = [find(tree, ("x", key))[0].place() for key in "pq"]
    assert [place.rsplit("/", 1)[1] for place in places] == ["a.yaml:1:8", "b.yaml:2:8"]


def test_another_part_drops_the_parameters_of_the_old_one(tmp_path: Path) -> None:
    write(tmp_path, a="x: {model: old, p: 1}", b="extends: a.yaml\nx: {model: new, q: 2}")
    assert plain(Layers().open(tmp_path / "b.yaml")) == {"x": {"model": "new", "q": 2}}


def test_the_same_part_keeps_its_parameters(tmp_path: Path) -> None:
    write(tmp_path, a="x: {rule: old, p: 1}", b="extends: a.yaml\nx: {rule: old, q: 2}")
    assert plain(Layers().open(tmp_path / "b.yaml")) == {"x": {"rule": "old", "p": 1, "q": 2}}


@pytest.mark.parametrize(("name", "kept"), [("usual", {"model": "usual", "p": 1}), ("other", {"model": "other"})])
def test_a_part_that_no_file_names_counts_as_the_default(tmp_path: Path, name: str, kept: dict[str, object]) -> None:
    write(tmp_path, a="x: {p: 1}", b=f"extends: a.yaml\nx: {{model: {name}}}")
    layers = Layers(implied=lambda address: "usual" if address == ("x",) else "")
    assert plain(layers.open(tmp_path / "b.yaml"))["x"] == kept


def test_a_text_at_a_mount_is_the_file_of_that_name(tmp_path: Path) -> None:
    write(tmp_path / "lib", one="p: 1\nq: 2", two="extends: one\nq: 3")
    write(tmp_path, s="r: {a: {rules: one}, b: {rules: {extends: two, p: 9}}}")
    tree = Layers({("r", "*", "rules"): tmp_path / "lib"}).open(tmp_path / "s.yaml")
    assert plain(tree) == {"r": {"a": {"rules": {"p": 1, "q": 2}}, "b": {"rules": {"p": 9, "q": 3}}}}


def test_a_patch_changes_a_mounted_file_and_a_new_name_replaces_it(tmp_path: Path) -> None:
    write(tmp_path / "lib", one="p: 1\nq: 2", two="p: 5")
    write(
        tmp_path,
        base="r: {a: {rules: one}, b: {rules: one}}",
        s="extends: base.yaml\nr: {a: {rules: {q: 7}}, b: {rules: two}}",
    )
    tree = Layers({("r", "*", "rules"): tmp_path / "lib"}).open(tmp_path / "s.yaml")
    assert plain(tree) == {"r": {"a": {"rules": {"p": 1, "q": 7}}, "b": {"rules": {"p": 5}}}}


def test_a_path_at_a_mount_is_relative_to_the_file_that_holds_it(tmp_path: Path) -> None:
    write(tmp_path / "lib", one="p: 1")
    write(tmp_path, own="extends: one\nq: 2", s="rules: own.yaml")
    tree = Layers({("rules",): tmp_path / "lib"}).open(tmp_path / "s.yaml")
    assert plain(tree) == {"rules": {"p": 1, "q": 2}}


def test_a_name_may_lie_in_a_folder_of_the_library_and_not_outside_it(tmp_path: Path) -> None:
    write(tmp_path / "lib" / "experiments", one="p: 1")
    write(tmp_path, own="extends: experiments/one\nq: 2", out="extends: ../lib/experiments/one")
    layers = Layers({(): tmp_path / "lib"})
    assert plain(layers.open(tmp_path / "own.yaml")) == {"p": 1, "q": 2}
    assert "nothing is called '../lib/experiments/one'" in failure(tmp_path / "out.yaml", layers)


def failure(path: Path, layers: Layers | None = None) -> str:
    with pytest.raises(InputError) as caught:
        (layers or Layers()).open(path)
    return str(caught.value)


def test_a_circle_is_found(tmp_path: Path) -> None:
    write(tmp_path, a="extends: b.yaml", b="extends: a.yaml")
    assert "in a circle" in failure(tmp_path / "a.yaml")


def test_eight_files_may_extend_each_other_and_no_more(tmp_path: Path) -> None:
    write(tmp_path, f1="x: 1", **{f"f{i}": f"extends: f{i - 1}.yaml" for i in range(2, 10)})
    assert plain(Layers().open(tmp_path / "f8.yaml")) == {"x": 1}
    assert "more than 8 files" in failure(tmp_path / "f9.yaml")


def test_a_missing_base_names_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, pilot="x: 1", s="extends: pilto", t="extends: pilto.yaml", u="extends: [1]")
    assert "s.yaml:1:10: nothing is called 'pilto'\n    did you mean 'pilot'?" in failure(tmp_path / "s.yaml")
    assert "there is no file 'pilto.yaml'\n    did you mean 'pilot.yaml'?" in failure(tmp_path / "t.yaml")
    assert "the name or path of a file is wanted" in failure(tmp_path / "u.yaml")
