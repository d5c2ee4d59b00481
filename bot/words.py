"""Words as they compare: without case, accents, punctuation and the marks that nobody sees."""

import re
import unicodedata

# What NFKD leaves as it is, though people write it either way.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ё": "е"})


def plain_words(text: str) -> str:
    """The words of a text: small letters and digits of any script, one space between them.

    Accents go, except where they make another letter (й).
    """
    folded = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    parts = unicodedata.normalize("NFKD", folded.replace("й", "\ue000"))
    bare = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", bare.replace("\ue000", "й")))
