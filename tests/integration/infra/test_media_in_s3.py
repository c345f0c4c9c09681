"""The media store in a bucket, before a server that speaks S3."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fsspec.core import url_to_fs

from infra.local.ports import free_port
from infra.media_store import MediaStore, MissingMedia, Stored, segment_uri
from infra.retention.holds import Held
from infra.retention.sweep import sweep
from infra.storage_config import Storage
from tests.conftest import running

EPOCH = "20261122T120000.000Z"
DAY_S = 86_400.0


def answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of an empty bucket."""
    port, log = free_port(), tmp_path_factory.mktemp("s3") / "log"
    # `python -m moto.server` under the test's own interpreter, bound to loopback.
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with pytest.MonkeyPatch.context() as environment, running(command, lambda: answers(port), log):
        environment.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        url_to_fs("s3://media")[0].mkdir("media")
        yield "s3://media"


def put(store: MediaStore, folder: Path, channel: str, seq: int, content: bytes = b"segment") -> str:
    spooled = folder / "spooled.ts"
    spooled.write_bytes(content)
    uri = segment_uri(channel, EPOCH, seq)
    store.put(uri, spooled)
    assert not spooled.exists()
    return uri


def test_segment_in_a_bucket_is_read_listed_missed_and_removed(bucket: str, tmp_path: Path) -> None:
    store = MediaStore(f"{bucket}/horus")
    first, second = (put(store, tmp_path, "tv1", seq, b"x" * (seq + 1)) for seq in range(2))
    never = segment_uri("tv1", EPOCH, 9)

    assert [store.read(first), store.read(second)] == [b"x", b"xx"]
    assert store.missing([first, never]) == {never}
    assert list(store.folders()) == ["tv1", f"tv1/{EPOCH}"]
    assert {each.uri: each.size for each in store.listing(f"tv1/{EPOCH}")} == {first: 1, second: 2}
    store.remove(first)
    assert store.missing([first, second]) == {first}
    with pytest.raises(MissingMedia, match="is not in the media store"):
        store.read(first)


def test_what_is_put_again_after_a_crash_is_there_once(bucket: str, tmp_path: Path) -> None:
    store = MediaStore(f"{bucket}/again")
    uris = {put(store, tmp_path, "tv1", 0, content) for content in (b"half", b"whole")}

    assert [each.uri for each in store.listing(f"tv1/{EPOCH}")] == list(uris)
    assert store.read(uris.pop()) == b"whole"


def test_retention_takes_from_a_bucket_what_is_too_old(bucket: str, tmp_path: Path) -> None:
    store = MediaStore(f"{bucket}/swept")
    for channel in ("tv1", "tv2"):
        put(store, tmp_path, channel, 0)
    files: list[Stored] = [file for folder in store.folders() for file in store.listing(folder)]
    written = max(file.written for file in files)
    week = Storage(media_keep_s=7 * DAY_S, upload_keep_s=7 * DAY_S)

    kept = sweep(store, week, Held(by_channel={}), written + 6 * DAY_S)
    taken = sweep(store, week, Held(by_channel={}), written + 8 * DAY_S)

    assert (kept.removed, kept.live_bytes) == (0, 2 * len(b"segment"))
    assert (taken.removed, taken.freed, taken.live_bytes) == (2, 2 * len(b"segment"), 0)
    assert store.missing([file.uri for file in files]) == {file.uri for file in files}
