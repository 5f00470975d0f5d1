"""Parse the list of models, as a user types it."""

from dataclasses import replace

from qapla.scaffold.fields.checks import check_spec
from qapla.scaffold.fields.grammar import split
from qapla.scaffold.fields.spec import Spec, parse_spec
from qapla.scaffold.fields.together import check_together
from qapla.scaffold.names.parse import check_items, refuse_clash

_SUBJECT = "the list of models"


def parse_models(text: str, databases: list[str], package: str) -> list[Spec]:
    """Return the models of a comma-separated list, checked, each after those that it refers to.

    Raises:
        Refused: The list or an item is empty, a model or a field is refused, a model is listed
            twice, two models of one database would share a table, or models refer to each other.
    """
    specs: list[Spec] = []
    items = list(split(text))
    for item in filter(None, items):
        spec = parse_spec(item, databases, package)
        refuse_clash(spec.name, [other.name for other in specs], "it is listed twice")
        specs.append(spec)
    names = tuple(spec.name for spec in specs)
    specs = [replace(spec, known=names) for spec in specs]
    for spec in specs:
        check_spec(spec)
    ordered = check_together(specs)
    # The proposal has the items that are there, which are accepted by now.
    check_items(items, text, _SUBJECT, f"{databases[0]}.Item")
    return ordered
