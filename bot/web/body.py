"""The raw body of a request, never longer than what we are ready to hold."""

from fastapi import HTTPException, Request
from starlette.requests import ClientDisconnect

# 1 MiB: a lead is a page of text; Slack's own requests are far smaller.
LARGEST = 1024 * 1024


async def raw_body(request: Request) -> bytes:
    """Read the body; 413 as soon as it is, or says it will be, over the limit."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > LARGEST:
        raise _too_large()
    body = bytearray()
    try:
        async for chunk in request.stream():
            body.extend(chunk)
            if len(body) > LARGEST:
                raise _too_large()
    except ClientDisconnect:
        raise HTTPException(400, "The body ended too early.") from None
    return bytes(body)


def _too_large() -> HTTPException:
    return HTTPException(413, "The body is larger than 1 MiB.", headers={"Connection": "close"})
