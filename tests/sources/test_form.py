"""Plain forms in the encodings that sites are written in."""

from urllib.parse import urlencode

import pytest

from bot.sources import SOURCES
from bot.sources.lead_payload import LeadPayload

URLENCODED = "application/x-www-form-urlencoded"


def read(body: bytes, content_type: str = URLENCODED) -> LeadPayload:
    [found] = SOURCES["form"].parse(body, content_type)
    assert isinstance(found, LeadPayload)
    return found


def written(encoding: str, **fields: str) -> bytes:
    return urlencode({"email": "a@example.org", **fields}, encoding=encoding).encode()


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("iso-8859-2", "Łukasz"), ("koi8-r", "Ольга"), ("windows-1251", "Ольга"), ("utf-8", "Jörg"),
     ("shift_jis", "花子"), ("iso-8859-1", "Jörg"), ("ISO-8859-15", "Œuvre")],
)  # fmt: skip
def test_a_form_is_read_in_the_encoding_that_it_names(encoding: str, name: str) -> None:
    header = f"{URLENCODED}; charset={encoding}"
    assert read(written(encoding, first_name=name), header).first_name == name
    announced = written(encoding, first_name=name, _charset_=encoding)
    assert read(announced).first_name == name
    assert read(announced, f"{URLENCODED}; charset=utf-8").first_name == name


def test_what_is_no_utf_8_is_windows_1252() -> None:
    payload = read(written("cp1252", first_name="Zoë", last_name="Groß", company="Größe – €"))
    assert (payload.first_name, payload.last_name) == ("Zoë", "Groß")
    assert payload.company == "Größe – €"
    parts = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    body = parts % (b"email", b"a@example.org") + parts % (b"first_name", b"Zo\xeb") + b"--x--\r\n"
    assert read(body, "multipart/form-data; boundary=x").first_name == "Zoë"


def test_what_windows_calls_latin_1_has_its_own_letters() -> None:
    body = written("cp1252", company="Müller – Söhne", _charset_="iso-8859-1")
    assert read(body).company == "Müller – Söhne"


@pytest.mark.parametrize("named", ["", "x-unknown", "base64", "idna", "rot13", "\x00", "utf-16"])
def test_an_encoding_that_no_form_is_written_in_is_none(named: str) -> None:
    payload = read(written("utf-8", first_name="Jörg", _charset_=named))
    assert payload.first_name == "Jörg"
    assert payload.unplaced == []
