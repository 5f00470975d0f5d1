"""Answers to the template's questions: good ones, and bad ones with the line that refuses them."""

IDENTIFIER = "expected lower-case ASCII letters, digits and single underscores between them"
CAMEL_CASE = "expected `Model` or `database.Model`, in CamelCase"
QUOTES = 'Qo\'noS "and" \\ <b>*Ünïcode*</b> 龍 # $HOME {{ {% }}'

GOOD_ANSWERS: dict[str, dict[str, str]] = {
    "one database": {"project_name": "Rotarran"},
    "two databases": {
        "project_name": "Rotarran",
        "databases": "main, analytics",
        "models": "main.Ship, analytics.Event",
    },
    # A package that is sorted before the framework; the other ones come after it.
    "four databases": {
        "project_name": "Bortas",
        "databases": "fleet,crew,cargo,log",
        "models": "Ship,Shipyard,crew.Officer,crew.Duty,cargo.Box,cargo.Manifest,log.Entry",
        "license": "BSD-3-Clause",
    },
    "one model in two databases": {
        "project_name": "Zephyr",
        "databases": "main, archive",
        "models": "main.Item, archive.Item",
        "license": "Apache-2.0",
    },
    "no model in the second database": {"databases": "main, empty", "license": "Proprietary"},
    "strange names": {
        "project_name": QUOTES,
        "project_slug": "x2",
        "databases": "database, pg_1, b",
        "models": "HTTPServer, database.A, pg_1.Class2Room, b.Order, b.User, b.Batch",
        "description": QUOTES,
        "author_name": QUOTES,
    },
    "irregular plurals": {
        "project_name": "Ark",
        "models": "Sheep, Octopus/octopodes, HTTPServer/http_servers, VeryLargeAbcdefghijklmnopqCalf",
    },
    "the longest names": {
        "project_slug": "a" * 20,
        "databases": "main, " + "d" * 19,
        "models": "VeryLongNameOfAModelWithManyWord, " + "d" * 19 + "." + "Ab" * 16,
    },
}


def _refused(subject: str, value: str, rule: str, answer: str) -> str:
    return f"{subject} {value!r} is refused: {rule}; try {answer!r}"


def _slug(value: str, rule: str, answer: str) -> tuple[dict[str, str], str]:
    return {"project_slug": value}, _refused("the project slug", value, rule, answer)


def _database(value: str, rule: str, answer: str) -> tuple[dict[str, str], str]:
    return {"databases": value}, _refused("the database name", value, rule, answer)


def _databases(value: str, rule: str, answer: str) -> tuple[dict[str, str], str]:
    return {"databases": value}, _refused("the list of databases", value, rule, answer)


def _model(value: str, rule: str, answer: str) -> tuple[dict[str, str], str]:
    return {"models": value}, _refused("the model name", value, rule, answer)


def _plural(value: str, rule: str, answer: str) -> tuple[dict[str, str], str]:
    return {"models": f"Item/{value}"}, _refused("the plural", value, rule, answer)


def _models(value: str, rule: str, answer: str) -> tuple[dict[str, str], str]:
    return {"models": value}, _refused("the list of models", value, rule, answer)


PYTHON = "it is a Python keyword"
REQUEST = "it is an attribute of Pyramid's request"
DEPENDENCY = "a dependency of the project has that import name"
OURS = "the generated project has a package of that name"
MODULE = "the generated project has a module of that name"
USED = "the generated modules import or define that name"

BAD_ANSWERS: list[tuple[dict[str, str], str]] = [
    _slug("My-Project", IDENTIFIER, "my_project"),
    _slug("2fast", IDENTIFIER, "fast"),
    _slug("a__b", IDENTIFIER, "a_b"),
    _slug("größe", IDENTIFIER, "my_project"),
    _slug("a/b", IDENTIFIER, "a_b"),
    _slug("", IDENTIFIER, "my_project"),
    _slug("class", PYTHON, "class_project"),
    _slug("match", PYTHON, "match_project"),
    _slug("qapla", OURS, "my_qapla"),
    _slug("tests", OURS, "my_tests"),
    _slug("json", "it is a module of the standard library", "my_json"),
    _slug("celery", DEPENDENCY, "my_celery"),
    _slug("test", "it is a module of the standard library", "my_test"),
    _slug("docker", "environment variables DOCKER_… belong to another program", "my_docker"),
    _slug(
        "a" * 39,
        "expected at most 38 characters, as database names begin with it",
        "a" * 16,
    ),
    _databases("", "it is empty", "main"),
    _databases("main,,logs", "it has an empty item", "main, logs"),
    _databases("main legacy stats", "expected commas between the names", "main, legacy, stats"),
    _databases("main, main", "'main' is listed twice", "main"),
    _database("Main", IDENTIFIER, "main"),
    _database("my-db", IDENTIFIER, "my_db"),
    _database("_private", IDENTIFIER, "private"),
    _database("a__b", IDENTIFIER, "a_b"),
    _database("dépôt", IDENTIFIER, "main"),
    _database("main\nlogs", IDENTIFIER, "main_logs"),
    _database("'main'", IDENTIFIER, "main"),
    _database("../main", IDENTIFIER, "main"),
    _database("{main}", IDENTIFIER, "main"),
    _database("{{ main", IDENTIFIER, "main"),
    _database("{% main", IDENTIFIER, "main"),
    _database("class", PYTHON, "class_db"),
    _database("type", PYTHON, "type_db"),
    _database("session", REQUEST, "session_db"),
    _database("matchdict", REQUEST, "matchdict_db"),
    _database("task", "it is reserved for tasks and applications", "task_db"),
    _database("conventions", MODULE, "conventions_db"),
    _database("alembic", "it is a section of alembic.ini", "alembic_db"),
    _database("my_project", "it is the project's package", "main"),
    (
        {"databases": "main, main_test"},
        _refused(
            "the database name",
            "main_test",
            "the test database of 'main' has that name",
            "main_tests",
        ),
    ),
    _database("d" * 41, "expected at most 40 characters", "d" * 16),
    _database(
        "d" * 30,
        f"my_project_{'d' * 30}_test_template_<hash> is longer than the 63 bytes of a name "
        "in PostgreSQL",
        "d" * 16,
    ),
    _models("", "it is empty", "main.Item"),
    _models("Item,", "it has an empty item", "Item"),
    _model("item", CAMEL_CASE, "main.Item"),
    _model("main.my_item", CAMEL_CASE, "main.MyItem"),
    _model("Gerät", CAMEL_CASE, "main.Item"),
    _model("other.Item", "there is no database 'other', only main", "main.Item"),
    _model("Class", "its module would be class.py, and that is a Python keyword", "ClassItem"),
    _model("I", "a class of that name looks like a digit", "IItem"),
    _model("TestRun", "pytest collects classes whose name begins with Test", "Item"),
    _model("Session", USED, "SessionItem"),
    _model("MyProjectApplication", USED, "MyProjectApplicationItem"),
    _plural("", IDENTIFIER, "items"),
    _plural("My-Items", IDENTIFIER, "my_items"),
    _plural("openapi", "the framework has a table or a page of that name", "items"),
    _model("ApiToken", "the framework has the table api_tokens", "ApiTokenItem"),
    _model("M" * 33, "expected at most 32 characters", "main." + "M" * 16),
    (
        {"models": "Item, Item"},
        _refused("the model name", "main.Item", "it is listed twice", "main.ItemItem"),
    ),
    (
        {"models": "HTTPItem, HttpItem"},
        _refused(
            "the model name",
            "main.HttpItem",
            "main.HTTPItem already has the table http_items",
            "main.HttpItemItem",
        ),
    ),
    (
        {"project_name": "two\nlines", "project_slug": "two"},
        _refused(
            "the project name",
            "two\nlines",
            "it has an unprintable character",
            "two lines",
        ),
    ),
    (
        {"description": " "},
        _refused("the description", " ", "it is empty", "Keeps the crew list of a ship"),
    ),
    (
        {"license": "GPL"},
        _refused(
            "the licence",
            "GPL",
            "expected one of MIT, BSD-3-Clause, Apache-2.0, Proprietary",
            "MIT",
        ),
    ),
]

# The sets whose projects run the tests of the framework too, with the version of Python of each.
FULL = {"two databases": "3.11", "strange names": "3.12", "four databases": "3.13"}
