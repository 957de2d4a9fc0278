"""The same study table wherever the runs are computed, and what each place to compute asks for."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import works
from sweeping import HERE, count, growth, process, runs, swept, wait_until, write_sweep

from vbp_sim.errors import InputError
from vbp_sim.studies.dask_pool import DaskPool, warn_if_open
from vbp_sim.studies.executors import opened
from vbp_sim.studies.sweep import Options, begin, carry_on

FUND = {"fund": {"path": "finance.fund_share", "distribution": "uniform", "low": 0.5, "high": 0.8}}
BIN = Path(sys.executable).parent


def tables(folder: Path) -> tuple[bytes, bytes]:
    """The study table, both files."""
    return (folder / "study.parquet").read_bytes(), (folder / "study.csv").read_bytes()


def test_the_same_table_from_serial_processes_and_dask_in_any_order(tmp_path: Path) -> None:
    """Real simulations."""
    pytest.importorskip("distributed")
    levers = {"growth": {"path": "demand.growth", "values": [0.1, 0.4]}}
    file = write_sweep(
        tmp_path, levers=levers, uncertainties=FUND, sample={"method": "sobol", "size": 2}, replications=3
    )
    ways = {
        "serial": Options(executor="serial"),
        "backward": Options(executor="serial", points=[3, 2, 1, 0]),
        "processes": Options(executor="processes", workers=2),
        "dask": Options(executor="dask", workers=2),
    }
    for name, options in ways.items():
        outcome = carry_on(begin(file, tmp_path / name), options)
        assert (outcome.done, outcome.failed) == (12, 0)
    assert all(tables(tmp_path / name) == tables(tmp_path / "serial") for name in ways)


def test_the_same_table_after_going_on_elsewhere(tmp_path: Path) -> None:
    file = write_sweep(tmp_path, levers=growth(6), replications=2)
    whole = swept(file, tmp_path / "whole")
    swept(file, tmp_path / "parts", points=[4, 1])
    swept(file, tmp_path / "parts", executor="processes", workers=2)
    assert tables(tmp_path / "parts") == tables(whole.folder)


def test_unknown_executors_are_named() -> None:
    with pytest.raises(InputError, match="did you mean 'processes'"), opened("process", 1):
        pass


def test_without_dask_a_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'vbp-sim\[cluster\]'"), opened("dask", 1):
        pass


def test_a_scheduler_that_is_not_there_is_wrong_input(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("vbp_sim.studies.dask_pool.PATIENCE", 1)
    with pytest.raises(InputError, match="cannot be reached"), opened("dask", 1, "tcp://127.0.0.1:9"):
        pass


@pytest.mark.parametrize("address", ["tcp://10.0.0.5:8786", "cluster.example:8786", "tcp://0.0.0.0:8786"])
def test_open_addresses_are_warned_of(address: str) -> None:
    with pytest.warns(UserWarning, match="use tls://"):
        warn_if_open(address)


@pytest.mark.parametrize("address", ["", "tcp://127.0.0.1:1", "localhost:8786", "tcp://[::1]:1", "tls://10.0.0.5:1"])
def test_closed_addresses_are_not(address: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_if_open(address)


def test_our_own_cluster_listens_on_loopback_only_and_without_a_dashboard() -> None:
    pytest.importorskip("distributed")
    pool = DaskPool(1)
    try:
        known = pool._client.scheduler_info(n_workers=-1)
        workers = known["workers"]
        addresses = [pool._cluster.scheduler_address, *workers, *(w["nanny"] for w in workers.values())]
        assert all(address.startswith("tcp://127.0.0.1:") for address in addresses)
        for page in ("status", "info/main/workers.html", "metrics"):
            with pytest.raises(HTTPError, match="404"):
                urlopen(f"http://127.0.0.1:{known['services']['dashboard']}/{page}", timeout=10)
        assert listening_elsewhere() == set()
    finally:
        pool.close()


def listening_elsewhere() -> set[str]:
    """Addresses besides 127.0.0.1 on which this process listens (Linux)."""
    inodes = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            inodes.add(os.readlink(entry))
        except OSError:
            continue
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            cells = line.split()
            if cells[3] == "0A" and f"socket:[{cells[9]}]" in inodes:
                found.add(cells[1].partition(":")[0])
    return found - {"0100007F"}


@contextlib.contextmanager
def cluster(folder: Path, protocol: str = "tcp", **variables: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Dask scheduler with one worker, as an administrator would start them, on 127.0.0.1."""
    pytest.importorskip("distributed")
    environment = {**os.environ, **variables, "PYTHONPATH": str(HERE)}
    file = folder / "scheduler.json"
    common = {"env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    words = [str(BIN / "dask"), "scheduler", "--host", f"{protocol}://127.0.0.1", "--port", "0", "--no-dashboard"]
    scheduler = subprocess.Popen([*words, "--scheduler-file", str(file)], **common)  # type: ignore[call-overload]
    started = [scheduler]
    try:
        wait_until(file.exists)
        words = [str(BIN / "dask"), "worker", "--scheduler-file", str(file), "--host", f"{protocol}://127.0.0.1"]
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder)]
        started.append(subprocess.Popen([*words, *options], **common))  # type: ignore[call-overload]
        import json

        yield json.loads(file.read_text())["address"], scheduler
    finally:
        for one in started:
            one.kill()
            one.wait()


@pytest.mark.slow
def test_a_cluster_over_tls_with_certificates_of_our_own(tmp_path: Path) -> None:
    pytest.importorskip("cryptography")
    key, certificate = certify(tmp_path)
    prefix = "DASK_DISTRIBUTED__COMM__TLS__"
    secret = {f"{prefix}CA_FILE": certificate}
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        secret |= {f"{prefix}{role}__CERT": certificate, f"{prefix}{role}__KEY": key}
    file = write_sweep(tmp_path, levers=growth(5), replications=2)
    swept(file, tmp_path / "here")
    with cluster(tmp_path, "tls", **secret) as (address, _):
        assert address.startswith("tls://127.0.0.1")
        where = {**os.environ, "VBP_TEST_SCHEDULER": address}
        stranger = process(file, tmp_path / "stranger", "dask", "trivial", env=where)
        friend = process(file, tmp_path / "there", "dask", "trivial", env={**where, **secret})
        shown, said = friend.communicate(timeout=300)
        assert friend.returncode == 0, said
        assert shown.strip() == '[10, 0, ""]'
        assert "there are no certificates" in stranger.communicate(timeout=300)[1]
        assert stranger.returncode == 2
    assert tables(tmp_path / "there") == tables(tmp_path / "here")


def certify(folder: Path) -> tuple[str, str]:
    """A key and a certificate signed by itself, as files."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "vbp test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    return str(folder / "key.pem"), str(folder / "cert.pem")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_scheduler_that_ends_loses_no_finished_run_and_only_we_say_so(tmp_path: Path, number: int) -> None:
    file = write_sweep(tmp_path, levers=growth(20), replications=10)
    with cluster(tmp_path) as (address, scheduler):
        study = process(file, tmp_path / "s", "dask", "short", env={**os.environ, "VBP_TEST_SCHEDULER": address})
        wait_until(lambda: count(tmp_path / "s") >= 20)
        scheduler.send_signal(number)
        _, said = study.communicate(timeout=300)
    gone = "the Dask scheduler is gone; what is finished is kept\n    resume when it is there again"
    assert (study.returncode, said.strip()) == (1, f"error: {gone}")
    kept = len(runs(tmp_path / "s"))
    assert 20 <= kept < 200
    outcome = swept(file, tmp_path / "s", works.trivial)
    assert outcome.done == len(runs(tmp_path / "s")) == 200


@pytest.mark.parametrize("after", [2000, pytest.param(4000, marks=pytest.mark.slow)])
def test_a_scheduler_that_ends_before_the_first_run_is_told_without_a_traceback(tmp_path: Path, after: int) -> None:
    """The connection is cut after so many bytes: while the client says who it is, and while versions are compared."""
    file = write_sweep(tmp_path)
    with cluster(tmp_path) as (address, _):
        where = cut_after(after, address)
        study = process(file, tmp_path / "s", "dask", "trivial", env={**os.environ, "VBP_TEST_SCHEDULER": where})
        _, said = study.communicate(timeout=120)
    assert (study.returncode, said.splitlines()[0]) == (1, "error: the Dask scheduler is gone")
    assert len(said.splitlines()) == 2
    assert not (tmp_path / "s").exists()


def cut_after(many: int, address: str) -> str:
    """Address of a door to a scheduler that shuts for good once so many bytes went through it."""
    host, port = address.removeprefix("tcp://").split(":")
    door, passed = socket.create_server(("127.0.0.1", 0)), [0]
    ways: list[socket.socket] = [door]

    def carry(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                passed[0] += len(data)
                if passed[0] > many:
                    break
                target.sendall(data)
        for way in ways if passed[0] > many else (source, target):
            with contextlib.suppress(OSError):
                way.shutdown(socket.SHUT_RDWR)
            way.close()

    def receive() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, far = door.accept()[0], socket.create_connection((host, int(port)))
                ways.extend((near, far))
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=carry, args=pair, daemon=True).start()

    threading.Thread(target=receive, daemon=True).start()
    return "tcp://{}:{}".format(*door.getsockname())
