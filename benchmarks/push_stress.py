"""Clients that come and go, slow ones, APIs killed: every message once, in order, the same everywhere.

Two API processes on a real Kafka and Postgres push to several hundred WebSocket and SSE clients, which keep
nothing but their cursor. In the end the log is folded purely, and each client must have got exactly the
messages after its first cursor that match its filter. Exits with 1 when one was missed, doubled or differs.
"""

import argparse
import asyncio
import random
import resource
import sys
import tempfile
import threading
from pathlib import Path

from api.message import Filter, Message
from benchmarks.push_follower import Follower, Plan
from benchmarks.push_log import CHANNELS, TYPES
from benchmarks.push_place import KEY, Apis, Log, Place, servers, started
from benchmarks.push_verdict import Verdict, judge, oracle
from schemas.severity import Severity

# Past the ring of 10,000 messages, so that some clients come back from before it.
BEFORE = 13_000
# As ten thousand channels give; with 500 clients some ten thousand deliveries a second.
EVENTS_S = 25
# An API is back after some three seconds; on a busy machine later, and the next kill waits for it.
KILL_EVERY_S = 7.0
# What clients may still lack when the last event is written, on a busy machine.
FINISH_S = 400.0
# Shares of the clients that nap, that take SSE, and that begin far back in the log.
SLOW, SSE, DEEP = 0.05, 0.15, 0.06


def plans(count: int, end: int, rng: random.Random) -> list[Plan]:
    """Return how the clients are: filters of every kind, WebSocket and SSE, quick and slow, near and deep."""
    severities = [each.value for each in Severity]
    made = []
    for _ in range(count):
        dice = rng.random()
        wanted = Filter()
        if 0.5 < dice <= 0.75:
            wanted = Filter(channels=frozenset(rng.sample(CHANNELS, rng.randint(1, 4))))
        elif 0.75 < dice <= 0.9:
            wanted = Filter(types=frozenset(rng.sample(TYPES, 2)))
        elif dice > 0.9:
            wanted = Filter(
                channels=frozenset(CHANNELS[:10]), severities=frozenset(rng.sample(severities, 2))
            )
        sse, slow = rng.random() < SSE, rng.random() < SLOW
        deep = slow or rng.random() < DEEP
        cursor = rng.randint(-1, end // 4) if deep else rng.randint(end - 500, end - 1)
        made.append(Plan(Filter() if slow else wanted, cursor, sse and not slow, slow))
    return made


def stress(place: Place, clients: int, seconds: float, seed: int, before: int = BEFORE) -> Verdict:
    """Run it on a topic that nobody else writes to, and judge."""
    rng = random.Random(seed)
    log, apis = Log(place.kafka, seed), Apis(place)
    log.write(before)
    log.flush()
    projector = started(place, "projections", "projections")
    try:
        for port in apis.ports:
            apis.start(port)
        apis.wait()
        writing = threading.Event()
        writer = threading.Thread(target=_write, args=(log, writing), daemon=True)
        writer.start()
        end = max(log.written)
        followers = [
            Follower(plan, apis.ports, KEY, random.Random(rng.random())) for plan in plans(clients, end, rng)
        ]
        asyncio.run(_come_and_go(followers, apis, seconds, rng))
        writing.set()
        writer.join()
        apis.wait()
        messages = oracle(place.kafka)
        asyncio.run(_finish(followers, messages))
        return judge(followers, messages, log.written, apis.kills)
    finally:
        apis.stop()
        projector.terminate()
        projector.wait()


def _write(log: Log, over: threading.Event) -> None:
    while not over.wait(0.2):
        log.write(EVENTS_S // 5)
    log.flush()


async def _come_and_go(followers: list[Follower], apis: Apis, seconds: float, rng: random.Random) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds

    async def killing() -> None:
        while loop.time() < end - KILL_EVERY_S:
            await asyncio.sleep(KILL_EVERY_S)
            await asyncio.to_thread(apis.wait)
            # In this thread: a leashed process dies with the one that started it.
            apis.kill(rng.choice(apis.ports))

    await asyncio.gather(killing(), *(follower.run(end) for follower in followers))


async def _finish(followers: list[Follower], messages: list[Message]) -> None:
    until = asyncio.get_running_loop().time() + FINISH_S

    async def one(follower: Follower) -> None:
        wanted = follower.plan.wanted
        last = next(message.cursor for message in reversed(messages) if wanted.wants(message.state))
        await follower.finish(last, until)

    await asyncio.gather(*(one(follower) for follower in followers))


def main() -> int:
    """Run, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))
    print(f"seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="horus-stress-") as folder:
        Path(folder).chmod(0o711)
        with servers(Path(folder)) as place:
            verdict = stress(place, asked.clients, asked.seconds, asked.seed)
    print(verdict)
    print("holds" if verdict.holds else "DOES NOT HOLD")
    return 0 if verdict.holds else 1


if __name__ == "__main__":
    sys.exit(main())
