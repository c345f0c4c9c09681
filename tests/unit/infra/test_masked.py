"""What must never stand in a log, in the forms in which it comes there."""

import subprocess
import sys

import pytest

from infra.masked import masked

SECRET = "Zx9-correct_horse"


@pytest.mark.parametrize(
    "line",
    [
        f"opening srt://tv.example:9000?mode=caller&passphrase={SECRET}&latency=200",
        f"srt://tv.example:9000?mode=caller&pass%70hrase={SECRET}",
        f"rtsp://operator:{SECRET}@camera/1",
        f"rtsp://operator:a@{SECRET}@camera/1",
        f"rtmp://in.example/live/{SECRET}",
        f"https://cdn.example/a.m3u8?token={SECRET}#t=1",
        f"postgresql+psycopg2://horus:{SECRET}@db/horus refused",
        f"hrs.3f9a0c11d2e4.{SECRET}",
        f"{{'Authorization': 'Bearer {SECRET}'}}",
        f"Authorization: Bearer {SECRET}",
        f"x-api-key: {SECRET}",
        f"api_key='{SECRET}' other=1",
        f'{{"passphrase": "{SECRET}"}}',
        f"password={SECRET}, next",
        f"streamid={SECRET}",
    ],
)
def test_secret_is_masked(line: str) -> None:
    assert SECRET not in masked(line)


@pytest.mark.parametrize(
    "line",
    [
        "watching url='srt://tv.example:9000?mode=caller&latency=200'",
        "projecting at=horus.ocorrencias.v1[0]@12",
        "GET http://127.0.0.1:8000/api/v1/streams",
        "media://tv1/20261122T031200.000Z/7.ts is not in the media store",
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    assert masked(line) == line


def test_key_can_still_be_told_by_its_id() -> None:
    assert "3f9a0c11d2e4" in masked(f"hrs.3f9a0c11d2e4.{SECRET}")


def test_no_line_of_a_process_tells_a_passphrase_whoever_writes_it() -> None:
    url = f"srt://tv.example:9000?passphrase={SECRET}"
    program = f"""
import logging, structlog
from infra import logs
logs.configure("test")
structlog.get_logger().warning("opening {url}", url="{url}", nested={{"url": "{url}"}})
logging.getLogger("library").error("cannot open %s", "{url}")
try:
    raise ValueError("{url}")
except ValueError:
    structlog.get_logger().exception("failed")
    logging.getLogger("library").exception("failed")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.count("passphrase=***") == 6
    assert SECRET not in done.stderr
