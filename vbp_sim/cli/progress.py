"""A bar with time left on a terminal; elsewhere one line per stage, so that a log says where the work is."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

#: called with what is done, how many there are, and what is being done
Update = Callable[[int, int, str], None]


@contextlib.contextmanager
def bar(quiet: bool) -> Iterator[Update]:
    """Show how far work is while it goes on, where there is somebody to see it."""
    if quiet:
        yield lambda done, of, what: None
        return
    if not sys.stderr.isatty():
        yield stages()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)
        yield lambda done, of, what: shown.update(task, completed=done, total=of, description=what)


def stages() -> Update:
    """Say each stage once, when all of it is done, and how long it took."""
    from vbp_sim.cli.common import message
    from vbp_sim.report.words.language import say

    started, told = time.monotonic(), set[str]()

    def update(done: int, of: int, what: str) -> None:
        nonlocal started
        if done >= of and what not in told:
            told.add(what)
            now = time.monotonic()
            message(say("cli.stage", what=what, n=f"{of:,}", time=duration(now - started)))
            started = now

    return update


def duration(seconds: float) -> str:
    """A time as people say it, in the language in use."""
    from vbp_sim.report.words.language import say

    for size, word in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return say(f"cli.{word}", n=f"{seconds / size:.1f}")
    return say("cli.seconds", n=f"{seconds:.1f}")
