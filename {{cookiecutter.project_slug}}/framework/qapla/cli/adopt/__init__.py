"""Models of an existing database: classes that match its tables, and a revision that makes these."""

from qapla.cli.adopt.formatting import formatted
from qapla.cli.adopt.model import AdoptedModel
from qapla.cli.adopt.reflect import reflect
from qapla.cli.adopt.revision import base_revision, base_revision_id

__all__ = ["AdoptedModel", "base_revision", "base_revision_id", "formatted", "reflect"]
