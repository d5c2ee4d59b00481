"""`handoff run`: what serves until it is stopped."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue

from bot.cli.imports import importing
from bot.cli.main import Options
from bot.settings import Settings, load
from bot.store.embedded import database


def run(options: Options) -> None:
    """Serve Slack and senders of leads, and do the durable work."""
    settings, stop = load(Settings), until_stopped()
    with ExitStack() as held:
        with ThreadPoolExecutor(1) as ahead:
            # The embedded server takes as long to start as the application to be imported.
            started = ahead.submit(held.enter_context, database(settings.url, settings.data_dir))
            with importing():
                from bot.cli import serving  # noqa: PLC0415
            started.result()
        web, worker = options.web, options.worker
        if web == worker:  # neither is said, or both: that is all of it
            web = worker = True
        if web and options.processes > 1:
            serving.serve_many(settings, stop, options.processes, worker=worker)
        else:
            serving.serve(settings, stop, web=web, worker=worker)


def until_stopped() -> threading.Event:
    """An event that is set by Ctrl-C and SIGTERM, so that everything is stopped in order.

    A thread sets it: a signal that comes while the main thread looks at the event finds it locked,
    and would wait for itself.
    """
    stop = threading.Event()
    signals: SimpleQueue[int] = SimpleQueue()  # its `put` may interrupt whatever is under way

    def listen() -> None:
        signals.get()
        stop.set()

    threading.Thread(target=listen, name="signals", daemon=True).start()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda number, _frame: signals.put(number))
    return stop
