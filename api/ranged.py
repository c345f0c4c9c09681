"""A part of some bytes, as a Range header asks (RFC 9110, section 14); for files Starlette has its own."""

import re

from starlette.requests import Request
from starlette.responses import Response

# Eighteen digits: more than any file has bytes, and always a number that Python reads.
_ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def ranged(body: bytes, media_type: str, request: Request, headers: dict[str, str]) -> Response:
    """Return all of ``body`` (200), the range asked for (206), or 416 for one outside it.

    Anything but one plain range is answered with all of it, as the standard allows.
    """
    headers = {**headers, "Accept-Ranges": "bytes"}
    found = _ONE_RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if found is None or found.group(0) == "bytes=-":
        return Response(body, 200, headers, media_type)
    first, last = _bounds(found.group(1), found.group(2), len(body))
    if first > last:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{len(body)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
    return Response(body[first : last + 1], 206, headers, media_type)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1
