"""A bad answer is refused in one line, before anything is written."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from answers import BAD_ANSWERS
from baking import (
    contents,
    cookiecutter,
    copy_template,
    generate,
    run,
    succeed,
    told_commands,
    tool,
)

BLUEPRINTS = "{{cookiecutter.project_slug}}/framework/qapla/scaffold/blueprints/model"
ONE_OF_EACH = [BAD_ANSWERS[number] for number in (0, 16, 28, 42, 44, -1)]


def assert_refused(done: subprocess.CompletedProcess[str], line: str, output: Path) -> None:
    """Assert one line on stderr, exit code 2, and nothing written."""
    assert done.stderr == line + "\n"
    assert done.returncode == 2
    assert list(output.iterdir()) == []


@pytest.mark.parametrize(("answers", "line"), BAD_ANSWERS, ids=[line for _, line in BAD_ANSWERS])
def test_a_bad_answer_is_refused_without_prompts(
    template: Path, tmp_path: Path, answers: dict[str, str], line: str
) -> None:
    """One line names the value, the rule and an accepted answer."""
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
def test_the_proposed_answer_is_accepted(
    template: Path, tmp_path: Path, answers: dict[str, str], line: str
) -> None:
    """The line ends with an answer to type instead."""
    (question,) = answers
    proposed = {question: line.rsplit("; ", 1)[1].split("'")[1]}
    assert run(cookiecutter(template, tmp_path, proposed), tmp_path).returncode == 0


def test_a_bad_answer_of_the_users_own_defaults_says_so(template: Path, tmp_path: Path) -> None:
    """The line names the file with the user's defaults, which no prompt has shown."""
    config, output = tmp_path / "defaults.yaml", tmp_path / "output"
    output.mkdir()
    config.write_text("default_context:\n    license: GPL\n")
    command = [*cookiecutter(template, output, {}), "--config-file", str(config)]
    (told,) = [line for answers, line in BAD_ANSWERS if answers == {"license": "GPL"}]
    done = run(command, tmp_path)
    assert_refused(done, f"{told} (from default_context in {config})", output)
    chosen = run(command, tmp_path, environment={"COOKIECUTTER_CONFIG": str(config)})
    assert chosen.stderr == done.stderr


@pytest.mark.parametrize("option", ["-f", "-s"])
def test_a_project_is_not_generated_over_another(
    template: Path, tmp_path: Path, option: str
) -> None:
    """The user's own changes would be lost: one line, and nothing is changed."""
    command = cookiecutter(template, tmp_path, {"project_slug": "rotarran"})
    assert run(command, tmp_path).returncode == 0
    before = contents(tmp_path)
    done = run([*command, option], tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        f"{tmp_path}/rotarran holds a project already: move it away, or generate elsewhere with -o\n",
    )
    assert contents(tmp_path) == before


def test_a_directory_without_a_project_may_be_generated_into(
    template: Path, tmp_path: Path
) -> None:
    """A new repository has a directory of its own already."""
    (tmp_path / "rotarran" / ".git").mkdir(parents=True)
    command = cookiecutter(template, tmp_path, {"project_slug": "rotarran"})
    assert run([*command, "-f"], tmp_path).returncode == 0


def test_a_stamp_that_fails_leaves_no_project(tmp_path: Path) -> None:
    """The error is shown, and the files that were written before it are removed."""
    broken = copy_template(tmp_path / "qapla-db")
    model = broken / BLUEPRINTS / "src/package/databases/database/model.py.jinja"
    model.write_text(f"{model.read_text()}{{{{ nothing }}}}")
    output = tmp_path / "output"
    output.mkdir()
    done = run(cookiecutter(broken, output, {}), output)
    assert done.returncode == 1
    assert "'nothing' is undefined" in done.stderr
    assert list(output.iterdir()) == []


def test_the_extension_stamps(tmp_path: Path) -> None:
    """With cookiecutter the hook has nothing left to do but to print the next commands."""
    changed = copy_template(tmp_path / "qapla-db")
    hook = changed / "hooks/post_gen_project.py"
    hook.write_text(f"{hook.read_text().partition('if not steps:')[0]}print(steps)\n")
    project, printed = generate(changed, tmp_path / "output", {})
    assert (project / "src/my_project/databases/main/item.py").is_file()
    assert told_commands(printed)[0] == "cd my_project"


def test_two_templates_in_one_process(tmp_path: Path) -> None:
    """Each project is stamped by the scaffold of its own template, and not of the one before."""
    templates = [copy_template(tmp_path / name / "qapla-db") for name in ("old", "new")]
    blueprint = templates[1] / BLUEPRINTS / "src/package/databases/database/model.py.jinja"
    blueprint.write_text(f"{blueprint.read_text()}\n# The newer one.\n")
    calls = (
        f"cookiecutter({str(it)!r}, no_input=True, output_dir={it.parent.name!r})"
        for it in templates
    )
    program = f"from cookiecutter.main import cookiecutter; {'; '.join(calls)}"
    succeed([sys.executable, "-c", program], tmp_path)
    model = "my_project/src/my_project/databases/main/item.py"
    assert "newer" not in (tmp_path / "old" / model).read_text()
    assert "newer" in (tmp_path / "new" / model).read_text()
