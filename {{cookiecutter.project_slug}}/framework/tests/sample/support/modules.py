"""A fixture that runs modules as programs, without the seconds in which they import the libraries."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from qapla_sample.paths import SAMPLE, SOURCE

RunModule = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def run_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunModule]:
    """Return a function that runs a module as `python -W ignore -m` does, and returns its output."""
    streams = tmp_path_factory.mktemp("streams")
    files = {name: streams / name for name in ("stdin", "stdout", "stderr")}
    path = os.pathsep.join([str(SAMPLE), str(SOURCE)])
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "programs.run_modules"],
        env={"PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    requests, codes = server.stdin, server.stdout

    def run(
        module: str,
        *arguments: str,
        directory: Path,
        environment: Mapping[str, str],
        code: str = "",
    ) -> "subprocess.CompletedProcess[str]":
        for file in files.values():
            file.write_text(code if file.name == "stdin" else "")
        request = {
            "module": module,
            "arguments": arguments,
            "directory": str(directory),
            "environment": dict(environment),
            **{name: str(file) for name, file in files.items()},
        }
        requests.write(json.dumps(request) + "\n")
        requests.flush()
        exit_code = int(codes.readline())
        printed, errors = (files[name].read_text() for name in ("stdout", "stderr"))
        return subprocess.CompletedProcess([module, *arguments], exit_code, printed, errors)

    yield run
    server.communicate()
