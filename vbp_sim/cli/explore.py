"""`vbp explore`: a local web page over a finished study, until Ctrl-C."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from vbp_sim.cli.common import font_option, json_option, lang_option, message, print_json, quiet_option
from vbp_sim.errors import InputError, Problem


@click.command("explore")
@click.argument("study", type=click.Path(path_type=Path), metavar="STUDY")
@click.option(
    "--port",
    type=click.IntRange(min=0, max=65535),
    help="0: any that is free. Default: 8642, or any if that is taken.",
)
@click.option(
    "--browser/--no-browser", default=None, help="Open the page in the browser (default: if this is a terminal)."
)
@json_option
@quiet_option
@lang_option
@font_option
def command(study: Path, port: int | None, browser: bool | None, as_json: bool, quiet: bool) -> int:
    """Look into STUDY (a run, a comparison or a sweep) in the browser: choose variants, drugs, provinces, metrics.

    Serves a page on this machine only, that changes nothing, until Ctrl-C.
    """
    try:
        from vbp_sim.explore.door import enter
        from vbp_sim.explore.server import Server
    except ModuleNotFoundError as error:
        if error.name not in ("starlette", "uvicorn", "anyio"):
            raise
        what = f"needs {error.name}, which is not installed"
        raise InputError(Problem("vbp explore", what, "pip install 'vbp-sim[explore]'")) from error
    from vbp_sim.report.sources import opened
    from vbp_sim.report.words.language import language, say

    opened(study, message)
    server = Server(study, port)
    address = server.address if language() == "en" else f"{server.address}&lang={language()}"
    opening = sys.stderr.isatty() if browser is None else browser
    if as_json:
        print_json({"address": address, "port": server.port, "study": str(study)})
        sys.stdout.flush()
    else:
        message(say("explore.served", address=address), quiet=quiet and opening)  # else nobody could come in
    if opening:
        enter(address)
    server.run()
    return 0
