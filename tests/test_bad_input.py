"""Bad input of clients to a generated project is never an error of the server."""

import json
import sys
from pathlib import Path

import pytest
from baking import HELPERS, Bake, succeed

ALLOWED = {"200", "201", "204", "400", "404", "405", "413", "415"}


@pytest.mark.parametrize("url", ["sqlite:///{directory}/main.db", ""], ids=["sqlite", "embedded"])
def test_bad_input_is_answered_in_json(
    bake: Bake, workplace: Path, tmp_path: Path, url: str
) -> None:
    """Ids, cursors, encodings and bodies of every kind: a problem document."""
    project, _ = bake("two databases")
    var = str(workplace / "bad_input")
    # The processes that it starts, as the embedded server's, leave no bytecode there either.
    environment = {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": f"{project / 'src'}:{project / 'framework'}",
        "ROTARRAN_PATHS__VAR": var,
    }
    if url:
        environment["ROTARRAN_DATABASES__MAIN__URL"] = url.format(directory=tmp_path)
    program = [sys.executable, "-W", "ignore", str(HELPERS / "scripts" / "bad_input.py")]
    answers = json.loads(succeed(program, project, **environment).splitlines()[-1])
    assert len(answers) > 600
    assert [answer for answer in answers if answer[1] not in ALLOWED] == []
