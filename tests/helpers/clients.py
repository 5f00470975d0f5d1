"""Clients of a served project, which remember the answers that they got."""

import http.client
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

ANSWER_SECONDS = 60
# A client that is told to come back later waits as long, and not the seconds of `Retry-After`.
REPEAT_SECONDS = 0.05


class Refused(Exception):
    """Nobody listens: the request was not sent."""


class Cut(Exception):
    """The connection ended after the request was sent, and before its answer was there."""


class Client:
    """A client on the loopback interface, of one thread.

    Args:
        port: The port of the server.
        kept: Whether the connection is kept for the next request.
    """

    def __init__(self, port: int, *, kept: bool = True) -> None:
        self._kept = kept
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
        # How many requests the connection has carried.
        self.carried = 0

    def ask(self, path: str, body: object = None) -> tuple[int, bytes]:
        """Get a path, or post JSON to it; return the status and the body of the answer.

        Raises:
            Refused: Nobody listens.
            Cut: The answer did not come, or not in full.
        """
        connection = self._connection
        headers = {} if self._kept else {"Connection": "close"}
        if connection.sock is None:
            self.carried = 0
            try:
                connection.connect()
            except OSError as error:
                connection.close()
                raise Refused(str(error)) from error
        try:
            if body is None:
                connection.request("GET", path, headers=headers)
            else:
                headers["Content-Type"] = "application/json"
                connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Cut(f"{type(error).__name__}: {error}") from error
        self.carried += 1
        return answer.status, content

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@dataclass
class Writers:
    """Clients that create ships, each with a key of its own, and show or list ships.

    Args:
        port: The port of the server.
        body: The function that makes the body of a ship, by its key.
        repeats: Whether a write that failed is sent again, with the same key, until it is
            acknowledged: by 201, or by the 409 of a row that is there.
    """

    port: int
    body: Callable[[str], dict[str, str]]
    repeats: bool = False
    created: list[str] = field(default_factory=list)
    # Keys that were there when a failed write was sent again: only its answer was lost.
    found: list[str] = field(default_factory=list)
    # Keys that were there when a write was sent for the first time.
    doubled: list[str] = field(default_factory=list)
    # When a request ended with an error of the server, and its status.
    failed: list[tuple[float, int]] = field(default_factory=list)
    # When a write was acknowledged.
    acknowledged: list[float] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    statuses: "Counter[int]" = field(default_factory=Counter)
    is_over: bool = False

    @contextmanager
    def working(self, number: int) -> Iterator[None]:
        """Run some clients in threads of their own until the block ends."""
        threads = [threading.Thread(target=self._work, args=[it]) for it in range(number)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.is_over = True
            for thread in threads:
                thread.join()

    def answers(self) -> bool:
        """Whether the server lists ships."""
        with suppress(Refused, Cut):
            client = Client(self.port, kept=False)
            return client.ask("/ships")[0] == 200
        return False

    def _work(self, number: int) -> None:
        client = Client(self.port)
        for turn in itertools.count():
            if self.is_over:
                client.close()
                return
            self._create(client, f"{number}-{turn}")
            self._ask(client, "/ships?size=5")

    def _create(self, client: Client, key: str) -> None:
        for attempt in itertools.count():
            status, content = self._ask(client, "/ships", self.body(key))
            if status == 201:
                self.created.append(key)
            elif status == 409:
                (self.found if attempt else self.doubled).append(key)
            elif self.repeats and not self.is_over:
                time.sleep(REPEAT_SECONDS)
                continue
            if status in (201, 409):
                self.acknowledged.append(time.monotonic())
            if status == 201:
                # An acknowledged write can be read, unless the database is away again.
                shown, _ = self._ask(client, f"/ships/{json.loads(content)['id']}")
                if shown == 404:
                    self.cut.append(f"{key} is not there")
            return

    def _ask(self, client: Client, path: str, body: object = None) -> tuple[int, bytes]:
        """Ask once; the status of a request without an answer is 0."""
        try:
            status, content = client.ask(path, body)
        except (Refused, Cut) as error:
            self.cut.append(str(error))
            return 0, b""
        self.statuses[status] += 1
        if status >= 500:
            self.failed.append((time.monotonic(), status))
        return status, content
