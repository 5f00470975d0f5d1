"""Git's output, and the reasons of its failures."""

from pathlib import Path

import pytest

from qapla.cli.updating.git import git, reason
from qapla.exceptions import UpdateError


def test_a_failure_is_one_line(tmp_path: Path) -> None:
    """With the reason that git gives."""
    with pytest.raises(UpdateError) as caught:
        git("rev-parse", "HEAD", directory=tmp_path)
    assert str(caught.value) == (
        "git rev-parse failed: not a git repository (or any of the parent directories): .git"
    )


def test_the_repository_of_a_hook_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git sets these variables where it runs a hook."""
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other"))
    git("init", "--quiet", directory=tmp_path)
    assert (tmp_path / ".git").is_dir()


def test_git_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line says so."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UpdateError) as caught:
        git("status", directory=tmp_path)
    assert str(caught.value) == "git is not on PATH: install it, as an update merges with it"


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ("fatal: no access.\n\nMake sure that it exists.\n", "no access."),
        ("error: first\nhint: advice\nerror: last: word\n", "last: word"),
        ("Traceback\nValueError: wrong\n", "wrong"),
        ("plain\n", "plain"),
        ("", "it gave no reason"),
    ],
)
def test_a_reason_is_without_the_advice_around_it(errors: str, expected: str) -> None:
    """Git adds hints for its own users."""
    assert reason(errors) == expected
