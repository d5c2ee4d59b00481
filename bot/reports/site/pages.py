"""The pages: the report itself, how each figure is computed, and campaigns side by side."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from bot import metrics
from bot.metrics import BY_NAME, METRICS, Attribution, By, Group
from bot.reports import figures
from bot.reports.figures import Part, Recent, Report
from bot.reports.period import NotAPeriod
from bot.reports.site import report_page as show
from bot.reports.site.charts import HEIGHT
from bot.reports.site.context import COMPARE, FIGURES, LEADS, PageContext, PageQuery, frame
from bot.reports.site.login import HOME, Reader
from bot.reports.site.templates import HEADERS, icon, page, style
from bot.store import keyset

MOST_COMPARED = 6
"""Columns that fit beside each other."""


@dataclass(frozen=True)
class ReportPages:
    """The pages of the report."""

    context: PageContext
    recent: Recent = field(default_factory=Recent)

    def report(self, request: Request) -> Response:
        """The report on some days."""
        with self.context.store.transaction() as session:
            reader, query = self.context.visit(session, request)
            by = query.by if query.by in figures.splits(reader.permissions) else By.CAMPAIGN
            workspace, days, credit = reader.workspace, query.period, query.credit
            pipeline = metrics.pipeline(session, workspace.id)
            report, as_of = self.recent.get(
                ("report", workspace.id, days, by, credit),
                lambda: figures.report(session, workspace, days, by, credit, show.SHOWN),
            )
        facts = frame(reader, query, request, "report")
        content = {"as_of": as_of, "pipeline": show.pipeline(pipeline, reader.permissions)}
        return page("report.html", facts | content | _shown(report, reader, query))

    def figures(self, request: Request) -> Response:
        """Every figure, with its formula and the leads behind it."""
        with self.context.store.transaction() as session:
            reader, query = self.context.visit(session, request)
            workspace, days, credit = reader.workspace, query.period, query.credit
            totals, as_of = self.recent.get(
                ("totals", workspace.id, days, credit),
                lambda: figures.totals(session, workspace, days, credit),
            )
        facts = frame(reader, query, request, "figures")
        groups = [
            (group, [(metric, show.fact(totals, metric.name)) for metric in METRICS
                     if metric.group is group and figures.shows(reader.permissions, metric.name)])
            for group in Group
        ]  # fmt: skip
        leads = {metric.name: query.address(LEADS, metric=metric.name) for metric in METRICS}
        content = {"groups": [each for each in groups if each[1]], "lead_links": leads}
        return page("figures.html", facts | content | {"as_of": as_of})

    def compare(self, request: Request) -> Response:
        """Some campaigns, side by side."""
        with self.context.store.transaction() as session:
            reader, query = self.context.visit(session, request)
            workspace, days, credit = reader.workspace, query.period, query.credit
            parts, as_of = self.recent.get(
                ("campaigns", workspace.id, days, credit),
                lambda: figures.by_campaign(session, workspace, days, credit),
            )
        wanted = request.query_params.getlist("campaign")[:MOST_COMPARED]
        chosen = [part for part in parts if str(part.key) in wanted]
        if not chosen:
            return RedirectResponse(query.address(HOME), 303, HEADERS)
        facts = frame(reader, query, request, "compare")
        return page("compare.html", facts | _side_by_side(chosen, reader) | {"as_of": as_of})


def _shown(report: Report, reader: Reader, query: PageQuery) -> dict[str, Any]:
    """What the report's page shows of a report."""
    permissions = reader.permissions

    def leads_of(part: Part, metric: str) -> str:
        if not part.figures.has(metric):
            return ""
        return query.of_group(LEADS, metric, report.by, part.key)

    names = show.part_columns(permissions)
    missing = show.missing_data(report)
    return {
        "report": report,
        "key_facts": show.key_facts(report, permissions),
        "funnel": show.funnel(report),
        "course": show.course(report),
        "part_bars": show.part_bars(figures.visible_parts(report.parts, report.by, permissions)),
        "columns": [BY_NAME[name] for name in names],
        "rows": show.rows(report, permissions, leads_of),
        "total_cells": [report.total[name] for name in names],
        "most_parts": show.MOST_PARTS,
        "hidden_colleagues": show.hidden_colleagues(report, permissions),
        "can_compare": report.by is By.CAMPAIGN and len(report.parts) > 1,
        "compare_words": query.words_for_form(),
        "dimensions": [
            (by, by is report.by, query.address(HOME, by=by)) for by in figures.splits(permissions)
        ],
        "credits": [
            (credit, credit is query.credit, query.address(HOME, by=report.by, credit=credit))
            for credit in Attribution
        ],
        "missing": missing,
        "missing_links": {fact.name: query.address(LEADS, metric=fact.name) for fact in missing},
        "height": HEIGHT,
    }


def _side_by_side(chosen: list[Part], reader: Reader) -> dict[str, Any]:
    groups = [
        (group, [
            (metric, [(part.figures[metric.name], part.key in show.best(chosen, metric.name))
                      for part in chosen])
            for metric in METRICS
            if metric.group is group and figures.shows(reader.permissions, metric.name)
        ])
        for group in Group
    ]  # fmt: skip
    return {"chosen": chosen, "groups": [each for each in groups if each[1]]}


def unreadable(_request: Request, problem: Exception) -> Response:
    """What stands in the address makes no sense."""
    facts = {"title": "I can't read this", "text": str(problem), "link": HOME,
             "label": "Back to the report"}  # fmt: skip
    return page("message.html", facts, 400)


def router(pages: ReportPages) -> APIRouter:
    """The routes of these pages."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(HOME, pages.report, methods=["GET"])
    routes.add_api_route(FIGURES, pages.figures, methods=["GET"])
    routes.add_api_route(COMPARE, pages.compare, methods=["GET"])
    routes.add_api_route(f"{HOME}/style.css", style, methods=["GET"])
    routes.add_api_route(f"{HOME}/icon.svg", icon, methods=["GET"])
    return routes


UNREADABLE = (NotAPeriod, keyset.BadCursor)
"""What `unreadable` answers."""
