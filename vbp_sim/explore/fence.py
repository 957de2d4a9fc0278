"""Keeps what is read inside the study that the user named."""

from __future__ import annotations

from pathlib import Path

from vbp_sim.errors import InputError, Problem

#: what is read of a folder through a link that stands there; all else is read as a regular file or not at all
FILES = ("replications.csv", "ledger*", "tables")


def inside(folder: Path, root: Path) -> None:
    """InputError if a folder is a link that leads out of ``root``, or a file that is read of it out of the folder."""
    files = [(file, folder) for pattern in FILES for file in sorted(folder.glob(pattern))]
    for place, border in [(folder, root), *files]:
        if not place.resolve().is_relative_to(border.resolve()):
            what = f"is a link that leads out of {border}"
            raise InputError(Problem(str(place), what, "put the file itself there if it belongs to the study"))
