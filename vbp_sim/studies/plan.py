"""plan.json of a study: what was asked, of which scenario, by which program. Written last when a study begins."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

import vbp_sim
from vbp_sim.errors import InputError, Problem
from vbp_sim.runs import aside
from vbp_sim.runs.manifest import Plugin
from vbp_sim.runs.reading import json_of, refused, shaped
from vbp_sim.runs.run import program_hash
from vbp_sim.studies.base import Base
from vbp_sim.studies.sweep_file import GROWING, SweepSpec

NAME = "plan.json"
PROGRAM = "vbp_sim sweep"
FORMAT = 1


@dataclass(frozen=True)
class Plan:
    """A study as it was planned. ``programs``: hashes of the programs that worked on it, the last one now.

    ``version``: of the program that wrote the plan.
    """

    spec: SweepSpec
    source: str
    scenario: str
    base_digest: str
    programs: tuple[str, ...]
    created: str
    plugins: tuple[dict[str, str], ...] = ()
    version: str = vbp_sim.__version__

    @classmethod
    def of(cls, spec: SweepSpec, source: Path, base: Base) -> Plan:
        """A new plan."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        plugins = tuple(base.plugins.as_json())
        return cls(spec, str(source.resolve()), str(base.file.resolve()), base.digest, (program_hash(),), now, plugins)

    @property
    def id(self) -> str:
        """Hash of all that makes this study another one than its neighbours; more runs do not."""
        spec = self.spec.model_dump(mode="json", exclude={"title", "description", "replications", "scenario"})
        if self.spec.sample.method in GROWING:
            spec["sample"].pop("size")
        text = json.dumps([FORMAT, spec, self.base_digest], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def name(self) -> str:
        """Folder name of a study that the user does not name."""
        safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in self.spec.sweep)[:60]
        return f"{safe}-{self.id[:12]}"

    @property
    def program(self) -> str:
        """Hash of the program that works on the study now."""
        return self.programs[-1]

    def grown(self, replications: int | None, size: int | None) -> Plan:
        """The plan with at least so many replications and points of the sample."""
        spec = self.spec
        if replications is not None:
            spec = spec.model_copy(update={"replications": max(replications, spec.replications)})
        if size is not None and size > spec.sample.size:
            if spec.sample.method not in GROWING:
                what = f"a sample of method {spec.sample.method} cannot grow afterwards"
                raise InputError(Problem("--size", what, f"begin a new sweep, or sample with {' or '.join(GROWING)}"))
            if size & (size - 1):
                raise InputError(Problem("--size", f"a power of 2 is wanted, here is {size}"))
            sample = spec.sample.model_copy(update={"size": size})
            spec = spec.model_copy(update={"sample": sample})
        return replace(self, spec=spec)

    def for_program(self, now: str, accept: bool, folder: Path) -> Plan:
        """The plan for the program as it is now; InputError if it changed and that is not accepted."""
        if now == self.program:
            return self
        if not accept:
            what = (
                f"the program or its rules changed since this study began ({self.program[:12]}, now {now[:12]}), "
                "so its runs could not be compared"
            )
            remedy = "--accept-new-code goes on all the same; --out in another folder begins anew"
            raise InputError(Problem(str(folder), what, remedy))
        return replace(self, programs=(*self.programs, now))

    def write(self, folder: Path) -> None:
        """Write plan.json."""
        names = ("created", "source", "scenario", "base_digest", "programs", "plugins")
        own = {"program": PROGRAM, "format": FORMAT, "id": self.id, "version": vbp_sim.__version__}
        spec = self.spec.model_dump(mode="json", exclude_defaults=True)
        aside.write_json(folder / NAME, {**own, **{name: getattr(self, name) for name in names}, "spec": spec})


class _Written(BaseModel):
    """plan.json, as far as it is no hash of the rest."""

    spec: SweepSpec
    source: str
    scenario: str
    base_digest: str
    programs: Annotated[tuple[str, ...], Field(min_length=1)]
    created: str
    plugins: tuple[Plugin, ...] = ()
    version: str = ""


def read_plan(folder: Path) -> Plan:
    """Read the plan of a study; InputError if the folder is none, or one of another version."""
    file, anew = folder / NAME, "begin anew with --out"
    if not os.path.lexists(file):
        what = "there is no such folder" if not folder.exists() else "is not a study: it has no plan.json"
        raise refused(folder, what, "`vbp sweep run SWEEP` begins one")
    found = json_of(file, anew)
    if found.get("program") != PROGRAM:
        raise refused(file, "is not the plan of a study", "name the folder of a study")
    if found.get("format") != FORMAT:
        what = f"has format {found.get('format')!r}; this version of vbp_sim reads format {FORMAT}"
        raise refused(file, what, f"use the version that wrote it, or {anew}")
    kept = shaped(file, found, _Written, anew)
    plugins = tuple(plugin.model_dump(exclude_unset=True) for plugin in kept.plugins)
    return Plan(**{**vars(kept), "plugins": plugins})
