"""Files for those who read the pages: a sheet in the days of the page, and the leads of a page of
leads, as CSV, XLSX or JSON."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import StreamingResponse

from bot.reports.files import FileKind, Rows, as_csv, as_json, write_xlsx
from bot.reports.sheets import SHEETS
from bot.reports.site.context import LeadsQuery, PageContext
from bot.reports.site.login import HOME
from bot.reports.site.templates import HEADERS

_PIECE = 64 * 1024


@dataclass(frozen=True)
class Files:
    """Where the files are handed out."""

    context: PageContext

    def download(self, name: str, kind: FileKind, request: Request) -> Response:
        """One sheet as a file, as far as the reader's permissions goes."""
        with self.context.store.transaction() as session:
            reader, query = self.context.visit(session, request)
        sheet = SHEETS.get(name)
        if sheet is None or not sheet.is_for(reader.permissions):
            raise HTTPException(404, "There is no such file.")
        header = sheet.header(reader.permissions)
        question = LeadsQuery.of(query, reader.permissions)
        wanted = question.wanted(query)
        rows = sheet.rows(self.context.store, reader.workspace, wanted, reader.permissions)
        which = name if question.is_of_all else f"{name}_{question.metric}"
        title = f"{which}_{query.period.first}_{query.period.last}.{kind}"
        return StreamingResponse(
            pieces(kind, name, header, rows),
            media_type=kind.media_type,
            headers=HEADERS | {"Content-Disposition": f'attachment; filename="{title}"'},
        )


def pieces(kind: FileKind, name: str, header: list[str], rows: Rows) -> Iterator[bytes]:
    """The file, a piece at a time."""
    if kind is FileKind.CSV:
        return as_csv(header, rows, for_excel=True)
    return as_json(header, rows) if kind is FileKind.JSON else _book(name, header, rows)


def _book(name: str, header: list[str], rows: Rows) -> Iterator[bytes]:
    """A workbook is a zip archive, so it is written to the end before its first byte is known."""
    handle, place = tempfile.mkstemp(suffix=".xlsx")
    os.close(handle)
    path = Path(place)
    try:
        write_xlsx(path, name, header, rows)
        with path.open("rb") as written:
            while piece := written.read(_PIECE):
                yield piece
    finally:
        path.unlink()


def router(files: Files) -> APIRouter:
    """The route of the files."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(f"{HOME}/files/{{name}}.{{kind}}", files.download, methods=["GET"])
    return routes
