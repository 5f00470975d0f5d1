"""Which files of a project an update changes."""

from fnmatch import fnmatch

# Never changed: revisions that databases have applied, secrets, and data.
UNTOUCHED = ("migrations/*/versions/*", ".env", "var/*")
# Maintained by the template. Where one has a conflict, the template's side is right unless the user
# changed the file on purpose. All other files are the user's: an update merges its lines into them.
MAINTAINED = ("framework/*",)


def is_untouched(path: str) -> bool:
    """Whether an update leaves a file of the project alone."""
    return _matches(path, UNTOUCHED)


def is_maintained(path: str) -> bool:
    """Whether a file of the project is maintained by the template."""
    return _matches(path, MAINTAINED)


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(path, pattern) for pattern in patterns)
