"""waitress as the server of `pserve`, with a graceful stop and a limit for half-open connections.

waitress itself drops the requests in flight when SIGTERM comes, and waits for ever for a request that
arrives byte by byte. All its settings hold here too.
Source: waitress, "Arguments to waitress.serve".
"""

import logging
import select
import signal
import time
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server

logger = logging.getLogger(__name__)

# An idle connection may have a request under way, so that it is closed a second after its last byte.
_IDLE_SECONDS = 1.0


def serve(
    application: Any,
    global_config: Any = None,
    *,
    request_timeout: float | str = 30,
    stop_timeout: float | str = 25,
    **settings: Any,
) -> int:
    """Serve an application until SIGTERM or SIGINT; a paste server runner.

    Args:
        application: The WSGI application.
        global_config: The `[DEFAULT]` section of the ini file; it is not used.
        request_timeout: The seconds within which a request arrives in full.
        stop_timeout: The seconds after SIGTERM within which requests in flight are answered.
        settings: The settings of waitress.
    """
    logging.basicConfig()
    try:
        limits = float(request_timeout), float(stop_timeout)
        channels: dict[int, Any] = {}
        created = create_server(application, map=channels, **settings)
    except (OSError, ValueError) as error:
        where = settings.get("listen") or settings.get("unix_socket") or "the server"
        raise SystemExit(f"[server:main] cannot serve on {where}: {error}") from error
    created.print_listen("Serving on http://{}:{}")
    _Server(created, channels, *limits).run()
    return 0


class _Server:
    """The listening sockets of a process and their connections, which waitress calls channels."""

    def __init__(
        self, created: Any, channels: dict[int, Any], request_timeout: float, stop_timeout: float
    ) -> None:
        self._dispatcher = created.task_dispatcher
        self._use_poll = created.adj.asyncore_use_poll
        self._map = channels
        self._listening = [it for it in channels.values() if isinstance(it, BaseWSGIServer)]
        self._request_timeout = request_timeout
        self._stop_timeout = stop_timeout
        self._is_stopping = False
        # The request that each channel receives, and when its first byte was seen.
        self._arriving: dict[HTTPChannel, tuple[object, float]] = {}

    def run(self) -> None:
        """Serve until a signal comes."""
        before = signal.signal(signal.SIGTERM, self._on_sigterm)
        try:
            checked = 0.0
            while not self._is_stopping:
                self._poll(1.0)
                if time.time() - checked >= 1:
                    checked = time.time()
                    self._close_half_open(checked)
            self._drain()
        except KeyboardInterrupt:
            # At a terminal nobody wants to wait.
            pass
        finally:
            signal.signal(signal.SIGTERM, before)
            self._dispatcher.shutdown(timeout=_IDLE_SECONDS)
            wasyncore.close_all(self._map, ignore_all=True)

    def _on_sigterm(self, number: int, frame: object) -> None:
        self._is_stopping = True
        # A second one ends the process at once.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self._listening[0].pull_trigger()

    def _poll(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, map=self._map, use_poll=self._use_poll, count=1)

    def _channels(self) -> list[HTTPChannel]:
        return [channel for channel in self._map.values() if isinstance(channel, HTTPChannel)]

    def _close_half_open(self, now: float) -> None:
        """Close the channels whose request has not arrived in time, or that have never sent one."""
        arriving = {}
        for channel in self._channels():
            request, since = self._arriving.get(channel, (None, now))
            if channel.request is not None:
                since = since if channel.request is request else now
                arriving[channel] = channel.request, since
            elif channel.last_activity == channel.creation_time:
                since = channel.creation_time
            else:
                continue
            if now - since > self._request_timeout and not channel.requests:
                channel.will_close = True
        self._arriving = arriving

    def _drain(self) -> None:
        """Accept no more connections, and answer the requests in flight."""
        for server in self._listening:
            # Connections that the system has accepted by itself would be reset.
            while select.select([server.socket], [], [], 0)[0]:
                server.handle_accept()
            wasyncore.dispatcher.close(server)
        deadline = time.monotonic() + self._stop_timeout
        while channels := self._channels():
            if time.monotonic() > deadline:
                logger.warning(
                    "%d connections were still open %g seconds after SIGTERM, and are dropped",
                    len(channels),
                    self._stop_timeout,
                )
                return
            for channel in channels:
                _finish(channel)
            self._poll(0.1)


def _finish(channel: HTTPChannel) -> None:
    """Close a channel that is idle, and any other one with the answer to its request."""
    for request in list(channel.requests):
        # As if the client had asked for it: the answer tells it that the connection ends.
        request.headers["CONNECTION"] = "close"
    busy = channel.requests or channel.request is not None or channel.total_outbufs_len
    if not busy and time.time() - channel.last_activity > _IDLE_SECONDS:
        channel.will_close = True
