"""One soak from the first process to the verdict."""

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import msgspec
from confluent_kafka import KafkaException
from sqlalchemy import Engine

from infra import clock, postgres
from infra.demo.render import rendered
from infra.kafka import why
from infra.local.installation import api_url
from schemas.topics import OCORRENCIAS
from tests.soak.disk import Disk, media_disk
from tests.soak.drain import behind
from tests.soak.finding import Finding
from tests.soak.harvest import records, told
from tests.soak.knife import Knife, Struck
from tests.soak.live import Live, live_judged
from tests.soak.on_time_line import folded
from tests.soak.operator import Operator, acknowledgements_judged
from tests.soak.oracle import Log, judge_clients, judge_letters, judge_log, judge_tables, read
from tests.soak.plan import Trouble
from tests.soak.poison import Poisoner
from tests.soak.recording import Client
from tests.soak.recordings_judged import expected
from tests.soak.report import Report
from tests.soak.script import PROGRAMME, Script, channels
from tests.soak.stalls import Arrivals, stalls
from tests.soak.system import System

# From the order to go on air to the first frame: the producer takes two seconds to start.
LEAD = timedelta(seconds=2)
# Media before the first blow, so that every stage has its groups and its state; and after the last, which is
# what an occurrence needs to close.
CALM_S = 6.0
TAIL_S = 6
# Only a leash: on a quiet machine all is worked off within half a minute. Past it, something is stuck.
DRAIN_DEADLINE_S = 300.0
TICK_S = 0.1
# Each look at who is behind asks the broker a dozen things.
LOOK_S = 0.5
# A script without an end yet.
UNTIL_FURTHER_NOTICE_S = 10_000_000
# Where rendered programmes stay between soaks.
CACHE = Path(".horus/soak")

Say = Callable[[str], None]


class Stage:
    """Everything of one soak that runs, and ends when the block that holds it does."""

    def __init__(self, held: ExitStack, home: Path, seed: int, live: bool, say: Say) -> None:
        """Bring Horus up in a home and on a disk of its own, and put the channels on air."""
        self.system = System(home)
        self.disk: Disk = media_disk(
            home / "media", lambda: [pid for name, pid in self.system.pids().items() if name == "playout"]
        )
        held.callback(self.disk.close)
        held.callback(self.system.stop)
        self.system.launch()
        file = rendered(PROGRAMME, CACHE.absolute())
        self.system.wait()
        say(f"Horus runs in {home}")
        servers = self.system.settings.bootstrap_servers
        self.engine: Engine = postgres.engine(self.system.settings)
        held.callback(self.engine.dispose)
        self.poisoner = Poisoner(servers, seed, tuple(channels()))
        self.arrivals = Arrivals(servers)
        self.resuming = Client(self.system.websocket, self.system.key, resumes=True, seed=seed)
        self.steady = Client(self.system.websocket, self.system.key, resumes=False)
        self.operator = Operator(api_url(self.system.settings), self.system.key)
        for each in (self.arrivals, self.resuming, self.steady, self.operator):
            each.start()
        self.script = Script(
            file=str(file),
            began_at=clock.now() + LEAD,
            lasts_s=UNTIL_FURTHER_NOTICE_S,
            channels=channels(),
        )
        self.system.put_on_air(self.script)
        self.live = Live(self.system, self.script) if live else None
        if self.live is not None:
            held.callback(self.live.stop)

    def media_s(self) -> float:
        """Return how much media is on air so far, seconds."""
        return (clock.now() - self.script.began_at).total_seconds()

    def end_after(self, lasts_s: int) -> None:
        """Let the media end."""
        self.script = msgspec.structs.replace(self.script, lasts_s=lasts_s)
        self.system.put_on_air(self.script)


def soak(seed: int, plan: Sequence[Trouble], say: Say, *, live: bool) -> Report:
    """Run a plan of blows and judge what came of it; ``live``: with a channel over SRT besides.

    Raises NotUp when Horus does not come up at all.
    """
    began = time.monotonic()
    home = Path(tempfile.mkdtemp(prefix="horus-soak-"))
    # Postgres runs as an account of its own, which must reach its folder.
    home.chmod(0o711)
    with ExitStack() as held:
        to_remove = [home]
        held.callback(_remove, to_remove)
        stage = Stage(held, home, seed, live, say)
        knife = Knife(stage.system, stage.disk, stage.poisoner, plan)
        held.callback(knife.rest)
        _strike(stage, knife, len(plan), say)
        stage.operator.stop()
        if stage.live is not None:
            stage.live.end()
        stage.end_after(int(stage.media_s()) + TAIL_S)
        drained_s, stuck = _drain(stage, say)
        say("judging")
        log = read(stage.system.settings.bootstrap_servers)
        findings = [_worked_off(stuck), *_judged(stage, log, knife.struck)]
        arrived = stage.arrivals.stop()
        report = Report(
            seed=seed,
            channels=len(stage.script.channels) + (stage.live is not None),
            media_s=stage.script.lasts_s,
            took_s=round(time.monotonic() - began, 1),
            drained_s=round(drained_s, 1),
            disk=stage.disk.kind,
            struck=knife.struck,
            findings=findings,
            stalls=stalls(log.occurrences, arrived, knife.struck),
        )
        if not report.held:
            # Whoever looks for the reason needs the logs.
            to_remove.clear()
            say(f"kept for a look: {home}")
        return report


def _remove(folders: Sequence[Path]) -> None:
    for each in folders:
        shutil.rmtree(each, ignore_errors=True)


def _strike(stage: Stage, knife: Knife, blows: int, say: Say) -> None:
    shown = 0
    while not knife.over:
        stage.system.keep()
        stage.poisoner.poll()
        knife.step(stage.media_s() - CALM_S)
        if len(knife.struck) > shown:
            shown = len(knife.struck)
            last = knife.struck[-1]
            what = f"{last.kind} {last.target}"
            say(f"{stage.media_s():7.1f} s  blow {shown}/{blows}  kills {knife.kills}  {what}")
        time.sleep(TICK_S)


def _drain(stage: Stage, say: Say) -> tuple[float, list[str]]:
    """Wait until all is worked off; return how long that took after the last segment, and what is not."""
    servers = stage.system.settings.bootstrap_servers
    deadline = time.monotonic() + TAIL_S + DRAIN_DEADLINE_S
    shown = ""
    while True:
        stage.system.keep()
        left = [] if stage.system.playout_over else ["the producer"]
        left = left or behind(servers, stage.engine) or _unheard(stage)
        if not left:
            return stage.media_s() - stage.script.lasts_s, []
        if time.monotonic() > deadline:
            return stage.media_s() - stage.script.lasts_s, left
        if (words := f"working off: {', '.join(left)}") != shown:
            say(words)
            shown = words
        time.sleep(LOOK_S)


def _unheard(stage: Stage) -> list[str]:
    try:
        wanted = expected(told(records(stage.system.settings.bootstrap_servers, OCORRENCIAS)))
    except KafkaException as error:
        return [f"Kafka: {why(error)}"]
    last = wanted[-1].cursor if wanted else -1
    return [] if stage.resuming.cursor >= last else ["the resuming client"]


def _worked_off(stuck: Sequence[str]) -> Finding:
    return Finding(
        asked=f"readers not at the end {DRAIN_DEADLINE_S:g} s after the last segment",
        looked_at=1,
        breaches=tuple(stuck),
    )


def _judged(stage: Stage, log: Log, struck: Sequence[Struck]) -> list[Finding]:
    servers = stage.system.settings.bootstrap_servers
    stage.resuming.stop()
    stage.steady.stop()
    occurrences = folded(log.occurrences).values()
    return [
        *judge_log(log, stage.script, stage.system),
        *(live_judged(stage.script, log.media, occurrences, struck) if stage.live is not None else ()),
        *judge_tables(log, stage.engine, stage.system),
        *judge_clients(log, stage.resuming, stage.steady),
        *acknowledgements_judged(stage.operator.answered, log.occurrences),
        *judge_letters(servers, stage.poisoner.delivered(timeout_s=30.0)),
    ]
