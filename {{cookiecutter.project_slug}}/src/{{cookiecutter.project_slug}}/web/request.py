"""The request, with a session for each database."""

import pyramid.request
from sqlalchemy.orm import Session


class Request(pyramid.request.Request):
    """A request, whose sessions are opened at first use and closed when the request ends.

    `database` is the session of the first database.
    """

    database: Session
