"""Tasks about ships: a module that Celery finds by itself."""
