"""A Dask cluster as a pool: one that is there already, or a local one that we start on 127.0.0.1.

Nothing here ever listens on another address than 127.0.0.1. Certificates for ``tls://`` come from Dask's own
configuration (``DASK_DISTRIBUTED__COMM__TLS__CA_FILE``, ``...__CLIENT__CERT``, ``...__CLIENT__KEY``).
"""

from __future__ import annotations

import importlib
import importlib.metadata
import ipaddress
import logging
import warnings
from concurrent.futures import CancelledError, Future
from typing import Any
from urllib.parse import urlsplit

from vbp_sim.errors import InputError, Problem, RunError, library
from vbp_sim.studies.work import Chunk, Receipt, perform

PACKAGE = "vbp-sim"
#: loggers that print tracebacks where a message of ours says what happened
LOUD = ("distributed", "tornado", "asyncio")
GONE = "the Dask scheduler is gone"
#: seconds to wait for a scheduler and its first worker
PATIENCE = 30


class DaskPool:
    """Chunks go to a Dask scheduler. ``scheduler``: its address; empty for a local cluster of our own."""

    seconds = 1.0
    hard = False

    def __init__(self, workers: int, scheduler: str = "") -> None:
        self._dask = library("distributed", "Dask", "cluster", "--executor dask", "; or use --executor processes")
        self._levels = _hushed()
        self._cluster: Any = None
        warn_if_open(scheduler)
        _need_certificates(scheduler)
        try:
            if not scheduler:
                self._cluster = _local(self._dask, workers)
            where = self._cluster if self._cluster is not None else scheduler
            self._client = self._dask.Client(where, timeout=PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError, RuntimeError) as error:
            what, remedy = f"cannot be reached: {error}", "check address and certificates"
            raise InputError(Problem(f"--scheduler {scheduler}", what, remedy)) from error
        try:
            self.window = 2 * self._check()
            self._executor = self._client.get_executor(pure=False)
        except (OSError, RuntimeError, CancelledError) as error:
            self.close(now=True)
            raise RunError(f"{GONE}\n    nothing was begun; try it again") from error
        except BaseException:
            self.close(now=True)
            raise

    def _check(self) -> int:
        """Number of threads of the workers; InputError if one of them lacks this program or has another version."""
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise InputError(Problem("--executor dask", "the scheduler has no workers", "start some")) from error
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        ours = importlib.metadata.version(PACKAGE)
        wrong = []
        try:
            theirs = self._client.run_on_scheduler(importlib.metadata.version, PACKAGE)
        except importlib.metadata.PackageNotFoundError:
            theirs = "none"
        if theirs != ours:
            wrong.append(_other("the scheduler", theirs, ours))
        for name in workers:
            asked = self._client.submit(importlib.metadata.version, PACKAGE, workers=[name], pure=False)
            try:
                theirs = asked.result(timeout=PATIENCE)
            except (importlib.metadata.PackageNotFoundError, TimeoutError) as error:
                theirs = f"none ({type(error).__name__})"
            if theirs != ours:
                wrong.append(_other(f"worker {name}", theirs, ours))
        if wrong:
            raise InputError(*wrong)
        return sum(int(worker["nthreads"]) for worker in workers.values())

    def submit(self, chunk: Chunk) -> Future[list[Receipt]]:
        future: Future[list[Receipt]] = self._executor.submit(perform, chunk)
        return future

    def lost_worker(self, error: BaseException) -> bool:
        if isinstance(error, CancelledError) or self._client.status != "running":
            raise RunError(f"{GONE}; what is finished is kept\n    resume when it is there again") from error
        if not isinstance(error, self._dask.scheduler.KilledWorker):
            raise RunError(f"the Dask cluster failed: {error}\n    what is finished is kept; resume") from error
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE)  # Dask starts them again itself
        except (TimeoutError, OSError) as gone:
            raise RunError("no Dask worker is left; what is finished is kept") from gone
        return True

    def close(self, *, now: bool = False) -> None:
        self._client.close(timeout=2 if now else 10)
        if self._cluster is not None:
            self._cluster.close(timeout=2 if now else 10)
        for name, level in () if now else self._levels.items():
            logging.getLogger(name).setLevel(level)


def _hushed() -> dict[str, int]:
    """Let Dask and what it is made of log nothing: what matters of it is said here. Returns their levels of before.

    After a failure they stay silent, for Dask tells its tale in threads that end when they like.
    """
    known = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in LOUD]
    levels = {name: logging.getLogger(name).level for name in {*LOUD, *known}}
    for name in levels:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return levels


def _other(who: str, theirs: str, ours: str) -> Problem:
    return Problem(who, f"has {PACKAGE} {theirs}, here is {ours}", f"install {PACKAGE}=={ours} there")


def _need_certificates(scheduler: str) -> None:
    if not scheduler.startswith("tls://"):
        return
    known = importlib.import_module("dask").config.get
    names = ("ca-file", "client.cert", "client.key")
    missing = [name for name in names if not known(f"distributed.comm.tls.{name}", None)]
    if missing:
        variables = [f"DASK_DISTRIBUTED__COMM__TLS__{n.upper().replace('.', '__').replace('-', '_')}" for n in missing]
        remedy = f"set {', '.join(variables)}"
        raise InputError(Problem(f"--scheduler {scheduler}", "there are no certificates", remedy))


def _local(dask: Any, workers: int) -> Any:
    """A cluster of our own on 127.0.0.1, with no pages to look at and one thread per worker."""
    quiet = {
        "distributed.scheduler.allowed-failures": 1,
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
    }
    with importlib.import_module("dask").config.set(quiet), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Port .* is already in use")
        return dask.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        )


def warn_if_open(scheduler: str) -> None:
    """Warn of an address that anybody on the network could use to run code."""
    parts = urlsplit(scheduler if "//" in scheduler else f"tcp://{scheduler}")
    if not scheduler or parts.scheme == "tls":
        return
    try:
        local = ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        local = parts.hostname == "localhost"
    if not local:
        warnings.warn(
            f"{scheduler} is not encrypted and asks for no certificate: whoever reaches it can run code on the "
            "cluster and read what is sent; use tls://",
            stacklevel=2,
        )
