"""Health: whether the process lives, and whether it can do its work."""

from collections.abc import Callable

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

# Each check gives None, or the sentence that says what is wrong.
Health = dict[str, Callable[[], str | None]]


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
