"""The figures for programs: `/api/v1/…`, read-only, for those who hold a key, in pages.

A key sees what marketing sees: every figure and all money, and nobody's name, address or words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Security, params
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from bot import clock
from bot.keys import Keys
from bot.metrics import Attribution
from bot.people.models import Workspace
from bot.reports import period
from bot.reports.columns import Wanted, cells, visible
from bot.reports.files import plain
from bot.reports.permissions import KEYHOLDER
from bot.reports.sheets import SHEETS, Sheet
from bot.store import Store, keyset

MOST_ROWS = 1_000


class Problem(BaseModel):
    """What does not fit."""

    detail: str


@dataclass(frozen=True)
class SheetQuery:
    """What a program asks for."""

    first: Annotated[
        str | None,
        Query(alias="from", max_length=10, description="First day, in the workspace's zone. "
              "Default: thirty days, today the last.", examples=["2026-11-01"]),
    ] = None  # fmt: skip
    last: Annotated[
        str | None, Query(alias="to", max_length=10, description="Last day, included.")
    ] = None
    attribution: Annotated[
        Attribution, Query(description="The rule that credits leads to campaigns.")
    ] = Attribution.FIRST_TOUCH
    after: Annotated[
        str | None, Query(alias="cursor", max_length=400, description="next_cursor of a page.")
    ] = None
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows of a page.")] = 500


@dataclass(frozen=True)
class Counter:
    """Where the rows are handed out."""

    store: Store
    workspace: Callable[[], Workspace]

    def hand_out(self, sheet: Sheet, query: SheetQuery) -> JSONResponse:
        """A page of a sheet."""
        with self.store.transaction() as session:
            workspace = session.get_one(Workspace, self.workspace().id)
            try:
                today = workspace.day_of(clock.now())
                days = period.days(query.first, query.last, today)
                after = keyset.read(query.after, sheet.key_kinds)
            except (period.NotAPeriod, keyset.BadCursor) as problem:
                raise HTTPException(422, problem.message) from problem
            wanted = Wanted(days, query.attribution)
            records = sheet.read(session, workspace, wanted, after, query.limit + 1)
        shown, onward = keyset.page(records, query.limit)
        columns = visible(sheet.columns, KEYHOLDER)
        names = [column.name for column in columns]
        rows = [map(plain, cells(columns, record, KEYHOLDER)) for record in shown]
        return JSONResponse({
            "from": days.first.isoformat(),
            "to": days.last.isoformat(),
            "attribution": query.attribution,
            "data": [dict(zip(names, row, strict=True)) for row in rows],
            "next_cursor": onward,
        }, headers={"Cache-Control": "no-store"})  # fmt: skip


def key_needed(keys: Keys) -> params.Depends:
    """Lets a route be used with one of these keys only; 401 without."""
    bearer = HTTPBearer(auto_error=False, description="The key of one of HANDOFF_REPORT_KEYS.")

    async def holder(  # async: what only computes needs no thread of its own
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
    ) -> None:
        if credentials is None or keys.name(credentials.credentials) is None:
            raise HTTPException(401, "A valid key is needed.", {"WWW-Authenticate": "Bearer"})

    dependency: params.Depends = Depends(holder)
    return dependency


def router(counter: Counter, keys: Keys) -> APIRouter:
    """A route for each sheet."""
    routes = APIRouter(prefix="/api/v1", tags=["figures"], dependencies=[key_needed(keys)])
    for sheet in SHEETS.values():
        _add(routes, counter, sheet)
    return routes


def _add(routes: APIRouter, counter: Counter, sheet: Sheet) -> None:
    def read(query: Annotated[SheetQuery, Depends()]) -> JSONResponse:
        return counter.hand_out(sheet, query)

    routes.add_api_route(
        f"/{sheet.name}",
        read,
        methods=["GET"],
        operation_id=f"read_{sheet.name}",
        summary=sheet.title,
        description=f"Read {sheet.meaning}. Amounts and shares are strings, so that no reader "
        "rounds them; moments are UTC.",
        responses={
            200: {"content": {"application/json": {"schema": _schema(sheet)}}},
            401: {"model": Problem},
            422: {"model": Problem},
            503: {"model": Problem, "description": "Try again in a moment."},
        },
    )


def _schema(sheet: Sheet) -> dict[str, Any]:
    """What a page of the sheet looks like: its columns, each with its meaning."""
    row = {
        column.name: {
            "type": ["string", "integer", "boolean", "null"], "description": column.meaning,
        }
        for column in visible(sheet.columns, KEYHOLDER)
    }  # fmt: skip
    return {
        "type": "object",
        "required": ["from", "to", "attribution", "data", "next_cursor"],
        "properties": {
            "from": {"type": "string", "format": "date"},
            "to": {"type": "string", "format": "date"},
            "attribution": {"type": "string"},
            "data": {
                "type": "array",
                "items": {"type": "object", "properties": row, "required": list(row)},
            },
            "next_cursor": {
                "type": ["string", "null"], "description": "null: this is the last page.",
            },
        },
    }  # fmt: skip
