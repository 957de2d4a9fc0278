"""The command line, `vbp`. A command's module is imported only when it is called, so that help is fast."""

from __future__ import annotations

import dataclasses
import gc
import importlib
import io
import itertools
import re
import sys
from collections.abc import Iterable, Iterator
from types import TracebackType

import click
from click.shell_completion import CompletionItem

from vbp_sim.errors import InputError, Problem
from vbp_sim.report.words.language import LANGUAGES, language, of_machine, restate, speak

# The module of the command `list` becomes the name ``list`` in this package: the built-in is not used below.

#: name of each command, and the line that `vbp --help` shows; the module is ``vbp_sim.cli.NAME``
COMMANDS = {
    "run": "Run a scenario and write a run folder.",
    "check": "Check scenario files without running them.",
    "show": "Show a resolved scenario, rule set or law, and who set each value.",
    "list": "List scenarios, variants, rule sets, laws, models or markets.",
    "import": "Make a market of spreadsheets as people have them.",
    "new": "Start a project of your own from a shipped scenario.",
    "migrate": "Rewrite scenarios and sweeps of the first edition.",
    "schema": "Print what a scenario, a rule set, a law or a market may say.",
    "trace": "Tell the story of a drug, a province or a manufacturer in a run.",
    "compare": "Compare variants of a scenario on the same luck.",
    "sweep": "Run a scenario over many values of levers and uncertainties.",
    "sensitivity": "Say which uncertainties the results depend on.",
    "optimize": "Search the levers for the best trade-offs between metrics.",
    "report": "Write the report of a run or comparison, one HTML file.",
    "explore": "Look into a run, a comparison or a sweep in the browser.",
    "plot": "Draw one chart of a run.",
    "table": "Print surplus, fund or completion by province, level and year.",
    "export": "Write a run's tables as CSV or Excel.",
    "bid": "Say what one firm's bid would bring, price by price.",
    "replay": "Put real bids through a rule set.",
    "screen": "Screen bids for collusion in aggregate, with error rates from simulation.",
    "backtest": "Predict a tender round and put it beside what really happened.",
    "calibrate": "Fit costs and beliefs of firms to the real bids of earlier rounds.",
}


class ChineseHelp(click.HelpFormatter):
    """Help in Chinese, each text that `messages/help.yaml` has; lines as wide as they look."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, _said("Usage: "))

    def write_heading(self, heading: str) -> None:
        self.write(f"{_said(heading)}：\n")

    def write_text(self, text: str) -> None:
        for i, paragraph in enumerate(text.split("\n\n")):
            if i:
                self.write_paragraph()
            self._lines(_said(" ".join(paragraph.split())), self.current_indent)

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        rows = [*rows]
        start = self.current_indent + min(col_max, max(len(first) for first, _ in rows)) + col_spacing
        for first, said in rows:
            text, _, more = said.partition("  [")
            self.write(" " * self.current_indent + first)
            gap = start - self.current_indent - len(first)
            self.write("\n" + " " * start if gap < col_spacing else " " * gap)
            self._lines(" ".join([_said(" ".join(text.split())), *([f"[{more}"] if more else [])]), start, first=0)

    def _lines(self, text: str, indent: int, first: int | None = None) -> None:
        from vbp_sim.report.words.words import wrapped

        for i, line in enumerate(wrapped(text, self.width - indent) or [""]):
            self.write(" " * (indent if i or first is None else first) + line + "\n")


class Spoken(click.Context):
    """The context of a command: its help is in the language in use, and what its options name is wrong with them."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        if isinstance(error, InputError):
            error.args = tuple(dataclasses.replace(p, place=self._place(p)) for p in error.problems)
        return super().__exit__(kind, error, trace)

    def _place(self, problem: Problem) -> str:
        """The place of a problem; the option, where it is what an option set (``--seed``), gave, or gave as one of its
        kind: ``--rules ID`` for the rule set ID. A place in a file, or one that names its option, stays."""
        kind, _, name = problem.place.rpartition(" ")
        if re.search("[^a-z -]", kind):  # in a file
            return problem.place
        words = kind.removeprefix("--").split()
        for option, value in self._given():
            if kind == "--set" and name == option:
                return f"--{option}"
            if name == value and (not words or any(option.startswith(word[:4]) for word in words)):
                return f"--{option} {value}"
        return problem.place

    def _given(self) -> Iterator[tuple[str, str]]:
        """Options and the names that they were given; a list with commas has several, as have pairs such as A=B."""
        for param in self.command.params:
            values = self.params.get(param.name or "")
            if isinstance(param, click.Option) and param.name != "sets" and values not in (None, ()):
                for value in values if isinstance(values, tuple) else (values,):
                    for name in re.split("[,+=]", str(value)):
                        yield param.opts[0].lstrip("-"), name

    def make_formatter(self) -> click.HelpFormatter:
        if language() != "zh":
            return super().make_formatter()
        return ChineseHelp(width=self.terminal_width, max_width=self.max_content_width)


def _said(english: str) -> str:
    return restate("help", english)


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is called."""

    context_class = Spoken

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Speak the language of ``--lang``, wherever it stands, so that mistakes beside it are told in it too."""
        given = [code for option, code in itertools.pairwise(args) if option == "--lang"]
        given += [word.removeprefix("--lang=") for word in args if word.startswith("--lang=")]
        speak(next((code for code in given if code in LANGUAGES), of_machine()))
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"vbp_sim.cli.{cmd_name}").command
        if not isinstance(command, click.Command):
            return None
        for one in (command, *(command.commands.values() if isinstance(command, click.Group) else ())):
            one.context_class = Spoken
            if language() == "zh":  # else the first words, which no message has
                one.short_help = " ".join((one.help or "").split("\n\n")[0].split())
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from vbp_sim.errors import nearest

            ctx.fail(f"there is no command '{name}'; {nearest(name, [*COMMANDS])}")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        names = [CompletionItem(n, help=line) for n, line in COMMANDS.items() if n.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([*COMMANDS.items()])


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"vbp {version('vbp-sim')}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def group() -> None:
    """Simulate centralized volume-based procurement: rules in, prices, supply, use and money out.

    Start with `vbp new my-project`, or `vbp run pilot-2018`.
    """


def main() -> None:
    """Run the command line and exit with its code: 0 done, 1 failed, 2 wrong input, 130 interrupted."""
    from vbp_sim.cli.common import guarded

    for stream in (sys.stdout, sys.stderr):  # a console that cannot say Chinese gets \u4e2d, as JSON would write it
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    gc.set_threshold(20_000)  # loading makes many objects that stay: looking through them at each 700 is in vain
    sys.exit(guarded(lambda: group.main(prog_name="vbp", standalone_mode=False)))
