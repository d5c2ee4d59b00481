"""The HTTP server: uvicorn on a socket that is bound before anything else starts."""

import socket
import threading
from functools import partial
from typing import Any

import uvicorn
from fastapi import FastAPI

from bot.errors import HandoffError
from bot.web.connections import Connections, Limits, fit_open_files

# Long enough for a request in flight, shorter than what a platform waits before it kills.
_GRACE_SECONDS = 5
LOOPBACK = "127.0.0.1,::1"
"""The proxies that are believed by default: those on the same machine."""


class PortTaken(HandoffError):
    """Port {port} is in use. Choose another one, for example with PORT={other}."""


def options(proxies: str, connections: Connections | None = None) -> dict[str, Any]:
    """What uvicorn is told of every server of ours.

    `proxies` are the addresses whose X-Forwarded-For and X-Forwarded-Proto are believed.
    """
    return {
        "http": connections or Connections(fit_open_files(Limits())),
        "ws": "none",
        "forwarded_allow_ips": proxies,
        "log_config": None,
        "access_log": False,  # a form's key stands in its path
        "timeout_graceful_shutdown": _GRACE_SECONDS,
    }


class Server:
    """Serves an application on one address, in a thread."""

    def __init__(
        self,
        host: str,
        port: int,
        proxies: str = LOOPBACK,
        connections: Connections | None = None,
    ) -> None:
        """Bind the address now; port 0 lets the system choose. Raises PortTaken.

        For `proxies` and `connections` see `options`.
        """
        try:
            self._socket = socket.create_server((host, port), backlog=2048)
        except OSError as error:
            raise PortTaken(port=port, other=port + 1) from error
        self._options = options(proxies, connections)
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._socket.getsockname()[1])

    def start(self, app: FastAPI) -> None:
        """Serve; connections wait in the socket's queue until the thread is ready."""
        self._server = uvicorn.Server(uvicorn.Config(app, **self._options))
        serve = partial(self._server.run, sockets=[self._socket])
        self._thread = threading.Thread(target=serve, name="web", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the requests in flight, and free the address."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
        self._socket.close()
