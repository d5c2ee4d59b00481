"""Conversions for programs: `GET /api/v1/conversions/…` with a report key, as CSV.

A key sees all money and nobody's data, so these files fit: what finds a person is hashed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Response
from sqlalchemy.orm import Session

from bot.keys import Keys
from bot.reports.api import Counter, Problem, key_needed
from bot.reports.conversions import service
from bot.reports.conversions.formats import TAKES_CORRECTIONS
from bot.reports.conversions.models import ConversionFile, Part, Platform

FILE_HEADER = "Handoff-File"
"""The header that says the number of the last file in an answer."""

# A bigint holds it.
_MOST = 2**63 - 1


@dataclass(frozen=True)
class ConversionsQuery:
    """What a program asks for."""

    platform: Annotated[Platform, Path(description="The ad platform.")]
    after: Annotated[
        int | None,
        Query(ge=0, le=_MOST, description="A file's number: everything behind it. A program that "
              "keeps the number of the last file it has uploaded misses nothing."),
    ] = None  # fmt: skip
    file: Annotated[
        int | None, Query(ge=1, le=_MOST, description="A file's number: that one again.")
    ] = None


def router(counter: Counter, keys: Keys) -> APIRouter:
    """A route for conversions and one for corrections."""
    routes = APIRouter(
        prefix="/api/v1/conversions", tags=["conversions"], dependencies=[key_needed(keys)]
    )
    for path, part in (("/{platform}", Part.CONVERSIONS),
                       ("/{platform}/corrections", Part.CORRECTIONS)):  # fmt: skip
        _add(routes, path, counter, part)
    return routes


def _add(routes: APIRouter, path: str, counter: Counter, part: Part) -> None:
    def read(query: Annotated[ConversionsQuery, Depends()]) -> Response:
        return _hand_out(counter, query, part)

    takers = ", ".join(platform.label for platform in Platform if platform in TAKES_CORRECTIONS)
    what = {
        Part.CONVERSIONS: "Read qualified and won leads as a file for the platform.",
        Part.CORRECTIONS: "Read what was corrected of conversions in earlier files. "
        f"{takers} takes this file, for the others it is a list.",
    }[part]
    routes.add_api_route(
        path,
        read,
        methods=["GET"],
        operation_id=f"read_{part}" if part is Part.CONVERSIONS else f"read_conversion_{part}",
        summary=part.capitalize(),
        description=f"{what} Each row is told once, so asking without a number makes the next "
        "file, with what is new; with a number it comes again.",
        response_class=Response,
        responses={
            200: {
                "content": {"text/csv": {"schema": {"type": "string"}}},
                "headers": {
                    FILE_HEADER: {
                        "description": "The number of the last file in the answer; none: no rows.",
                        "schema": {"type": "integer"},
                    }
                },
            },
            401: {"model": Problem},
            404: {"model": Problem},
            422: {"model": Problem},
            503: {"model": Problem, "description": "Try again in a moment."},
        },
    )


def _hand_out(counter: Counter, query: ConversionsQuery, part: Part) -> Response:
    """The file that was asked for, or what is new."""
    if query.after is not None and query.file is not None:
        raise HTTPException(422, "Ask with `after` or with `file`, not with both.")
    with counter.store.transaction() as session:
        try:
            files = _files(session, counter.workspace().id, query, part)
        except service.NoSuchFile as problem:
            raise HTTPException(404, problem.message) from problem
        content = service.content(session, files, query.platform, part)
        name = files[-1].name if files else f"{query.platform}_{part}.csv"
        headers = {FILE_HEADER: str(files[-1].number)} if files else {}
    headers |= {
        "Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"',
    }  # fmt: skip
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def _files(
    session: Session, workspace_id: int, query: ConversionsQuery, part: Part
) -> Sequence[ConversionFile]:
    """The files that are asked for; the next one is made where none is named."""
    if query.file is not None:
        return [service.file(session, workspace_id, query.platform, query.file, part)]
    made = service.make(session, workspace_id, query.platform, part)
    if query.after is None:
        return [made] if made else []
    return service.files_after(session, workspace_id, query.platform, part, query.after)
