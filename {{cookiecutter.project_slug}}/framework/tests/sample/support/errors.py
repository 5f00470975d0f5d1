"""The errors of a preparation."""

import pytest

from qapla.database.application import DatabaseApplication
from qapla.exceptions import SettingsError


def error_of(application: DatabaseApplication, *, tests: bool = False) -> str:
    """Return the message of the error that a preparation ends with."""
    with pytest.raises(SettingsError) as caught:
        application.run_tests() if tests else application.run_command()
    return str(caught.value)
