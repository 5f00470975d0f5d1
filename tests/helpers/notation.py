"""Strategies of Hypothesis for names, fields and models, as a user types them."""

import json

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from qapla.exceptions import Refused
from qapla.scaffold.fields.grammar import parse_field
from qapla.scaffold.names.parse import parse_model
from qapla.scaffold.names.rules import check_database

# Words that mean something to Python, to SQL, or to a library.
_WORDS = """
    name after all analyze any args array as_of async_ avg backup batch begin body bool_ by bytes_ case
    cascade cast char check class_ classes cls code column columns commit config constraint context
    copy_ count create criteria cross current_user cursor data database date datetime day deferred
    desc distinct doc each else_ end engine enum except exists expr extra factory false_ fetch
    fields filter filters first float_ for_update foreign from_ full function group groups having
    header host id_ identity index input insert int_ integer interval items join json_ key keys kind
    lag lateral lead left level limit_ links literal load_ lock mapped mapper match matches max
    merge message meta metadata_ min mode model month name natural next null_ number offset on only
    op open option options order ordinal outer over owner page params parent partition path
    password payload primary prior private public query raise_ range rank read reads real recursive
    ref references regexp release rename repeat replace request result returning revision revoke
    right role row row_number rows sa schema_ scope select session set size_ sort source sql state
    status status_1 status1 str_ super system table tables tag text time timestamp to trigger truncate
    type uid union unique unknown update url user users uuid validate_ value values_ version view
    when where window with_ write writes x year zone
"""
_MODELS = """
    A Address Aircraft Any_ Base Bool Box Bytes Case Category Check Class2Room Code Column2 Config
    Constraint Crew Criterion Cursor Data Date Datum Driver Engine Event Factory2 Field2 Group
    HTTPServer Index Int Integer Item Key Level Limit Link Literal2 Lock Mapper Match Media Message
    Meta Metadata Mouse Number Officer Offset Option Order Page2 Parent Person Query Rank Read
    Reference Result Role Row Rows Schema Select Series Set Sheep Ship ShipsTag Sort Status Str
    Synonym System Tag Test2 Text Time Trigger Type Union Unique Update Url User Value Values
    Version View Window X Year Zone
"""
_TYPES = "text int bigint float decimal bool date datetime uuid json bytes"
_DATABASES = "main logs order select public mysql default"
_VALUES = "draft sent None true select a_b X1"
_snake = st.from_regex(r"[a-z][a-z0-9]{0,6}(_[a-z0-9]{1,8}){0,2}", fullmatch=True)
_camel = st.from_regex(r"([A-Z][a-z0-9]{0,8}){1,3}", fullmatch=True)
_TEXTS = [
    *["it's", '"', "\\", "100%", "%s", "%(x)s", ":name", "a :b", "\\:c", "{{ x }}", "{%"],
    *["a, b", "(", "a b"],
]
# Any printable text may be a default, also one that a shell, SQL or a template would read.
_texts = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")),
    min_size=1,
    max_size=12,
) | st.sampled_from(_TEXTS)


def is_accepted(check: object, *arguments: object) -> bool:
    """Whether a check of the scaffold accepts its arguments."""
    try:
        check(*arguments)  # type: ignore[operator]
    except Refused:
        return False
    return True


def field_names() -> SearchStrategy[str]:
    """Names of fields; few of them are refused."""
    names = st.sampled_from(_WORDS.split()) | _snake
    return names.filter(lambda name: is_accepted(parse_field, f"{name}:str"))


def model_names() -> SearchStrategy[str]:
    """Names of models, some with a plural of their own."""
    names = st.sampled_from(_MODELS.split()) | _camel
    return names | st.builds("{}/{}".format, names, _snake)


def database_names(package: str) -> SearchStrategy[str]:
    """Names of databases that a project may have."""
    names = st.sampled_from(_DATABASES.split()) | _snake
    return names.filter(lambda name: is_accepted(check_database, name, package))


@st.composite
def fields(draw: st.DrawFn, targets: list[str], *, fits_rows: bool = False) -> str:
    """Fields of any type with marks and a default, most of them legal; targets are models."""
    name = draw(field_names())
    kind = draw(st.sampled_from(["str", "enum", *["reference"] * 5, *_TYPES.split()]))
    if kind == "reference" and targets:
        return draw(_references(name, targets))
    type_, defaults = draw(_typed(kind if kind != "reference" else "str"))
    default = draw(st.none() | defaults)
    is_null = draw(st.booleans()) or (fits_rows and default is None)
    marks = "?" * is_null
    if kind not in ("text", "json", "bytes") and not (fits_rows and default is not None):
        marks += draw(st.sampled_from(["", "", "", "!", ":index", ":unique"]))
    return f"{name}:{type_}{marks}" + ("" if default is None else f"={default}")


def legal_fields(targets: list[str], *, fits_rows: bool = False) -> SearchStrategy[str]:
    """Fields that are accepted by themselves."""
    found = fields(targets, fits_rows=fits_rows)
    return found.filter(lambda text: is_accepted(parse_field, text))


def legal_models(databases: list[str], package: str) -> SearchStrategy[str]:
    """Names of models of some databases that are accepted by themselves."""
    names = st.builds("{}.{}".format, st.sampled_from(databases), model_names())
    return names.filter(lambda text: is_accepted(parse_model, text, databases, package))


@st.composite
def _references(draw: st.DrawFn, name: str, targets: list[str]) -> str:
    target = draw(st.sampled_from(targets))
    how = draw(st.sampled_from(["", "?", "!", "?!", "(cascade)", "(cascade)?", "(many)", "?"]))
    return f"{name}:{target}{how}"


@st.composite
def _typed(draw: st.DrawFn, kind: str) -> tuple[str, SearchStrategy[str]]:
    """A type with its arguments, and defaults that fit it."""
    numbers = st.integers(-9, 99).map(str)
    if kind == "str":
        length = draw(st.sampled_from(["", "(1)", "(12)", "(200)", "(768)"]))
        fitting = _texts.filter(lambda text: length != "(1)" or len(text) == 1)
        return f"str{length}", fitting.map(lambda text: json.dumps(text, ensure_ascii=False))
    if kind == "enum":
        words = st.sampled_from(_VALUES.split()) | _snake
        values = draw(st.lists(words, min_size=1, max_size=5, unique=True))
        return f"enum({', '.join(values)})", st.sampled_from(values)
    if kind == "decimal":
        # SQLite has no more digits.
        precision = draw(st.integers(3, 15))
        scale = draw(st.integers(0, min(2, precision - 2)))
        return f"decimal({precision}, {scale})", numbers
    return kind, {
        "text": _texts.map(lambda text: json.dumps(text, ensure_ascii=False)),
        "int": numbers | st.sampled_from(["-2147483648", "2147483647"]),
        "bigint": numbers | st.sampled_from(["-9223372036854775808", "9223372036854775807"]),
        "float": st.sampled_from(["0", "0.5", "-1.25", "3", "1000000000000000000000.5", "0.1"]),
        "bool": st.sampled_from(["true", "false"]),
        "date": st.dates().map(str),
        "datetime": st.just("now"),
        "json": st.sampled_from(["{}", "[]"]),
    }.get(kind, st.nothing())
