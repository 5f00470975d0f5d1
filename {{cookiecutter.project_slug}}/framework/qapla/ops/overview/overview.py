"""Ask databases and services side by side, and workers after them."""

from collections.abc import Callable, Mapping

from qapla.database.database import Database
from qapla.database.registry import Databases
from qapla.ops.databases import database_probes
from qapla.ops.models import models_of
from qapla.ops.overview.counts import Census
from qapla.ops.overview.state import DatabaseState, Pool, State
from qapla.ops.pools import pool_figures, pool_limit
from qapla.ops.probes import Finding, Probe, Probes
from qapla.ops.report import engine_of, fault, place_of, pool_of

_BROKER = "broker"
# The seconds in which workers answer.
_WINDOW = 0.5


class Overview:
    """The state of an application, which is asked again each time.

    Args:
        databases: The databases.
        services: The other probes of the application, by name.
        ask_workers: Returns the names of the workers that answer within some seconds.
        seconds: How long databases and services have to answer, and workers after them.
        detailed: Whether a fault has the driver's own words, which may name hosts and roles.
    """

    def __init__(
        self,
        databases: Databases,
        services: Mapping[str, Probe],
        ask_workers: Callable[[float], list[str]],
        seconds: float,
        *,
        detailed: bool,
    ) -> None:
        self.databases = databases
        self._services = dict(services)
        self._ask_workers = ask_workers
        self._detailed = detailed
        self.models = {name: models_of(database) for name, database in databases.items()}
        self._censuses = {name: Census(each, self.models[name]) for name, each in databases.items()}
        counted = {name: census.probe for name, census in self._censuses.items()}
        self._probes = Probes(
            {
                **_keyed("database", database_probes(databases)),
                **_keyed("tables", counted),
                **_keyed("service", services),
            },
            seconds,
            databases.notice_use,
        )
        self._heads: dict[str, tuple[str, ...]] = {}
        self._names: tuple[str, ...] = ()
        self._workers = Probes({"workers": self._workers_probe}, seconds)

    def ask(self) -> State:
        """Ask everything, and return the state."""
        findings = self._probes.run()
        services = {name: self._said(findings[f"service {name}"], None) for name in self._services}
        workers = None
        if services.get(_BROKER, (False, ""))[0]:
            answered = self._workers.run()["workers"]
            workers = self._names if answered.ready else ()
        databases = (self._state(database, findings) for database in self.databases.values())
        return State(tuple(databases), services, workers)

    def _workers_probe(self, seconds: float) -> str:
        self._names = tuple(self._ask_workers(min(_WINDOW, seconds)))
        return ", ".join(self._names)

    def _state(self, database: Database, findings: Mapping[str, Finding]) -> DatabaseState:
        name, target = database.name, database.target
        finding, counted = findings[f"database {name}"], findings[f"tables {name}"]
        ready, said = self._said(finding, target.url.password)
        census = self._censuses[name]
        return DatabaseState(
            name=name,
            engine=engine_of(database),
            place=place_of(database),
            heads=self._heads_of(database),
            managed=database.managed,
            ready=ready,
            finding=said,
            pool=self._pool(database),
            models=self.models[name],
            counts=census.counts if counted.ready else {},
            counted="" if counted.ready else counted.text,
            backlogs=census.backlogs if counted.ready else {},
        )

    def _pool(self, database: Database) -> Pool:
        figures = pool_figures(database)
        used = 0 if figures is None else figures.in_use
        return Pool(used, pool_limit(database.target.options), pool_of(database))

    def _heads_of(self, database: Database) -> tuple[str, ...]:
        """Return the newest revisions of a database's files, which are read once."""
        if database.managed and database.name not in self._heads:
            try:
                self._heads[database.name] = tuple(database.migrations.heads())
            except Exception:
                # The probe of the database says why.
                return ()
        return self._heads.get(database.name, ())

    def _said(self, finding: Finding, password: str | None) -> tuple[bool, str]:
        if finding.ready or not self._detailed:
            return finding.ready, finding.text
        return False, fault(finding, password)


def _keyed(kind: str, probes: Mapping[str, Probe]) -> dict[str, Probe]:
    """Return probes by names of their kind: a database may be called as a service."""
    return {f"{kind} {name}": probe for name, probe in probes.items()}
