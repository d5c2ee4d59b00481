"""Where leads come from: one file a source, and one line here."""

from bot.leads.sources import api, form
from bot.leads.sources.contract import Source

SOURCES: dict[str, Source] = {source.slug: source for source in (api.SOURCE, form.SOURCE)}

__all__ = ["SOURCES", "Source"]
