"""Schemathesis over every operation of the API: nothing answers 5xx, nothing what the document does not tell.

On a Horus of its own: real Kafka and Postgres, projector, ingest and API, on free ports and in a folder that
is removed. Streams and webhooks may lead to two loopback addresses alone; the policy lists addresses and no
word, so not even a resolver is asked. Exits with 1 when something was found or an operation was not reached.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import requests
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from benchmarks.fuzz_cases import AnyCase, Lead, examples_of, operations, rounds
from benchmarks.fuzz_verdict import Finding, Verdict
from benchmarks.push_place import KEY, START_S, Place, servers, started
from infra.local.ports import free_port

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
HEADERS = {"X-API-Key": KEY}
ALLOWED = "127.0.0.1,::1"
FORBIDDEN = "127.0.0.2"
"""Loopback too, so that nothing would leave the machine if the policy failed."""
# Each one is an ffmpeg; as many as a machine of two cores bears beside the rest.
CHANNELS = 4
# Cases of one operation and kind in a row; few, so that the first round reaches all operations soon.
SHARE, SHARE_SHORT = 8, 3
SHORT = 1000
"""Requests below which a share is the short one."""
# On a busy machine; what takes longer is a finding.
ANSWER_S = 60.0
ENDLESS = frozenset({"/api/v1/events"})
SILENCE_S = 3.0
"""After so many seconds without a word an answer without an end is taken as it is."""
RARE = ENDLESS | {"/api/v1/session"}
"""Of which one case in a row is asked: they take long, or wrong keys would shut us out (api/attempts.py)."""
CLIP = "clip.jpg"
"""Evidence that is there."""


class Sink(BaseHTTPRequestHandler):
    """Takes what webhooks bring, and is no television."""

    def do_POST(self) -> None:
        """Take it; every other one fails, so that there are dead letters."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(random.choice((204, 500)))
        self.end_headers()

    def do_GET(self) -> None:
        """Have nothing."""
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def listening(host: str) -> Iterator[ThreadingHTTPServer]:
    """Run a sink on a free port of a loopback address."""
    with ThreadingHTTPServer((host, 0), Sink) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


@contextmanager
def serving(place: Place) -> Iterator[str]:
    """Run projector, ingest and API; yields the API's address. Ends them, and the channels that are left."""
    environment = {
        "HORUS_STREAM_HOSTS": ALLOWED,
        "HORUS_WEBHOOK_HOSTS": ALLOWED,
        "HORUS_CHANNELS_MAX": str(CHANNELS),
        "HORUS_WEBHOOK_ATTEMPTS": "2",
        "HORUS_WEBHOOK_TIMEOUT_S": "2",
        # No stage runs that would analyse a file: its answer is that it is queued.
        "HORUS_UPLOAD_WAIT_S": "0",
    }
    processes = [started(place, module, module, **environment) for module in ("projections", "producers")]
    clips = place.home / "clips"
    clips.mkdir()
    (clips / CLIP).write_bytes(b"\xff\xd8 no picture")
    port = free_port()
    processes.append(started(place, "api", "api", HORUS_PORT=str(port), **environment))
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address)
        yield address
        _remove_channels(address)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def _wait(address: str) -> None:
    end = time.monotonic() + START_S
    while not _ready(address):
        if time.monotonic() > end:
            raise TimeoutError(f"the API at {address} did not start")
        time.sleep(0.1)


def _ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=START_S).status_code == 200
    except httpx.TransportError:
        return False


def _remove_channels(address: str) -> None:
    with httpx.Client(base_url=address, headers=HEADERS, timeout=ANSWER_S) as client:
        for each in client.get("/api/v1/streams").json():
            client.delete(f"/api/v1/streams/{each['channel']}").raise_for_status()


def fuzz(address: str, wanted: int, number: int, seconds: float) -> Verdict:
    """Ask until ``wanted`` requests are answered or ``seconds`` are over; ``number`` seeds what is asked."""
    rng = random.Random(number)
    schema = schemathesis.openapi.from_url(
        f"{address}/api/v1/openapi.json", headers=HEADERS, timeout=ANSWER_S, config=schemathesis.Config()
    )
    verdict = Verdict(wanted=wanted, expected=frozenset(each.label for each in operations(schema)))
    with listening("127.0.0.1") as sink, listening(FORBIDDEN) as forbidden, requests.Session() as session:
        lead = Lead(rng, *_addresses(sink.server_port, forbidden.server_port), examples_of(schema))
        lead.known["name"].append(CLIP)

        def ask(case: AnyCase) -> None:
            if verdict.requests < wanted or case.operation.label not in verdict.answers:
                lead.lead(case)
                _ask(case, address, session, verdict, lead)

        share = SHARE if wanted >= SHORT else SHARE_SHORT
        end = time.monotonic() + seconds
        for _ in rounds(schema, lambda path: 1 if path in RARE else share, rng, ask):
            enough = verdict.requests >= wanted and not verdict.missed
            if enough or time.monotonic() > end:
                return verdict
    raise AssertionError("rounds do not end")


def _addresses(port: int, forbidden: int) -> tuple[list[str], list[str]]:
    """Return addresses for streams and for webhooks: allowed ones twice as often as others."""
    closed = free_port()
    sources = [
        f"udp://127.0.0.1:{closed}",
        f"srt://127.0.0.1:{closed}?mode=listener&passphrase=correct-horse",
        f"http://127.0.0.1:{port}/live.m3u8",
        f"rtmp://[::1]:{closed}/live/key",
        f"http://{FORBIDDEN}:{forbidden}/live.ts",
        f"srt://127.0.0.1:{closed}?x=$(id);|&",
        "-f lavfi -i testsrc",
    ]
    targets = [
        f"http://127.0.0.1:{port}/hook",
        f"http://127.0.0.1:{closed}/hook",
        f"http://[::1]:{closed}/hook?a=b",
        f"http://{FORBIDDEN}:{forbidden}/hook",
        f"http://127.0.0.1:{port}@{FORBIDDEN}:{forbidden}/",
    ]
    return sources, targets


def _ask(case: AnyCase, address: str, session: requests.Session, verdict: Verdict, lead: Lead) -> None:
    name = case.operation.label
    # A log-in would answer with a cookie, and all that follows would be asked by it.
    session.cookies.clear()
    patience = (ANSWER_S, SILENCE_S if case.path in ENDLESS else ANSWER_S)
    try:
        response = case.call(address, session, HEADERS, timeout=patience)
    except requests.RequestException as error:
        verdict.answered(name, 0)
        verdict.found(Finding(name, "no answer", f"{error!r}"[:300], case.as_curl_command(base_url=address)))
        return
    verdict.answered(name, response.status_code)
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as group:
        for failure in group.exceptions:
            answer = response.content[:300].decode("utf-8", "replace")
            what, said = failure.title, f"{failure.message}\n{answer}"
            verdict.found(Finding(name, what, said, case.as_curl_command(base_url=address)[:2000]))
        return
    lead.learn(case, response)


def main() -> int:
    """Run, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3600.0, help="give up after so many")
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="horus-fuzz-") as folder:
        Path(folder).chmod(0o711)
        with servers(Path(folder)) as place, serving(place) as address:
            begun = time.monotonic()
            verdict = fuzz(address, asked.requests, asked.seed, asked.seconds)
            took = time.monotonic() - begun
    print(f"{verdict.by_operation()}\n\n{verdict}\n\ntook        {took:.0f} s")
    print("holds" if verdict.holds else "DOES NOT HOLD")
    return 0 if verdict.holds else 1


if __name__ == "__main__":
    sys.exit(main())
