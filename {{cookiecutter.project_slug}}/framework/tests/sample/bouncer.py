"""PgBouncer in front of a server, for tests."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL

CONFIGURATION = """
[databases]
* = host={host} port={port} user={user}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
query_wait_timeout = 30
logfile = {directory}/log
pidfile = {directory}/pid
"""
START = "install PgBouncer, on Debian and Ubuntu by `apt install pgbouncer`"


def program() -> str | None:
    """Return the path of PgBouncer's program, or None where it is not installed."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def pooled(url: URL, directory: Path, size: int) -> Iterator[URL]:
    """Start PgBouncer with transaction pooling, and yield the URL through it.

    Args:
        url: The URL of a database on the server itself.
        directory: A directory for its files, which any user can enter.
        size: The number of connections that it keeps for each database.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        own = probe.getsockname()[1]
    host, port = url.query.get("host") or url.host, url.query.get("port") or url.port or 5432
    values = {"host": host, "port": port, "user": url.username, "own": own, "size": size}
    configuration = directory / "pgbouncer.ini"
    configuration.write_text(CONFIGURATION.format(directory=directory, **values))
    # It refuses to run as root.
    user = ["-u", "nobody"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    if user:
        shutil.chown(directory, "nobody")
    process = subprocess.Popen(
        [str(program()), *user, str(configuration)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(process, own)
        yield url.set(host="127.0.0.1", port=own, query={})
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + 15
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except ConnectionRefusedError:
            assert process.poll() is None, f"PgBouncer has ended with {process.returncode}"
            assert time.monotonic() < deadline, "PgBouncer does not listen"
            time.sleep(0.02)
