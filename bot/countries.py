"""Countries as people write them: a code, or a name in one of the languages of our users.

The names and the zones are those of Unicode's CLDR, as Babel carries them.
"""

from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global

from bot.words import plain_words

_LANGUAGES = ("en", "de", "es", "fr", "it", "pt", "nl", "pl", "ru")

# What people write and CLDR does not.
_ALSO = {
    "GB": "u k, great britain, england, scotland, wales, northern ireland, britain, "
    "grossbritannien, gran bretana, grande bretagne, gran bretagna, inghilterra, angleterre, "
    "inglaterra, groot brittannie, anglia, великобритания, англия",
    "US": "united states of america, the united states, america, usa, u s, u s a, vereinigte "
    "staaten von amerika, amerika, etats unis d amerique, eeuu, ee uu, stati uniti d america, сша",
    "NL": "holland, the netherlands, holanda, hollande, olanda, голландия",
    "CZ": "czech republic, tschechische republik, republica checa, republique tcheque, "
    "repubblica ceca",
    "RU": "russian federation, российская федерация, рф",
    "KR": "korea, republic of korea, korea republic of",
    "TR": "turkey",
    "CN": "people s republic of china, p r china",
    "AE": "uae, u a e",
    "MK": "macedonia",
    "CI": "ivory coast",
    "CH": "swiss",
    "BY": "belorussia, белоруссия",
    "VN": "viet nam",
    "IR": "iran islamic republic of",
    "MD": "moldova republic of, молдавия",
    "TW": "taiwan province of china",
    "TZ": "tanzania united republic of",
    "HK": "hong kong",
    "MO": "macao, macau",
}

# Codes of CLDR that are none of a country.
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ"})


@lru_cache(1_024)
def country_code(written: str) -> str | None:
    """The ISO 3166 code (two letters) of a country's name or code; None for anything else."""
    words = plain_words(written[:80])
    if (code := words.upper()) in _codes():  # most lists have codes, and the names take 10 MB
        return code
    return _names().get(words) or _names().get(words.removeprefix("the "))


@cache
def country_of_zone(zone: str) -> str | None:
    """The country in which a time zone of the IANA lies; None for one of no country."""
    place = get_global("zone_aliases").get(zone, zone)
    country = get_global("zone_territories").get(place)
    return country if country in _codes() else None


@cache
def _codes() -> frozenset[str]:
    """All codes of countries; CLDR has regions (001: the world) beside them."""
    regions = map(str, Locale("en").territories)
    return frozenset(each for each in regions if len(each) == 2 and each.isalpha()) - _NO_COUNTRIES


@cache
def _names() -> dict[str, str]:
    """Codes by name; a name that two languages give to different countries is the first one's."""
    codes_by_name: dict[str, str] = {}
    for alias, codes in get_global("territory_aliases").items():
        name = str(alias)
        if len(codes) == 1 and codes[0] in _codes() and name.isalpha() and len(name) <= 3:
            codes_by_name.setdefault(name.casefold(), codes[0])
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code in _codes():
                codes_by_name.setdefault(plain_words(name), code)
                codes_by_name.setdefault(plain_words(name.replace("&", " and ")), code)
    also = ((name, code) for code, names in _ALSO.items() for name in names.split(", "))
    for name, code in also:
        codes_by_name.setdefault(plain_words(name), code)
    return codes_by_name
