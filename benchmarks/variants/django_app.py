"""Django with one model, on the database of the measurements."""

import os
from typing import Any

import django
from django.conf import settings
from sqlalchemy import make_url

from benchmarks.server import VARIABLE


def set_up() -> Any:
    """Configure Django and return its model of a ship."""
    url = make_url(os.environ[VARIABLE])
    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": url.database,
                "USER": url.username,
                "HOST": url.query["host"],
                "PORT": url.query.get("port", ""),
                "CONN_MAX_AGE": None,
            }
        },
        ROOT_URLCONF="benchmarks.variants.django_urls",
        ALLOWED_HOSTS=["*"],
        MIDDLEWARE=[],
        USE_TZ=True,
    )
    django.setup()
    from django.db import models

    class Ship(models.Model):  # type: ignore[misc]
        name = models.CharField(max_length=200)
        crew = models.IntegerField()

        class Meta:
            app_label = "benchmarks"
            db_table = "ships"
            managed = False

    return Ship
