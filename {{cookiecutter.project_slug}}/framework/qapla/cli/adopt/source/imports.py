"""The imports of a module that is being written."""

from collections import defaultdict
from collections.abc import Iterator


class Imports:
    """The imports of a module, added while its source text is written."""

    def __init__(self) -> None:
        self._modules: set[str] = set()
        self._names: dict[str, set[str]] = defaultdict(set)

    def add(self, module: str, name: str = "") -> str:
        """Import a name of a module, or the module itself; return the name that the text may use."""
        if not name:
            self._modules.add(module)
            return module
        self._names[module].add(name)
        return name

    def lines(self) -> Iterator[str]:
        """Yield the statements; their order is a matter of the formatter."""
        yield from (f"import {module}" for module in sorted(self._modules))
        for module, names in sorted(self._names.items()):
            yield f"from {module} import {', '.join(sorted(names))}"


def call(name: str, /, *arguments: str, **keywords: object) -> str:
    """Return a call; keywords whose value is None or False are left out.

    Args:
        name: The name that is called.
        arguments: The source text of each argument.
        keywords: The values of keywords, whose source text is their repr.
    """
    named = [f"{key}={value!r}" for key, value in keywords.items() if value not in (None, False)]
    return f"{name}({', '.join([*arguments, *named])})"


def text_of(sql: str, imports: Imports) -> str:
    """Return the call of `text` for a piece of SQL, in which colons are escaped already."""
    return call(imports.add("sqlalchemy", "text"), repr(sql))
