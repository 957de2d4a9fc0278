"""Keeps what is read inside the study that the user named."""

from __future__ import annotations

from pathlib import Path

from vbp_sim.errors import InputError, Problem


def inside(file: Path, folder: Path) -> None:
    """InputError if a file is a link that leads out of a folder."""
    if not file.resolve().is_relative_to(folder.resolve()):
        what = f"is a link that leads out of {folder}"
        raise InputError(Problem(str(file), what, "put the file itself there if it belongs to the study"))
