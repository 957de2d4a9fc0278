"""What all commands share: errors become messages and exit codes, data goes to stdout, messages to stderr."""

from __future__ import annotations

import errno
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

import click

from vbp_sim.errors import InputError, VbpError

FAILED, WRONG_INPUT, INTERRUPTED = 1, 2, 130

#: what the operating system says of a place that the user named wrongly; a full disk is a failed run instead
PLACES = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST,
    errno.ENAMETOOLONG,
)  # fmt: skip


def guarded(work: Callable[[], Any]) -> int:
    """Do the work and return the exit code; an expected error is a message on stderr, without a traceback."""
    try:
        code = work()
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        message("interrupted")
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except InputError as error:
        wrong_input(error)
        return WRONG_INPUT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (VbpError, OSError, MemoryError) as error:
        message(f"error: {_said(error)}")
        return WRONG_INPUT if getattr(error, "errno", None) in PLACES else FAILED
    return code if isinstance(code, int) else 0


def _said(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error) or type(error).__name__


def wrong_input(error: InputError) -> None:
    """Print all problems of the input, then how many there are."""
    for problem in error.problems:
        place, _, rest = str(problem).partition(": ") if problem.place else ("", "", str(problem))
        click.echo(f"{styled(place, bold=True)}: {rest}", err=True)
    count = len(error.problems)
    if count > 1:
        message(f"{count} problems")


def styled(text: str, **style: Any) -> str:
    """Text with colour or weight, unless stderr is no terminal or NO_COLOR is set."""
    if os.environ.get("NO_COLOR") or not sys.stderr.isatty():
        return text
    return click.style(text, **style)


def message(text: str, *, quiet: bool = False) -> None:
    """Say something to the person at the terminal (stderr)."""
    if not quiet:
        click.echo(text, err=True)


def print_json(data: Any) -> None:
    """Print one JSON document on stdout."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows on stdout with aligned columns; Chinese characters take two."""
    if not rows:
        return
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout, for machines.")
quiet_option = click.option("--quiet", "-q", is_flag=True, help="Say nothing but errors.")
variant_option = click.option(
    "--variant", default="", metavar="A[,B]", help="Apply variants of the scenario, in this order."
)
set_option = click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="PATH=VALUE",
    help="Set one value (PATH:=VALUE replaces a variant's).",
)
