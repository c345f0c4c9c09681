"""The process in which a replay runs: `horus replay` on a leash, so that the API's loop stays free."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from contextlib import suppress

import msgspec

from api.replay_read import DIFFERENCES_MAX, ReplayWrite
from infra.local.leash import leashed

# After SIGTERM it leaves Kafka in order, which takes a second at most.
PATIENCE_S = 5.0
# A thousand differences are a megabyte; more is nothing that a replay prints.
OUTPUT_MAX = 16_777_216
# The last words of a process that failed.
WORDS_MAX = 2000


class Failed(RuntimeError):
    """The replay could not be done; the text says why, for people."""


class _Word(msgspec.Struct, frozen=True):
    """A line of progress (infra/cli/replay_shown.py)."""

    progress: float


def command(asked: ReplayWrite) -> list[str]:
    """Return the command line of a replay."""
    words = [sys.executable, "-m", "infra.cli.main", "replay", "--json", "--background"]
    words += ["--since", asked.since.isoformat(), "--until", asked.until.isoformat()]
    words += ["--limit", str(DIFFERENCES_MAX)]
    for channel in asked.channels:
        words += ["--channel", channel]
    for name, value in asked.set.items():
        words += ["--set", f"{name}={value}"]
    if asked.model is not None:
        words += ["--model", asked.model]
    if asked.publish is not None:
        words += ["--publish", asked.publish]
    return words


class Child:
    """One running replay. Lives on the event loop, in a thread that lasts as long as the process."""

    def __init__(self, process: Process) -> None:
        """Stand for a process that has just been started."""
        self._process = process

    @classmethod
    async def started(cls, words: list[str]) -> "Child":
        """Start a command. Raises OSError."""
        leash = leashed(words, parent=os.getpid())
        return cls(await asyncio.create_subprocess_exec(*leash, stdin=DEVNULL, stdout=PIPE, stderr=PIPE))

    async def result(self, on_progress: Callable[[float], None]) -> bytes:
        """Return what it prints, once it has ended. Raises Failed."""
        heard = asyncio.create_task(self._heard(on_progress))
        try:
            output, words = await self._output(), await heard
            code = await self._process.wait()
        finally:
            # Nothing of it is left, whatever ended this.
            heard.cancel()
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        if code != 0:
            raise Failed(words or f"the replay ended with code {code}")
        return output

    async def stop(self) -> None:
        """End it: in order, or after a while by force."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    async def _output(self) -> bytes:
        assert self._process.stdout is not None
        pieces, size = [], 0
        while piece := await self._process.stdout.read(65_536):
            size += len(piece)
            if size > OUTPUT_MAX:
                self._process.kill()
                raise Failed("the result is too large: ask for a shorter window or fewer channels")
            pieces.append(piece)
        return b"".join(pieces)

    async def _heard(self, on_progress: Callable[[float], None]) -> str:
        """Follow the lines of progress; return the last line that is none."""
        assert self._process.stderr is not None
        words = ""
        async for line in self._process.stderr:
            try:
                on_progress(msgspec.json.decode(line, type=_Word).progress)
            except msgspec.DecodeError:
                words = line.decode(errors="replace").strip()[:WORDS_MAX] or words
        return words.removeprefix("horus: ")
