"""The explorer's server: on loopback only, until Ctrl-C."""

from __future__ import annotations

import socket
from pathlib import Path

import uvicorn

from vbp_sim.errors import InputError, Problem
from vbp_sim.explore.app import application
from vbp_sim.explore.open import opened

HOST = "127.0.0.1"
#: the port that links are kept for; another one is taken if it is not free
PORT = 8642
#: longest address, in bytes: thousands of chosen drugs
ADDRESS = 1 << 18


class Server:
    """A study that is served; the socket is bound, so that its address is known, before the first request."""

    def __init__(self, study: Path, port: int | None) -> None:
        page = opened(study)
        _ = page.fields  # the slow part of the first answer
        self._socket = bound(port)
        self._socket.listen()  # requests wait from now on, until `run` answers them
        self.port = int(self._socket.getsockname()[1])
        self.address = f"http://{HOST}:{self.port}/"
        settings = uvicorn.Config(
            application(page, self.port),
            http="h11",
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_level="error",
            access_log=False,
            server_header=False,
            date_header=False,
            h11_max_incomplete_event_size=ADDRESS,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(settings)

    def run(self) -> None:
        """Answer requests until the process is interrupted."""
        with self._socket:
            self._server.run(sockets=[self._socket])


def bound(port: int | None) -> socket.socket:
    """A socket on loopback: on ``port`` (0: any), by default on `PORT` or, if that is taken, on any."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((HOST, PORT if port is None else port))
    except OSError as error:
        if port is None:
            made.bind((HOST, 0))
            return made
        made.close()
        what = f"cannot be had: {error.strerror}"
        raise InputError(Problem(f"--port {port}", what, "name another one, or 0 for any that is free")) from error
    return made
