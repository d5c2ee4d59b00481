"""The application as a process, or as several behind one port."""

import logging
import threading
from contextlib import closing

import uvicorn

from bot.app import build
from bot.settings import Settings
from bot.web.server import Server, options

logger = logging.getLogger(__name__)


def serve(settings: Settings, stop: threading.Event, *, web: bool, worker: bool) -> None:
    """Serve (`web`) and do the durable work (`worker`) in this process, until `stop` is set."""
    with closing(build(settings)) as application:
        server = Server(settings.host, settings.port, settings.proxies) if web else None
        try:
            application.connect(listen=web)
            if worker:
                application.work()
            if server is not None:
                server.start(application.asgi)
            logger.info("Handoff runs%s", f" on port {server.port}" if server else "")
            stop.wait()
        finally:
            if server is not None:
                server.stop()


def serve_many(settings: Settings, stop: threading.Event, processes: int, *, worker: bool) -> None:
    """Several web processes behind one port; this one supervises them and does the work."""
    with closing(build(settings)) as application:
        if worker:
            application.connect(listen=False)
            application.work()
        if stop.is_set():  # from here on uvicorn listens to signals
            return
        uvicorn.run(
            "bot.app:web",
            factory=True,
            workers=processes,
            host=settings.host,
            port=settings.port,
            **options(settings.proxies),
        )
