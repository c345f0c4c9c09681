"""Forms with a file, however they are cut into pieces, and what is refused of others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.upload_name import NAMELESS, shown_name
from api.upload_parts import BadParts, Parts
from tests.unit.api.uploads.forms import BOUNDARY, FORM, form, part


def read(body: bytes, piece: int = 1 << 16, content_type: str = FORM) -> tuple[Parts, bytes]:
    file = bytearray()
    parts = Parts(content_type, file.extend)
    for start in range(0, len(body), piece):
        parts.feed(body[start : start + piece])
    parts.check()
    return parts, bytes(file)


@given(st.binary(max_size=300), st.integers(1, 70))
def test_file_comes_out_as_it_went_in_however_the_body_is_cut(content: bytes, piece: int) -> None:
    if b"\r\n--" + BOUNDARY in b"\r\n" + content:
        return
    body = form(part("fps", b"2.5"), part("file", content, "a.mp4"), part("debug", b"true"))

    parts, file = read(body, piece)

    assert file == content
    assert (parts.filename, parts.fields) == ("a.mp4", {"fps": "2.5", "debug": "true"})


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("notícias 📺 עברית.mp4".encode(), "notícias 📺 עברית.mp4"),
        (b"../../etc/passwd", "passwd"),
        (b"C:\\videos\\clip.mp4", "clip.mp4"),
        (b"a\0b\r\x1b[31m.mp4", "ab[31m.mp4"),
        ("clip\u202e4pm.exe".encode(), "clip4pm.exe"),
        (b"\xff\xfe.mp4", "\ufffd\ufffd.mp4"),
        (b"..", ".."),
        (b"folder/", NAMELESS),
        (b"", NAMELESS),
        (b"x" * 5000, "x" * 255),
    ],
)
def test_name_is_for_people_and_holds_no_folder_and_no_trick(given: bytes, shown: str) -> None:
    assert shown_name(given) == shown


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (form(part("fps", b"1")), "is missing"),
        (form(part("file", b"no filename")), "needs a filename"),
        (form(part("file", b"a", "a"), part("file", b"b", "b")), "one file"),
        (form(part("file", b"a", "a"))[:-10], "breaks off"),
        (b"not a form at all", "multipart"),
        (b"", "breaks off"),
        (form(part("fps", b"1" * 5000), part("file", b"a", "a")), "at most 1024 bytes"),
        (form(*[part(f"f{n}", b"") for n in range(100)]), "more than 32 parts"),
    ],
)
def test_what_is_no_form_with_one_file_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(BadParts, match=reason):
        read(body)


@pytest.mark.parametrize(
    "content_type",
    ["", "application/json", "multipart/form-data", "multipart/form-data; boundary=" + "x" * 99],
)
def test_other_content_types_are_refused(content_type: str) -> None:
    with pytest.raises(BadParts, match="multipart/form-data"):
        Parts(content_type, bytearray().extend)
