"""Parts of bytes by RFC 9110."""

import pytest
from starlette.requests import Request

from api.ranged import ranged

BODY = bytes(range(100))


def asked(header: str | None) -> Request:
    headers = [] if header is None else [(b"range", header.encode())]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers})


@pytest.mark.parametrize(
    ("header", "status", "part"),
    [
        (None, 200, BODY),
        ("bytes=0-9", 206, BODY[:10]),
        ("bytes=90-", 206, BODY[90:]),
        ("bytes=-5", 206, BODY[95:]),
        ("bytes=90-500", 206, BODY[90:]),
        ("bytes=-500", 206, BODY),
        ("bytes=100-", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=9-3", 416, b""),
        ("bytes=-", 200, BODY),
        ("bytes=0-1,5-6", 200, BODY),
        ("lines=1-2", 200, BODY),
        ("bytes=" + "9" * 5000 + "-", 200, BODY),
        ("bytes=-" + "9" * 5000, 200, BODY),
        ("bytes=\u00b2-\u00b3", 200, BODY),
    ],
)
def test_part_is_what_was_asked(header: str | None, status: int, part: bytes) -> None:
    answer = ranged(BODY, "video/mp2t", asked(header), {})
    assert (answer.status_code, answer.body) == (status, part)
    if status == 206:
        first = BODY.index(part[0])
        assert answer.headers["content-range"] == f"bytes {first}-{first + len(part) - 1}/100"
