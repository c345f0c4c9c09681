"""Multipart bodies, made byte by byte so that wrong ones can be made too."""

BOUNDARY = b"----horus"
FORM = f"multipart/form-data; boundary={BOUNDARY.decode()}"


def part(name: str, value: bytes, filename: str | bytes | None = None) -> bytes:
    given = filename.encode() if isinstance(filename, str) else filename
    disposition = b'form-data; name="' + name.encode() + b'"'
    if given is not None:
        disposition += b'; filename="' + given + b'"'
    return b"--" + BOUNDARY + b"\r\nContent-Disposition: " + disposition + b"\r\n\r\n" + value + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--" + BOUNDARY + b"--\r\n"
