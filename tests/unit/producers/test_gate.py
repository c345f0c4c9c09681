"""The proxy of HTTP sources: playlists and redirects reach no host that is not allowed. All on loopback."""

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import imageio_ffmpeg
import msgspec
import pytest

from infra.host_policy import HostPolicy, policy
from producers.gate import BadRequest, Gate, wanted
from producers.sources import source

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
SOON_S = 30.0
Answer = Callable[[str], tuple[int, dict[str, str], bytes]]


def named() -> HostPolicy:
    """Only tv.example is allowed, which is this machine; its address as such is not."""
    return msgspec.structs.replace(
        policy("tv.example", "HORUS_STREAM_HOSTS"), lookup=lambda _: ("127.0.0.1",)
    )


class Asked(BaseHTTPRequestHandler):
    """Answers by a function of the path, and keeps what was asked."""

    def __init__(self, answer: Answer, asked: list[tuple[str, str]], *rest: object) -> None:
        self._answer, self._asked = answer, asked
        super().__init__(*rest)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self._asked.append((self.path, self.headers.get("Host", "")))
        status, headers, body = self._answer(self.path)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    asked: list[tuple[str, str]] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Asked, answer, asked)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], asked
        server.shutdown()


@contextmanager
def gate() -> Iterator[Gate]:
    opened = Gate(named())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def segment(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("segment") / "0.ts"
    subprocess.run(
        [FFMPEG, "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25:duration=1", str(file)],
        check=True,
    )
    return file.read_bytes()


def read(url: str, proxy: Gate) -> subprocess.CompletedProcess[str]:
    """Have ffmpeg read a source as the ingest does."""
    opened = source(url, proxy.url)
    command = [FFMPEG, "-v", "error", "-nostdin", *opened.options, "-i", opened.url, "-f", "null", "-"]
    return subprocess.run(command, capture_output=True, text=True, timeout=SOON_S, check=False)


def playlist(*addresses: str) -> bytes:
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:1"]
    lines += [line for each in addresses for line in ("#EXTINF:1.0,", each)]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""]).encode()


def test_a_playlist_of_an_allowed_host_is_read_through_the_gate(segment: bytes) -> None:
    def answer(path: str) -> tuple[int, dict[str, str], bytes]:
        return (200, {}, playlist("one.ts", "two.ts") if ".m3u8" in path else segment)

    with serving(answer) as (port, asked), gate() as opened:
        done = read(f"http://tv.example:{port}/live/x.m3u8?sig=1", opened)
    assert (done.returncode, done.stderr) == (0, "")
    assert [path for path, _ in asked] == ["/live/x.m3u8?sig=1", "/live/one.ts", "/live/two.ts"]
    assert {host for _, host in asked} == {f"tv.example:{port}"}


@pytest.mark.parametrize("how", ["playlist", "https playlist", "redirect"])
def test_what_an_allowed_host_points_at_hears_nothing_unless_it_is_allowed_too(how: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as forbidden:
        forbidden.settimeout(0.0)
        scheme = "https" if how == "https playlist" else "http"
        elsewhere = f"{scheme}://127.0.0.1:{forbidden.getsockname()[1]}/secret.ts"

        def answer(_: str) -> tuple[int, dict[str, str], bytes]:
            if how == "redirect":
                return 302, {"Location": elsewhere}, b""
            return 200, {}, playlist(elsewhere)

        with serving(answer) as (port, asked), gate() as opened:
            done = read(f"http://tv.example:{port}/x.m3u8", opened)
        assert asked
        with pytest.raises(BlockingIOError):
            forbidden.accept()
    assert done.stderr != ""


def test_a_tunnel_carries_bytes_both_ways() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, gate() as opened:
        port = int(opened.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), SOON_S) as client:
            client.sendall(f"CONNECT tv.example:{server.getsockname()[1]} HTTP/1.1\r\n\r\n".encode())
            assert client.recv(100).startswith(b"HTTP/1.1 200 ")
            there, _ = server.accept()
            with there:
                client.sendall(b"question")
                assert there.recv(100) == b"question"
                there.sendall(b"answer")
                assert client.recv(100) == b"answer"


@pytest.mark.parametrize(
    "request_line",
    [
        b"CONNECT 127.0.0.1:443 HTTP/1.1",
        b"GET http://169.254.169.254/ HTTP/1.1",
        b"GET http://[::1]/ HTTP/1.1",
    ],
)
def test_a_host_that_is_not_allowed_is_a_403(request_line: bytes) -> None:
    with gate() as opened:
        port = int(opened.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), SOON_S) as client:
            client.sendall(request_line + b"\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 403 ")


def test_a_request_is_sent_on_for_one_answer_without_what_is_the_proxys() -> None:
    head = b"GET http://tv.example/a?b=c HTTP/1.1\r\nHost: tv.example\r\nConnection: keep-alive\r\nProxy-X: 1"
    asked = wanted(head)
    assert (asked.host, asked.port) == ("tv.example", 80)
    assert asked.head == b"GET /a?b=c HTTP/1.1\r\nHost: tv.example\r\nConnection: close\r\n\r\n"
    assert b"GET /?b HTTP" in wanted(b"GET http://tv.example?b HTTP/1.1").head


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"GET / HTTP/1.1",
        b"GET ftp://tv.example/ HTTP/1.1",
        b"CONNECT tv.example HTTP/1.1",
        b"GET http:/// HTTP/1.1",
        b"GET http://[/ HTTP/1.1",
        b"\xff\xfe",
        b"GET http://tv.example:99999/ HTTP/1.1",
    ],
)
def test_what_is_no_request_to_a_proxy_is_refused(head: bytes) -> None:
    with pytest.raises(BadRequest):
        wanted(head)
