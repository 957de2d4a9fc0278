"""A bar with time left on a terminal, nothing in a pipe."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

#: called with what is done, how many there are, and what is being done
Update = Callable[[int, int, str], None]


@contextlib.contextmanager
def bar(quiet: bool) -> Iterator[Update]:
    """Show a bar while work goes on, where there is somebody to see it."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, of, what: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)
        yield lambda done, of, what: shown.update(task, completed=done, total=of, description=what)
