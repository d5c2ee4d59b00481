"""Reports of ad platforms: recognised by their columns, which are called in the account's language.

The names are those that the platforms write into their CSV exports in English, German, Spanish,
French, Italian, Portuguese, Dutch, Polish and Russian; any other file is read once somebody has
said which platform it is from and what its columns mean. The rows are read in `bot.spend.rows`.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from bot.errors import HandoffError
from bot.money import is_any_mark


class Platform(StrEnum):
    """The platforms that we know by name."""

    GOOGLE_ADS = "google_ads"
    META = "meta"
    LINKEDIN = "linkedin"
    MICROSOFT = "microsoft_ads"
    TIKTOK = "tiktok"
    OTHER = "csv"


_LABELS: Mapping[str, str] = {
    Platform.GOOGLE_ADS: "Google Ads",
    Platform.META: "Meta",
    Platform.LINKEDIN: "LinkedIn",
    Platform.MICROSOFT: "Microsoft Ads",
    Platform.TIKTOK: "TikTok",
    Platform.OTHER: "Other",
}
LONGEST_PLATFORM = 60
"""The most characters of a platform's name."""

SKIP = "skip"

MEANINGS: Mapping[str, str] = {
    SKIP: "Leave out",
    "campaign": "Campaign",
    "day": "Day",
    "day_first": "Day, day first",
    "month_first": "Day, month first",
    "week": "First day of a week",
    "month": "Month",
    "last_day": "Last day",
    "line": "Budget line",
    "amount": "Amount",
    "decimal_point": "Amount, as 1,234.50",
    "decimal_comma": "Amount, as 1.234,50",
    "currency": "Currency",
}
"""What a column can mean, in words."""

# Several meanings say the same of a row, each in its own way.
_KINDS = {
    "day_first": "day", "month_first": "day", "week": "day", "month": "day",
    "decimal_point": "amount", "decimal_comma": "amount",
}  # fmt: skip

_DAY = "day|tag|día|jour|giorno|dia|dag|dzień|день"
_PERIODS = {
    "week": "week|woche|semana|semaine|settimana|tydzień|неделя",
    "month": "month|monat|mes|mois|mese|mês|maand|miesiąc|месяц",
}
_CAMPAIGN = "campaign|kampagne|campaña|campagne|campagna|campanha|kampania|кампания"
_CAMPAIGN_NAME = (
    "campaign name|kampagnenname|name der kampagne|nombre de la campaña|nom de la campagne|"
    "nome della campagna|nome campagna|nome da campanha|campagnenaam|naam van campagne|"
    "nazwa kampanii|название кампании"
)
_CURRENCY = (
    "currency|currency code|währung|währungscode|moneda|divisa|código de moneda|"
    "código de la moneda|devise|code de devise|code devise|valuta|codice valuta|moeda|"
    "código da moeda|código de moeda|valutacode|waluta|kod waluty|валюта|код валюты"
)
_COST = "cost|kosten|coste|costo|coût|custo|koszt|стоимость|расходы|расход"
_SPEND = "spend|ausgaben|gasto|dépenses|spesa|gastos|besteding|wydatki|затраты"

# By platform: the names of columns, and what each means. `first_day` begins the period that
# `last_day` ends.
_COLUMNS: Mapping[Platform, Mapping[str, str]] = {
    Platform.GOOGLE_ADS: {
        "campaign": _CAMPAIGN, "day": _DAY, **_PERIODS, "amount": _COST, "currency": _CURRENCY,
    },
    Platform.META: {
        "campaign": _CAMPAIGN_NAME,
        "day": _DAY,
        **_PERIODS,
        "first_day": (
            "reporting starts|berichtsstart|beginn des auswertungszeitraums|auswertungsbeginn|"
            "inicio del informe|début des rapports|début du rapport|inizio dei report|"
            "inizio del report|início dos relatórios|início do relatório|begin rapportage|"
            "rapportagestart|start rapportage|początek raportowania|początek raportu|"
            "дата начала отчетности|начало отчетности"
        ),
        "last_day": (
            "reporting ends|berichtsende|ende des auswertungszeitraums|auswertungsende|"
            "fin del informe|fin des rapports|fin du rapport|fine dei report|fine del report|"
            "término dos relatórios|término do relatório|fim dos relatórios|einde rapportage|"
            "rapportage-einde|koniec raportowania|koniec raportu|дата окончания отчетности|"
            "окончание отчетности"
        ),
        "amount": (
            "amount spent|ausgegebener betrag|importe gastado|montant dépensé|importo speso|"
            "valor usado|valor gasto|montante gasto|besteed bedrag|uitgegeven bedrag|"
            "wydana kwota|kwota wydana|потраченная сумма|сумма затрат"
        ),
        "currency": _CURRENCY,
    },
    Platform.LINKEDIN: {
        "campaign": _CAMPAIGN_NAME,
        "month_first": "start date",
        "day": "startdatum|date de début|fecha de inicio|data di inizio|data de início|"
               "begindatum|data rozpoczęcia|дата начала",
        "amount": "total spent|gesamtausgaben|total dépensé|montant total dépensé|total gastado|"
                  "importe total gastado|totale speso|importo totale speso|total gasto|"
                  "totaal besteed|totaal uitgegeven|suma wydatków|łącznie wydano|всего потрачено",
        "currency": _CURRENCY,
    },
    Platform.MICROSOFT: {
        "campaign": f"{_CAMPAIGN}|{_CAMPAIGN_NAME}",
        "day": "gregorian date|time period",
        "amount": _SPEND,
        "currency": _CURRENCY,
    },
    Platform.TIKTOK: {
        "campaign": _CAMPAIGN_NAME,
        "day": "by day|stat time day",
        "amount": _COST,
        "currency": _CURRENCY,
    },
}  # fmt: skip
_OTHERS = {
    "campaign": f"{_CAMPAIGN}|{_CAMPAIGN_NAME}",
    "day": f"{_DAY}|date|datum|fecha|data|дата|gregorian date|time period|by day|stat time day",
    "first_day": "start date|startdatum|from|von|first day",
    "last_day": "end date|enddatum|to|bis|last day",
    **_PERIODS,
    "amount": f"{_COST}|{_SPEND}|amount|total spent|amount spent|betrag|importe|montant|importo|"
              "valor|bedrag|kwota|сумма",
    "line": "channel|line|kanal|canal|canale|kanaal|kanał|канал",
    "currency": _CURRENCY,
}  # fmt: skip
_NEEDED = ("campaign", "day", "amount")
# The narrower it is, the better a column says when: each one hides those that follow.
_DAYS = ("day", "month_first", "first_day", "week", "month")
# What a header adds: a currency, or the zone of the day.
_ZONE = re.compile(r"\s*\((?:in |en |em |w |в )?utc\)$", re.IGNORECASE)
_ADDED = re.compile(r"^(.*?)\s*(?:[(\[](?:in )?([^()\[\]]{1,12})[)\]]|[ ,]+(?:in )?(\w{3}|\W))$")


def _by_name(columns: Mapping[str, str]) -> Mapping[str, str]:
    return {name: meaning for meaning, names in columns.items() for name in names.split("|")}


_KNOWN = {platform: _by_name(columns) for platform, columns in _COLUMNS.items()}
_USUAL = _by_name(_OTHERS)


class ColumnMissing(HandoffError):
    """No column is the {meaning}. Choose one."""


class TwoColumns(HandoffError):
    """“{first}” and “{second}” can't both be the {meaning}. Leave one out."""


class PlatformMissing(HandoffError):
    """I can't tell which platform this is from. Choose one, for example TikTok."""


def is_known(name: str) -> bool:
    """Whether an ad platform calls a column so."""
    return any(_name(name) in names for names in _KNOWN.values())


def recognise(header: Sequence[str]) -> Platform | None:
    """Whose export has this header; None for any other file."""
    return next((each for each, names in _KNOWN.items() if _fits(header, names)), None)


def _fits(header: Sequence[str], names: Mapping[str, str]) -> bool:
    known = {names.get(_name(each)) for each in header}
    return {"campaign", "amount"} <= known and not known.isdisjoint(_DAYS)


def platform_named(words: str) -> str:
    """The platform that is called or stored so, as it is stored: one of `Platform`, or its name.

    Empty words are no platform. `tiktok ads` is TikTok.
    """
    if words in _LABELS:
        return words
    name = " ".join(words.replace(":", " ").split())[:LONGEST_PLATFORM].strip()
    known = next((each for each, label in _LABELS.items() if _same(label) == _same(name)), None)
    return str(known) if known else name[:1].upper() + name[1:]


def label_of(platform: str) -> str:
    """The platform by its name, and the line that its spend is of."""
    return _LABELS.get(platform, platform)


def key_of(platform: str) -> str:
    """What makes two platforms the same one, however they are written."""
    return platform if platform in _LABELS else _same(platform)


def _same(name: str) -> str:
    return name.casefold().removesuffix(" ads")


def guess(header: Sequence[str], platform: Platform | None) -> list[str]:
    """What each column means; the first of a meaning has it."""
    known = _KNOWN.get(platform, _USUAL) if platform else _USUAL
    guesses = [known.get(_name(name), SKIP) for name in header]
    day = next((each for each in _DAYS if each in guesses), None)
    meanings: list[str] = []
    for meaning in guesses:
        is_hidden = meaning in _DAYS and meaning != day
        is_hidden |= meaning == "last_day" and day != "first_day"
        is_hidden |= ("day" if meaning == "first_day" else meaning) in meanings
        meanings.append(SKIP if is_hidden else "day" if meaning == "first_day" else meaning)
    return meanings


def currency_of(header: Sequence[str], meanings: Sequence[str]) -> str | None:
    """The currency that the amount's column names, as Meta does in brackets: a code or a sign."""
    named = next((name for name, each in zip(header, meanings, strict=True)
                  if kind_of(each) == "amount"), "")  # fmt: skip
    return _parts(named)[1]


def kind_of(meaning: str) -> str:
    """What a column says of a row, however it says it."""
    return _KINDS.get(meaning, meaning)


def check(header: Sequence[str], meanings: Sequence[str], *, one_campaign: bool) -> None:
    """See that rows can be read by these meanings. Raises ColumnMissing, TwoColumns."""
    seen: dict[str, str] = {}
    for name, meaning in zip(header, meanings, strict=True):
        kind = kind_of(meaning)
        if kind != SKIP and kind in seen:
            raise TwoColumns(first=seen[kind], second=name, meaning=MEANINGS[kind].lower())
        seen[kind] = name
    for each in _NEEDED:
        if each not in seen and not (each == "campaign" and one_campaign):
            raise ColumnMissing(meaning=MEANINGS[each].lower())


def is_readable(header: Sequence[str], meanings: Sequence[str], *, one_campaign: bool) -> bool:
    """Whether `check` finds nothing wrong."""
    try:
        check(header, meanings, one_campaign=one_campaign)
    except HandoffError:
        return False
    return True


def _name(column: str) -> str:
    return _parts(column)[0]


def _parts(column: str) -> tuple[str, str | None]:
    """A column's name as we know it, and the currency that stands behind it."""
    name = _ZONE.sub("", " ".join(column.replace("_", " ").split()))
    match = _ADDED.match(name)
    mark = (match[2] or match[3]) if match else None
    # `Cost (all)` is no Albanian lek.
    is_written_so = mark is not None and (mark == mark.upper() or "_" in column)
    if match is None or mark is None or not (is_written_so and is_any_mark(mark)):
        return name.casefold(), None
    return match[1].casefold(), mark.upper()
