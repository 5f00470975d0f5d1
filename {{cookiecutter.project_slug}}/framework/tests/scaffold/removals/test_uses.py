"""A model that other code of the user's uses is not removed."""

from collections.abc import Callable

import pytest

from qapla.exceptions import ScaffoldError
from qapla.scaffold.project import Project

from support.skeletons import read_files

Remove = Callable[..., list[str]]
MODELS = "src/rotarran/databases/main/own.py"
VIEWS = "src/rotarran/web/controllers/main/own.py"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (VIEWS, "from rotarran.databases.main.ship import Ship"),
        (VIEWS, "from rotarran.databases.main import ship"),
        (VIEWS, "import rotarran.databases.main.ship as ships"),
        (VIEWS, "from .ship import ShipRead"),
        (VIEWS, "from ....databases.main.ship import Ship"),
        (VIEWS, "from rotarran.tasks.main.ship import count_ships"),
        (VIEWS, 'app.send_task("rotarran.tasks.main.ship.count_ships")'),
        (VIEWS, '@view_config(route_name="main.ship", request_method="OPTIONS")\ndef f(): ...'),
        (VIEWS, 'request.route_url("main.ship.all")'),
        ("tests/unit/main/test_own.py", "def f():\n    from rotarran.databases.main import ship"),
        ("migrations/main/versions/own.py", "import rotarran.databases.main.ship"),
    ],
)
def test_a_use_is_an_error(kept: Project, remove: Remove, path: str, code: str) -> None:
    """The error has its place, and nothing is written."""
    (kept.root / path).parent.mkdir(parents=True, exist_ok=True)
    (kept.root / path).write_text(f'"""Mine."""\n{code}\n')
    before = read_files(kept.root)
    with pytest.raises(ScaffoldError) as caught:
        remove("Ship")
    line = 3 if "def f():\n" in code else 2
    assert str(caught.value) == f"{path}, line {line}, uses main.Ship: remove that first"
    assert read_files(kept.root) == before


@pytest.mark.parametrize(
    "code",
    [
        'ship_id = mapped_column(ForeignKey("ships.id"))',
        'ship_id = mapped_column(sa.ForeignKey("public.ships.id"))',
        'keys = ForeignKeyConstraint(["a"], ["ships.id"])',
        'ship = relationship("Ship")',
        'ship: Mapped["Ship"]',
        'ships: orm.Mapped[list["Ship"]]',
    ],
)
def test_a_reference_by_hand_is_an_error(kept: Project, remove: Remove, code: str) -> None:
    """The database would have a foreign key without its table."""
    (kept.root / MODELS).write_text(f'class Own(Model):\n    __tablename__ = "owns"\n    {code}\n')
    with pytest.raises(ScaffoldError) as caught:
        remove("Ship")
    assert str(caught.value) == f"{MODELS}, line 3, refers to main.Ship: remove that first"


@pytest.mark.parametrize(
    "code",
    [
        "from rotarran.databases.main.ship_log import ShipLog",
        '"""About rotarran.databases.main.ship, and its main.ship."""',
        'ship_id = mapped_column(ForeignKey("ships_log.id"))',
        'text = "Ship ships.id"',
        "# rotarran.databases.main.ship",
    ],
)
def test_other_words_are_no_use(kept: Project, remove: Remove, code: str) -> None:
    """Longer names, comments, and sentences."""
    (kept.root / MODELS).write_text(f"{code}\n")
    assert "src/rotarran/databases/main/ship.py" in remove("Ship")


def test_a_model_of_the_same_name_in_another_database_is_no_use(
    kept: Project, remove: Remove
) -> None:
    """Its table is another one."""
    path = "src/rotarran/databases/crew/own.py"
    (kept.root / path).write_text('x = relationship("Ship"), ForeignKey("ships.id")\n')
    assert "src/rotarran/databases/main/ship.py" in remove("Ship")
