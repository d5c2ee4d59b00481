"""Health: whether the process lives, and whether it can do its work."""

import logging
import threading
import time
from collections.abc import Callable

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot import clock
from bot.store import DatabaseDown, Store, migrate

logger = logging.getLogger(__name__)

# Each check gives None, or the sentence that says what is wrong.
Health = dict[str, Callable[[], str | None]]

# Whoever asks more often gets the last answer.
_KEPT_SECONDS = 5.0

# By PostgreSQL's codes (Appendix A); any other error is in the log.
_REASONS = {
    "25006": "The database is read-only.",
    "53100": "The database's disk is full.",
    "57014": "The database takes too long to store anything.",
}

# A changed row often has room in its page, where the next lead would have none; what is more than
# memory may hold goes to the disk, so a full one shows.
_LIMITS = """
    SELECT set_config('work_mem', '64kB', true), set_config('statement_timeout', '5s', true)
"""
_SPACE = "SELECT count(*) FROM generate_series(1, 20000)"
_ROW = """
    INSERT INTO job_key (key, used_at) VALUES ('health', :now)
    ON CONFLICT (key) DO UPDATE SET used_at = excluded.used_at
"""


class Database:
    """Whether the database stores what it is given, found out by storing something, and whether its
    schema still serves this version."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._problem: str | None = None

    def problem(self) -> str | None:
        """What is wrong, as a sentence without secrets; None where all is well.

        The answer may be some seconds old.
        """
        with self._lock:
            if time.monotonic() - self._asked_at >= _KEPT_SECONDS:
                self._problem = self._write()
                self._asked_at = time.monotonic()
            return self._problem

    def _write(self) -> str | None:
        try:
            with self._store.transaction() as session:
                for statement in (_LIMITS, _SPACE, _ROW):
                    session.execute(text(statement), {"now": clock.now()})
            migrate.is_current(self._store.engine)
        except migrate.UnknownRevision as error:
            return error.message
        except (DatabaseDown, SQLAlchemyError) as error:
            return _sentence(error)
        return None


def _sentence(error: DatabaseDown | SQLAlchemyError) -> str:
    """What is wrong; the database's own words, which can name files, are for the log."""
    cause = error.__cause__ if isinstance(error, DatabaseDown) else error
    reason = getattr(cause, "orig", cause)
    logger.warning("the database stores nothing: %s", reason)
    state = getattr(reason, "sqlstate", None)
    if state is None and isinstance(error, DatabaseDown):
        return error.message
    return _REASONS.get(str(state), "The database stores nothing at the moment; the log says why.")


def router(health: Health) -> APIRouter:
    """`/health/live` for the process, `/health/ready` for what it depends on."""
    routes = APIRouter(prefix="/health", tags=["health"])

    @routes.get("/live", status_code=204)
    def live() -> Response:
        """The process answers."""
        return Response(status_code=204)

    @routes.get("/ready", responses={503: {"description": "Something is missing; it says what."}})
    def ready() -> Response:
        """Each dependency, and what is wrong with it."""
        problems = {name: check() for name, check in health.items()}
        answer = {name: problem or "ok" for name, problem in problems.items()}
        return JSONResponse(answer, 503 if any(problems.values()) else 200)

    return routes
