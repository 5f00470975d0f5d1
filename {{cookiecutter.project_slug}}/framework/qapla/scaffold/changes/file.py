"""The text of a file, and the form that it has on the disk."""

import codecs
from dataclasses import dataclass, replace

from qapla.exceptions import ScaffoldError


@dataclass(frozen=True)
class File:
    """A text whose lines end with a newline, and how its file has it.

    Args:
        text: The text.
        newline: The end of each line in the file.
        mark: The byte order mark that the file begins with, if any.
    """

    text: str
    newline: str = "\n"
    mark: bytes = b""

    def with_text(self, text: str) -> "File":
        """Return a file of the same form with another text."""
        return replace(self, text=text)

    def to_bytes(self) -> bytes:
        """Return the content of the file."""
        return self.mark + self.text.replace("\n", self.newline).encode()


def read_file(content: bytes, path: str) -> File:
    """Return the text of a file.

    Args:
        content: Its content.
        path: Its path, for errors.

    Raises:
        ScaffoldError: It is not UTF-8.
    """
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    try:
        text = content[len(mark) :].decode()
    except UnicodeDecodeError:
        raise ScaffoldError(f"{path} is not UTF-8: save it as UTF-8") from None
    # Where the lines end differently, each keeps its end.
    all_crlf = "\r\n" in text and text.count("\r\n") == text.count("\n")
    newline = "\r\n" if all_crlf else "\n"
    return File(text.replace(newline, "\n"), newline, mark)
