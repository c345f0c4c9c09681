"""``python -m tests.soak.playout SCRIPT``: the producer of a soak, killed as often as anybody likes.

It makes the segments of every channel on time and records them as the ingest does (`producers.segments`), but
not from a network: where the ingest would lose what nobody received, this one goes on with the first segment
that the log lacks. So nothing on its channels may ever be lost or doubled, whatever is killed.
"""

import signal
import sys
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import structlog
from confluent_kafka import KafkaException

from infra import clock, logs
from infra.follow import read_all
from infra.kafka import Publisher, why
from infra.media_store import MediaStore
from infra.settings import Settings, load
from producers.epoch import Anchor, Arrival, name_of
from producers.outbox import Outbox
from producers.segments import Before, Finished, Recorder, Timeline
from schemas.events import AudioIndexed, FramesIndexed, SegmentRecorded
from schemas.events.media import PTS_HZ
from schemas.topics import AUDIO_CHUNKS, FRAMES, SEGMENTS
from tests.soak.reel import Reel, start_pts
from tests.soak.script import LOOP_S, Script

log = structlog.get_logger()

# Samples a second, as channels have by default.
FPS = 5.0
# How late a segment may be for no reason but this loop's sleep.
LOOK_S = 0.05
# Pause before what the broker or the disk refused is tried again.
RETRY_S = 0.5
# How far back the last segment is looked for: longer than anything is away.
MEMORY = timedelta(minutes=10)
# Confirmed by then, or made again by the next one.
LAST_WORDS_S = 5.0
# The exit code of one that was ended before the script was.
NOT_YET = 1


def main() -> int:
    """Record segments until the script's end or SIGTERM; return the exit code."""
    script = _script()
    settings = load(dotenv=None)
    logs.configure("playout", "INFO")
    ending = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: ending.set())
    reel = Reel(Path(script.file), LOOP_S)
    done = _wait_for_log(script, settings, ending)
    outbox = Outbox(Publisher(settings.bootstrap_servers, "playout"))
    recorders = {
        name: _recorder(name, script, settings, outbox, done.get(name, 0)) for name in script.channels
    }
    log.info("on air", first=min(done.values(), default=0))
    spool = settings.home / "spool-playout"
    spool.mkdir(parents=True, exist_ok=True)
    while not ending.is_set():
        # Read again each time: the end of the script is only known when the last blow has fallen.
        script = _script()
        if all(recorder.timeline.seq >= script.lasts_s for recorder in recorders.values()):
            break
        due = _due(script, clock.now())
        waiting = [name for name, recorder in recorders.items() if recorder.timeline.seq < due]
        if not waiting:
            ending.wait(LOOK_S)
        for name in waiting:
            if not _record(name, script, reel, recorders[name], outbox, spool):
                ending.wait(RETRY_S)
    if outbox.close(LAST_WORDS_S) and not ending.is_set():
        return 0
    # Whoever keeps this process starts it again until all of it is in the log.
    return NOT_YET


def _script() -> Script:
    return msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Script)


def recorded(events: Iterable[SegmentRecorded | FramesIndexed | AudioIndexed]) -> dict[str, dict[type, int]]:
    """Return for each channel and kind of event the number of segments that the log has from the first on."""
    found: dict[str, dict[type, int]] = {}
    for event in events:
        kinds = found.setdefault(event.channel, {})
        kinds[type(event)] = max(kinds.get(type(event), 0), event.segment.seq + 1)
    return found


def _wait_for_log(script: Script, settings: Settings, ending: threading.Event) -> dict[str, int]:
    """Return for each channel the number of the first segment of which an event is missing in the log."""
    while not ending.is_set():
        try:
            since = max(script.began_at, clock.now() - MEMORY) - timedelta(seconds=1)
            events = [
                envelope.event
                for topic in (SEGMENTS, FRAMES, AUDIO_CHUNKS)
                for envelope, _ in read_all(settings.bootstrap_servers, topic, since=since)
            ]
        except KafkaException as error:
            log.warning("waiting for Kafka", error=why(error))
            ending.wait(RETRY_S)
            continue
        kinds = (SegmentRecorded, FramesIndexed, AudioIndexed)
        known = recorded(
            each for each in events if isinstance(each, kinds) and each.channel in script.channels
        )
        return {name: min(found.get(kind, 0) for kind in kinds) for name, found in known.items()}
    return {}


def _recorder(name: str, script: Script, settings: Settings, outbox: Outbox, seq: int) -> Recorder:
    """Return the recorder of a channel that goes on with segment ``seq`` of its one epoch."""
    recorder = Recorder(name, fps=FPS, store=MediaStore(settings.media_url), put=outbox.put, before=None)
    if seq:
        anchor = Anchor(epoch=name_of(script.began_at), pts=start_pts(0), utc=script.began_at)
        expected = start_pts(seq)
        recorder.timeline = Timeline(
            before=Before(anchor.epoch, anchor.at(expected)),
            anchor=anchor,
            expected=expected,
            seq=seq,
            run=1,
        )
    return recorder


def _due(script: Script, now: datetime) -> int:
    """Return how many segments of each channel should be recorded by now."""
    return max(0, min(script.lasts_s, int((now - script.began_at).total_seconds())))


def _record(name: str, script: Script, reel: Reel, recorder: Recorder, outbox: Outbox, spool: Path) -> bool:
    """Record the next segment of a channel; tell whether that went well."""
    number = recorder.timeline.seq
    try:
        if outbox.full:
            return False
        if not recorder.waiting:
            file = spool / f"{name}-{number}.ts"
            reel.write(file, number, script.channels[name])
            recorder.take(_finished(file, number, script))
        recorder.work()
    except OSError as error:
        log.warning("not stored yet", channel=name, seq=number, error=str(error))
        return False
    return True


def _finished(file: Path, number: int, script: Script) -> Finished:
    # Read at the very moment it shows: so the epoch is anchored at the script's beginning to the tick.
    arrival = Arrival(script.began_at.timestamp(), start_pts(0))
    return Finished(
        file=file,
        end=start_pts(number) + PTS_HZ,
        listed_at=clock.now(),
        run=1,
        arrivals=(arrival,) if number == 0 else (),
    )


if __name__ == "__main__":
    sys.exit(main())
