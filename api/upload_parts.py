"""The parts of a multipart body as they come: a file into a sink, a few small fields into memory. No I/O."""

from collections.abc import Callable

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from api.upload_name import shown_name

FILE = "file"
"""Name of the part that holds the file."""
# Two fields are known; clients may send more, which is no reason to keep them.
FIELD_MAX = 1024
PARTS_MAX = 32
HEADERS_MAX = 16


class BadParts(ValueError):
    """A body that is no form with one file; the text is one line that says what to send."""


def boundary_of(content_type: str) -> bytes:
    """Return what divides the parts. Raises BadParts for another content type."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    # RFC 2046, section 5.1.1: 1 to 70 characters.
    if kind != b"multipart/form-data" or not 1 <= len(boundary) <= 70:
        raise BadParts("send multipart/form-data with a part named `file`")
    return boundary


class Parts:
    """Reads a body piece by piece; what the file holds goes to ``sink`` at once."""

    def __init__(self, content_type: str, sink: Callable[[bytes], None]) -> None:
        """Prepare. Raises BadParts for a content type that is no form's."""
        self._sink = sink
        self.fields: dict[str, str] = {}
        self.filename: str | None = None
        """Name of the file, once its part has begun."""
        self.ended = False
        """The body has come to its end."""
        self._parts = 0
        self._headers: dict[bytes, bytes] = {}
        self._header, self._value = b"", b""
        self._name = ""
        self._in_file = False
        self._field = b""
        self._parser = MultipartParser(
            boundary_of(content_type),
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_end,
                "on_part_data": self._data,
                "on_part_end": self._part_end,
                "on_end": self._end,
            },
            max_header_count=HEADERS_MAX,
        )

    def feed(self, piece: bytes) -> None:
        """Take in the next bytes. Raises BadParts, and what the sink raises."""
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise BadParts(f"not a form as multipart/form-data has them: {error}") from error

    def check(self) -> None:
        """Raise BadParts unless the body has ended and held a file."""
        if not self.ended:
            raise BadParts("the body breaks off before its last boundary")
        if self.filename is None:
            raise BadParts("file: a part of this name, with a filename, is missing")

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > PARTS_MAX:
            raise BadParts(f"more than {PARTS_MAX} parts")
        self._headers, self._header, self._value = {}, b"", b""
        self._name, self._in_file, self._field = "", False, b""

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header, self._value = b"", b""

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if self._name != FILE:
            return
        if b"filename" not in options:
            raise BadParts("file: this part needs a filename")
        if self.filename is not None:
            raise BadParts("file: one file at a time")
        self.filename = shown_name(options[b"filename"])
        self._in_file = True

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._sink(data[start:end])
            return
        self._field += data[start:end]
        if len(self._field) > FIELD_MAX:
            raise BadParts(f"{self._name}: a field has at most {FIELD_MAX} bytes")

    def _part_end(self) -> None:
        if not self._in_file:
            self.fields[self._name] = self._field.decode("utf-8", "replace")

    def _end(self) -> None:
        self.ended = True
