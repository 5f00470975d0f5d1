"""References to models that the scaffold did not make."""

import pytest

from qapla.exceptions import ScaffoldError
from qapla.scaffold.additions.field import add_fields
from qapla.scaffold.fields.grammar import parse_field
from qapla.scaffold.project import Project

from support.skeletons import change_file, read_files
from support.stamping import add_models, write

PATH = "src/rotarran/databases/main/customer.py"
SHIP = "src/rotarran/databases/main/ship.py"
TWO = """no: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)"""


def write_customer(project: Project, key: str, bases: str = "Model") -> None:
    """Write a model by hand."""
    text = f'class Customer({bases}):\n    __tablename__ = "customers"\n\n    {key}\n'
    (project.root / PATH).write_text(text)


@pytest.mark.parametrize(
    "key",
    [
        'CustNo: Mapped[int] = mapped_column("CustNo", INTEGER(unsigned=True), primary_key=True)',
        "id: Mapped[int] = mapped_column(primary_key=True)",
        "id: Mapped[int] = mapped_column(mysql.BIGINT(unsigned=True), primary_key=True)",
        'id: Mapped[int] = mapped_column("no", BigInteger, primary_key=True)',
        "no: Mapped[PrimaryKey]",
        TWO,
        '__table_args__ = (PrimaryKeyConstraint("a", "b"),)',
        "name: Mapped[str]",
    ],
)
@pytest.mark.parametrize("field", ["customer:Customer", "customers:Customer(many)"])
def test_another_key_is_refused(kept: Project, key: str, field: str) -> None:
    """A foreign key to `customers.id` would be broken; nothing is written."""
    write_customer(kept, key)
    before = read_files(kept.root)
    line = (
        f"the field {field!r} cannot refer to main.Customer: {PATH} does not declare "
        "`id: Mapped[PrimaryKey]`, the key of the scaffold's own models: leave the field out, and "
        "write the reference by hand"
    )
    with pytest.raises(ScaffoldError) as caught:
        add_models(kept, f"main.Invoice(total:decimal, {field})")
    assert str(caught.value) == line
    with pytest.raises(ScaffoldError) as caught:
        write(kept, add_fields, kept.model("Ship"), [parse_field(field)])
    assert str(caught.value) == line
    assert read_files(kept.root) == before


def test_no_lines_for_a_broken_reference(kept: Project) -> None:
    """The lines to type for a model by hand would refer to a column that is missing."""
    write_customer(kept, "no: Mapped[int] = mapped_column(primary_key=True)")
    with pytest.raises(ScaffoldError, match=r"^the field 'parent:Customer\?' cannot refer to "):
        write(kept, add_fields, kept.model("Customer"), [parse_field("parent:Customer?")])


@pytest.mark.parametrize(
    ("key", "bases"),
    [
        ("id: Mapped[PrimaryKey]", "Model"),
        ("id: Mapped[conventions.PrimaryKey]", "Model"),
        ("id: Mapped[int] = mapped_column(BigInteger, primary_key=True)", "Model"),
        ('id = mapped_column("id", sa.BigInteger(), primary_key=True)', "Model"),
        ("name: Mapped[str]\n\nclass Keyed:\n    id: Mapped[PrimaryKey]", "Keyed, Model"),
    ],
)
def test_the_same_key_by_hand_is_accepted(kept: Project, key: str, bases: str) -> None:
    """The foreign key goes with it."""
    write_customer(kept, key, bases)
    add_models(kept, "main.Invoice(total:decimal, customer:Customer)")
    field = parse_field("customer:Customer?")
    assert SHIP in write(kept, add_fields, kept.model("Ship"), [field])


def test_a_model_of_the_scaffold_is_accepted(kept: Project) -> None:
    """It may inherit its key from a base that its user has written."""
    change_file(kept, SHIP, "    id: Mapped[PrimaryKey]\n", "")
    add_models(kept, "main.Voyage(name:str, ship:Ship)")
