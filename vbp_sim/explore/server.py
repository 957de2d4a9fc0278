"""The explorer's server: on loopback only, until Ctrl-C."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path

import uvicorn

from vbp_sim.errors import InputError, Problem
from vbp_sim.explore import connections
from vbp_sim.explore.app import application
from vbp_sim.explore.guard import Guard
from vbp_sim.explore.kept import ENDED
from vbp_sim.explore.study import Study

HOST = "127.0.0.1"
#: the port that links are kept for; another one is taken if it is not free
PORT = 8642
#: connections that wait to be taken
WAITING = 512


class Patient(uvicorn.Server):
    """Lets more connections wait in the kernel than it takes at once, and ends without drawing what was asked for."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; asyncio does so with the number that it takes at once."""
        await super().startup(sockets)
        for each in sockets or ():
            each.listen(WAITING)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what is under way."""
        ENDED.set()
        await super().shutdown(sockets)


class Server:
    """A study that is served; the socket listens, so that its address is known, before the first request."""

    def __init__(self, path: Path, port: int | None) -> None:
        study = Study(path)
        self._socket = bound(port)
        self.port = int(self._socket.getsockname()[1])
        token = secrets.token_urlsafe()
        #: lets in whoever has it
        self.address = f"http://{HOST}:{self.port}/?token={token}"
        settings = uvicorn.Config(
            Guard(application(study), self.port, token),
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=2,
            **connections.settings(connections.open_files()),
        )
        self._server = Patient(settings)

    def run(self) -> None:
        """Answer requests until the process is interrupted."""
        with self._socket:
            self._server.run(sockets=[self._socket])


def bound(port: int | None) -> socket.socket:
    """A socket on loopback: on ``port`` (0: any), by default on `PORT` or, if that is taken, on any."""
    try:
        return socket.create_server((HOST, PORT if port is None else port), backlog=WAITING)
    except OSError as error:
        if port is None:
            return socket.create_server((HOST, 0), backlog=WAITING)
        what = f"cannot be had: {error.strerror}"
        raise InputError(Problem(f"--port {port}", what, "name another one, or 0 for any that is free")) from error
