"""A model of tokens that no other test has, with its driver."""

from sqlalchemy.orm import DeclarativeBase

from qapla.web.security.tokens import TokenColumns, TokenDriver


class Model(DeclarativeBase):
    """The base of the tokens."""


class Token(TokenColumns, Model):
    """A token."""


class Tokens(TokenDriver):
    """The driver of the tokens."""

    model = Token
