"""Whose connection it is: on Linux the kernel says which user of the machine has the other end on loopback."""

from __future__ import annotations

import os
from pathlib import Path

#: the kernel's tables of connections; IPv6 sockets can reach IPv4 addresses, too
TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))


def foreign(client: int, server: int) -> bool:
    """Whether the connection from port ``client`` to port ``server`` is another user's, and not root's.

    False where the kernel does not say.
    """
    user = _user(client, server)
    return user is not None and user not in (0, os.getuid())


def _user(client: int, server: int) -> int | None:
    """Id of the user who has the client's end of a connection between two ports of loopback."""
    ends = (f"7F:{client:04X}", f"7F:{server:04X}")  # the first byte of 127.x.y.z is written last
    for table in TABLES:
        try:
            lines = table.read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[1].endswith(ends[0]) and fields[2].endswith(ends[1]):
                return int(fields[7])
    return None
