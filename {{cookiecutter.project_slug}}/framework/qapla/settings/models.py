"""The settings of an application and of its databases."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from qapla.settings.hosts import Host
from qapla.settings.origins import Origins
from qapla.settings.paths import NamedPath

DELIMITER = "__"


class DatabaseSettings(BaseModel):
    """The settings of one database.

    `url` is the database itself, `options` goes to `sqlalchemy.create_engine`, and `default_url`
    is the maintenance database from which `url`'s is created and dropped (derived unless given).
    `reader` is whether a read driver's queries may run outside of a transaction; by default where
    that changes nothing but the speed, on PostgreSQL without an isolation level of one's own.
    `pooler` names the pooling mode of a pooler between the application and its server.
    A statement that takes `slow_statement_seconds` or longer is logged; 0 turns that off.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    url: SecretStr | None = None
    default_url: SecretStr | None = None
    # An option of another library may hold a password of its own.
    options: dict[str, Any] = Field(default={}, repr=False)
    reader: bool | None = None
    pooler: Literal["transaction"] | None = None
    slow_statement_seconds: float = Field(default=1.0, ge=0, allow_inf_nan=False)


class MetricsSettings(BaseModel):
    """The settings of the metrics, which Prometheus reads.

    Workers, beat and relays serve them on a `port`, at an address of the machine, the `host`. The web
    serves them at a `path` to requests with a `token`; without one in development alone.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    port: int | None = Field(default=None, ge=1, le=65535)
    host: str = "127.0.0.1"
    token: SecretStr | None = Field(default=None, min_length=16)
    path: str = Field(default="/metrics", pattern=r"^/[A-Za-z0-9/_.-]+$")


class Settings(BaseSettings):
    """The settings of an application; a project adds its own as fields of a subclass.

    A managed database without a URL is on the server of `server_url`, by the name `<package>_<name>`.
    A request for a host that is not in `hosts` is refused; an empty list allows every host.
    Pages of `cors_origins` may read responses; an empty list allows none of another origin.
    `health_timeout` is the seconds after which a database or a broker counts as not ready.
    `traces` is whether spans are sent; by default where the variables of OpenTelemetry name a receiver.
    `status_page` is whether `/` shows the state of the application; by default in development.
    """

    model_config = SettingsConfigDict(
        env_nested_delimiter=DELIMITER,
        # The other variables in `.env` belong to other programs.
        dotenv_filtering="only_existing",
        extra="forbid",
        hide_input_in_errors=True,
    )

    environment: Literal["development", "production"] = "development"
    server_url: SecretStr | None = None
    databases: dict[str, DatabaseSettings] = {}
    paths: dict[str, NamedPath] = {}
    logging: dict[str, Any] = {}
    celery: dict[str, Any] = Field(default={}, repr=False)
    hosts: list[Host] = []
    cors_origins: Origins = []
    health_timeout: float = Field(default=2, gt=0, le=60)
    metrics: MetricsSettings = MetricsSettings()
    traces: bool | None = None
    status_page: bool | None = None

    if TYPE_CHECKING:
        # The fields of a project's own subclass, which `application.settings` cannot know.
        def __getattr__(self, name: str) -> Any: ...
