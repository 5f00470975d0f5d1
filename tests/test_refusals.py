"""A bad answer is refused in one line, before anything is written."""

import json
import subprocess
from pathlib import Path

import pytest
from answers import BAD_ANSWERS
from baking import cookiecutter, run, tool

ONE_OF_EACH = [BAD_ANSWERS[number] for number in (0, 16, 27, 40, 42, -1)]


def assert_refused(done: subprocess.CompletedProcess[str], line: str, output: Path) -> None:
    """Assert one line on stderr, exit code 2, and nothing written."""
    assert done.stderr == line + "\n"
    assert done.returncode == 2
    assert list(output.iterdir()) == []


@pytest.mark.parametrize(("answers", "line"), BAD_ANSWERS, ids=[line for _, line in BAD_ANSWERS])
def test_a_bad_answer_is_refused_without_prompts(
    template: Path, tmp_path: Path, answers: dict[str, str], line: str
) -> None:
    """One line names the value, the rule and an answer that would do."""
    assert_refused(run(cookiecutter(template, tmp_path, answers), tmp_path), line, tmp_path)


@pytest.mark.parametrize(("answers", "line"), ONE_OF_EACH)
def test_a_bad_answer_is_refused_at_its_prompt(
    template: Path, tmp_path: Path, answers: dict[str, str], line: str
) -> None:
    """With prompts the same line ends the process, right after the answer."""
    questions = [
        key for key in json.loads((template / "cookiecutter.json").read_text()) if key[0] != "_"
    ]
    (bad,) = answers
    typed = "".join(f"{answers.get(key, '')}\n" for key in questions[: questions.index(bad) + 1])
    done = run([tool("cookiecutter"), str(template), "-o", str(tmp_path)], tmp_path, answer=typed)
    assert_refused(done, line, tmp_path)


@pytest.mark.parametrize(("answers", "line"), BAD_ANSWERS[:1])
def test_an_answer_that_would_do_does(
    template: Path, tmp_path: Path, answers: dict[str, str], line: str
) -> None:
    """The answer that the line proposes is taken."""
    (question,) = answers
    proposed = {question: line.rsplit("; ", 1)[1].split("'")[1]}
    assert run(cookiecutter(template, tmp_path, proposed), tmp_path).returncode == 0
