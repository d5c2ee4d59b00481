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
from bot.reports.service.sheets import SHEETS
from bot.reports.site.door import HOME
from bot.reports.site.frame import House
from bot.reports.site.paper import HEADERS
from bot.reports.site.question import Question

_PIECE = 64 * 1024


@dataclass(frozen=True)
class Files:
    """Where the files are handed out."""

    house: House

    def download(self, name: str, kind: FileKind, request: Request) -> Response:
        """One sheet as a file, as far as the reader's sight goes."""
        with self.house.store.transaction() as session:
            reader, asked = self.house.visit(session, request)
        sheet = SHEETS.get(name)
        if sheet is None or not sheet.is_for(reader.sight):
            raise HTTPException(404, "There is no such file.")
        header = sheet.header(reader.sight)
        question = Question.of(asked, reader.sight)
        wanted = question.wanted(asked)
        rows = sheet.rows(self.house.store, reader.workspace, wanted, reader.sight)
        which = name if question.is_of_all else f"{name}_{question.metric}"
        title = f"{which}_{asked.period.first}_{asked.period.last}.{kind}"
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
