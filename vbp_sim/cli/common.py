"""What all commands share: errors become messages and exit codes, data goes to stdout, messages to stderr."""

from __future__ import annotations

import errno
import functools
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbp_sim.errors import InputError, VbpError
from vbp_sim.report.words.language import language, of_machine, say, speaking
from vbp_sim.report.words.mistakes import mistake, told_problem

if TYPE_CHECKING:
    from vbp_sim.report.sources import Source

Decorator = Callable[[Any], Any]

FAILED, WRONG_INPUT, INTERRUPTED = 1, 2, 130

#: what the operating system says of a place that the user named wrongly; a full disk is a failed run instead
PLACES = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST,
    errno.ENAMETOOLONG,
)  # fmt: skip


def guarded(work: Callable[[], Any]) -> int:
    """Do the work and return the exit code; an expected error is a message on stderr, without a traceback."""
    with speaking(of_machine()):
        return _guarded(work)


def _guarded(work: Callable[[], Any]) -> int:
    try:
        code = work()
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        message(mistake("interrupted"))
        return INTERRUPTED
    except click.ClickException as error:
        error.show(told := io.StringIO())
        message("\n".join(mistake(line) for line in told.getvalue().splitlines()))
        return error.exit_code
    except InputError as error:
        wrong_input(error)
        return WRONG_INPUT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (VbpError, OSError, MemoryError) as error:
        message(mistake(f"error: {_said(error)}"))
        return WRONG_INPUT if getattr(error, "errno", None) in PLACES else FAILED
    return code if isinstance(code, int) else 0


def _said(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error) or type(error).__name__


def wrong_input(error: InputError) -> None:
    """Print all problems of the input, then how many there are."""
    for problem in map(told_problem, error.problems):
        place, _, rest = str(problem).partition(": ") if problem.place else ("", "", str(problem))
        click.echo(f"{styled(place, bold=True)}: {rest}", err=True)
    count = len(error.problems)
    if count > 1:
        from vbp_sim.report.words.words import counted

        message(counted(count, "problem"))


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
    """Print one JSON document on stdout; nan and infinity become null."""
    from vbp_sim.runs.aside import plain

    click.echo(json.dumps(plain(data), indent=2, ensure_ascii=False, allow_nan=False))


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows on stdout with aligned columns; Chinese characters take two."""
    from vbp_sim.report.words.words import padded, width

    if not rows:
        return
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(padded(cell, columns) for cell, columns in zip(row, widths, strict=True)).rstrip())


def written(path: Path, *, quiet: bool = False) -> None:
    """Say where something was written."""
    message(say("cli.written", path=path), quiet=quiet)


def opened(folder: Path, *, quiet: bool = False) -> Source:
    """What a folder holds, for charts and reports; says if its plug-ins are gone or an older program made it."""
    from vbp_sim.report import sources

    source = sources.opened(folder, message)
    if program := sources.made_by(source):
        message(say("cli.older", program=program), quiet=quiet)
    return source


def _speak(ctx: click.Context, param: click.Parameter, code: str | None) -> None:
    """Say all that the command says in a language."""
    ctx.with_resource(speaking(code or language()))


def _draw_with(ctx: click.Context, param: click.Parameter, font: str) -> None:
    """Draw all that the command draws with a font, and say at the end which characters no font had."""
    from vbp_sim.report.words.letters import lacking, preferring

    def tell() -> None:
        if lacking():
            message(say("cli.lacking", characters=" ".join(lacking())))

    ctx.with_resource(preferring(font))
    ctx.call_on_close(tell)


def _plug(ctx: click.Context, param: click.Parameter, files: tuple[str, ...]) -> None:
    """Make the parts of plug-ins known to the command."""
    if files:
        from vbp_sim.scenario import plugins

        ctx.with_resource(plugins.asked([plugins.read(Path(file), f"--plugin {file}") for file in files]))


def options(*those: Decorator) -> Decorator:
    """Several options as one, in the order in which the help shows them."""
    return lambda command: functools.reduce(lambda made, option: option(made), reversed(those), command)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout, for machines.")
quiet_option = click.option("--quiet", "-q", is_flag=True, help="Say nothing but errors.")
lang_option = click.option(
    "--lang",
    type=click.Choice(("en", "zh")),
    envvar="VBP_LANG",
    expose_value=False,
    callback=_speak,
    help="Language of tables, charts and reports (default: VBP_LANG, else the machine's).",
)
font_option = click.option(
    "--font",
    default="",
    envvar="VBP_FONT",
    metavar="FONT",
    expose_value=False,
    callback=_draw_with,
    help="Font file or family to draw with before all others (default: VBP_FONT).",
)
plugin_option = click.option(
    "--plugin",
    multiple=True,
    metavar="FILE",
    expose_value=False,
    callback=_plug,
    help="Load a plug-in: a Python file with parts, or a helper of one; repeatable.",
)
variant_option = click.option(
    "--variant", default="", metavar="A[,B]", help="Apply variants of the scenario, in this order."
)
set_option = click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Set one value (PATH:=VALUE replaces a variant's)."
)
#: of commands that read a scenario
patching = options(variant_option, set_option)
#: of commands that print, that draw, and that do both
printing = options(plugin_option, json_option, quiet_option)
drawing = options(quiet_option, lang_option, font_option)
computing = options(plugin_option, json_option, drawing)
