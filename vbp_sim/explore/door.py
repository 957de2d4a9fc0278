"""Opens the page in the browser without telling the other users of the machine how.

Everybody can read the command line of a browser. So it is started with a page that only this user can read, and that
leads to the address with the token.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
import webbrowser
from html import escape
from pathlib import Path

#: seconds after which the browser has read the page
READ = 60.0


def enter(address: str) -> None:
    """Open an address in the browser, if there is a home folder to do it from: browsers in a snap read no other."""
    with contextlib.suppress(OSError, RuntimeError):
        folder = tempfile.TemporaryDirectory(prefix="vbp-explore-", dir=Path.home(), ignore_cleanup_errors=True)
        page = Path(folder.name) / "open.html"
        page.write_text(f'<meta http-equiv="refresh" content="0; url={escape(address)}">', encoding="ascii")
        webbrowser.open(page.as_uri())
        timer = threading.Timer(READ, folder.cleanup)  # if the program ends before, the folder goes with it
        timer.daemon = True
        timer.start()
