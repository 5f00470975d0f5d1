"""The configuration of Alembic for one database, with the options of the project's alembic.ini."""

from pathlib import Path

from alembic.config import Config


def make_config(database: str, migrations: Path, ini: Path | None) -> Config:
    """Return the configuration that `alembic -n <database>` has, for Alembic's own commands.

    Args:
        database: The name of the database.
        migrations: The directory of its migrations, whatever the file says.
        ini: The path of alembic.ini, if there is one.
    """
    config = Config(ini, ini_section=_section(database, migrations, ini))
    # Alembic reads the text as a template of configparser, where a percent sign is special.
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    if (
        not {"path_separator", "version_path_separator"}
        & config.file_config[config.config_ini_section].keys()
    ):
        config.set_main_option("path_separator", "os")
    return config


def _section(database: str, migrations: Path, ini: Path | None) -> str:
    """Return the section of a database: that of its name, or `[alembic]` if it is about it."""
    if ini is not None:
        general = Config(ini)
        if general.file_config.has_section(database):
            return database
        location = general.get_section("alembic", {}).get("script_location", "")
        if Path(location).resolve() == migrations.resolve():
            return "alembic"
    return database
