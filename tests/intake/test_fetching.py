"""A vendor's API over real HTTP: what is asked, and what each answer means."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bot.intake.fetching import Api
from bot.tasks import GiveUp, Postpone

TOKEN = "a-token-of-the-tests"


class Product:
    """A vendor's API that answers as it is told."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        self.status, self.headers = 200, dict[str, str]()
        self.body = b"{}"
        self.answers: Callable[[str], bytes | None] = lambda _path: self.body
        """By path; None: it is not there."""
        self.open = threading.Event()
        """While it is not set, nobody is answered."""
        self.open.set()
        product = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                product.requests.append((self.path, self.headers["Authorization"]))
                product.open.wait()
                body = product.answers(self.path)
                with suppress(ConnectionError):  # who asked may have been killed
                    self.send_response(product.status if body is not None else 404)
                    for name, value in product.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body or b"")))
                    self.end_headers()
                    self.wfile.write(body or b"")

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1/"

    def tell(self, value: Any) -> None:
        self.body = json.dumps(value).encode()

    def close(self) -> None:
        self.open.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def product() -> Iterator[Product]:
    product = Product()
    yield product
    product.close()


def test_the_token_goes_into_a_header_and_never_into_the_address(product: Product) -> None:
    product.tell({"id": 9_223_372_036_854_775_807})
    found = Api(product.address, TOKEN).get("/77", "id", fields="id,form_id")
    assert found == {"id": 9_223_372_036_854_775_807}
    assert product.requests == [("/v1/77?fields=id%2Cform_id", f"Bearer {TOKEN}")]


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [(429, {"Retry-After": "7"}, 7), (429, {}, 30), (500, {}, 30), (503, {"Retry-After": "x"}, 30),
     (429, {"Retry-After": "999999"}, 3600), (429, {"Retry-After": "-1"}, 1), (408, {}, 30),
     (503, {"Retry-After": "1.5"}, 1.5), (302, {"Location": "https://example.com"}, 30),
     (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 1), (425, {}, 30),
     (503, {"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}, 3600)],
)  # fmt: skip
def test_a_vendor_that_is_busy_is_asked_later(
    product: Product, status: int, headers: dict[str, str], seconds: float
) -> None:
    product.status, product.headers = status, headers
    with pytest.raises(Postpone) as error:
        Api(product.address, TOKEN).get("/77", "id")
    assert error.value.seconds == seconds


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 410])
def test_a_refusal_is_for_an_admin(product: Product, status: int) -> None:
    product.status = status
    with pytest.raises(GiveUp, match=f"/77 .HTTP {status}") as error:
        Api(product.address, TOKEN).get("/77", "id")
    assert TOKEN not in str(error.value)


BODIES = [b"<html>", b"", b"null", b"[]", b"7", b'"id"', b"{}", b'{"error": {"code": 1}}',
          b'{"id": 1', b"\xff\xfe", b"[" * 100_000, b'{"id": ' + b"1" * 5_000 + b"}"]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_what_is_not_the_vendors_answer_is_asked_for_later(product: Product, body: bytes) -> None:
    product.body = body
    with pytest.raises(Postpone, match="no JSON object with id"):
        Api(product.address, TOKEN).get("/77", "id")


def test_an_answer_that_cannot_be_unpacked_is_asked_for_later(product: Product) -> None:
    product.headers = {"Content-Encoding": "gzip"}
    with pytest.raises(Postpone, match="DecodingError"):
        Api(product.address, TOKEN).get("/77", "id")


def test_nobody_at_all_is_asked_later() -> None:
    with pytest.raises(Postpone, match="ConnectError"):
        Api("http://127.0.0.1:1", TOKEN).get("/77", "id")
