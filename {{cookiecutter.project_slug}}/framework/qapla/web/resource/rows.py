"""The parts of requests and responses that every resource has."""

from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json
from pyramid.response import Response

from qapla.driver import Page
from qapla.web.rendering import NOSNIFF, Converted
from qapla.web.resource.output import dump_rows

R = TypeVar("R", bound=BaseModel)


class Input(BaseModel):
    """Base of request bodies, in which an unknown field is a fault, and bytes are base64."""

    model_config = ConfigDict(extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


class Identified(BaseModel):
    """Base of rows in responses, which have the fields of a body and an id."""

    # As the renderer does for the types of columns.
    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    id: int

    @classmethod
    def of(cls, row: Any) -> Converted:
        """Return a row as JSON; its values are not validated, as the database has them already.

        In a transaction it is called before the commit: a value that JSON cannot have fails there.

        Args:
            row: An object of the model, with an attribute for each field, or a dict of a read driver.

        Raises:
            pydantic_core.PydanticSerializationError: A value has no form in JSON.
        """
        (found,) = cls.list_of([row])
        return Converted(found)

    @classmethod
    def list_of(cls, rows: Iterable[Any]) -> list[dict[str, Any]]:
        """Return several rows as JSON; the rest is as with `of`."""
        return dump_rows(cls, rows)


class PageQuery(BaseModel):
    """Pagination parameters: the page size, and the cursor returned with the previous page."""

    size: int = Field(default=20, ge=1, le=100)
    after: str | None = None


class PageOf(BaseModel, Generic[R]):
    """A page of rows in a response."""

    items: list[R]
    next: str | None = Field(description="The cursor of the next page, for the parameter `after`.")


def page_of(
    request: Any, query: PageQuery, model: type[Identified], page: Page[Any]
) -> dict[str, object]:
    """Return the document of a page, and link the next one in the response.

    Source: RFC 8288, "Web Linking".

    Args:
        request: The request.
        query: Its pagination parameters.
        model: The pydantic model of a row.
        page: The page of a read driver.
    """
    if page.next is not None:
        # With the filters and the order of this page.
        following = urlencode({**request.GET, "size": query.size, "after": page.next})
        request.response.headers["Link"] = f'<{request.path}?{following}>; rel="next"'
    return Converted(items=model.list_of(page.items), next=page.next)


def locate(request: Any, key: object) -> None:
    """Set the URL of the row that a request has created.

    Args:
        request: A request whose path is that of all rows.
        key: The id of the new row.
    """
    request.response.headers["Location"] = f"{request.path.rstrip('/')}/{key}"


def stream_lines(rows: Iterable[Mapping[str, Any]]) -> Response:
    """Return a response that streams rows in constant memory, each as a line of JSON.

    A client that goes away ends the iteration, and with it the query.

    Args:
        rows: The rows as JSON, such as `ShipRead.of(row) for row in driver.stream_rows()`.
    """
    lines = (to_json(row) + b"\n" for row in rows)
    response = Response(app_iter=lines, content_type="application/jsonl")
    response.headers.update([NOSNIFF])
    return response
