"""The request, with a session for each database."""

import pyramid.request
from sqlalchemy.orm import Session


class Request(pyramid.request.Request):
    """A request, whose sessions are opened at first use and closed when the request ends.

    The framework adds an attribute for each database; they are declared here for type checkers.
    `database` is the session of the first database.
    """

    database: Session
