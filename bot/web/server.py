"""The HTTP server: uvicorn on a socket that is bound before anything else starts."""

import socket
import threading
from functools import partial

import uvicorn
from fastapi import FastAPI

from bot.errors import HandoffError

# Long enough for a request in flight, shorter than what a platform waits before it kills.
_GRACE_SECONDS = 5


class PortTaken(HandoffError):
    """Port {port} is in use. Choose another one, for example with PORT={other}."""


class Server:
    """Serves an application on one address, in a thread."""

    def __init__(self, host: str, port: int) -> None:
        """Bind the address now; port 0 lets the system choose. Raises PortTaken."""
        try:
            self._socket = socket.create_server((host, port), backlog=2048)
        except OSError as error:
            raise PortTaken(port=port, other=port + 1) from error
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._socket.getsockname()[1])

    def start(self, app: FastAPI) -> None:
        """Serve; connections wait in the socket's queue until the thread is ready."""
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,  # a form's key stands in its path
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        serve = partial(self._server.run, sockets=[self._socket])
        self._thread = threading.Thread(target=serve, name="web", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the requests in flight, and free the address."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
        self._socket.close()
