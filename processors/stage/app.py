"""A stage as a process: a Faust app with the settings that held under the knife (docs/architecture.md)."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import Any, Protocol, cast

import faust
import structlog
from faust.worker import Worker

from infra import logs
from infra.outlet import Outlet
from infra.poison import PoisonGauge, limit_of, past_of
from infra.settings import Settings
from processors.stage.ending import Ending, give_up
from processors.stage.fold_lane import FoldLane, hole_reader
from processors.stage.fold_lanes import FoldLanes
from processors.stage.retry import until_done
from processors.stage.snapshot import load_snapshots
from processors.stage.take import take
from processors.stage.taken import Taken
from processors.stage.transport import Consumer, Transport, Undecoded
from processors.stage.work import Stateful, Stateless
from processors.stage.work_lanes import WorkLanes
from schemas.names import group_of
from schemas.topics import CHANNEL_PARTITIONS

log = structlog.get_logger()

TAKE = 256
"""Records taken from Faust at once, at most: as many as its buffer holds."""


class Lanes(Protocol):
    """Whatever takes records in one group generation."""

    async def put(self, record: Taken, ack: Callable[[], object]) -> None:
        """Take a record; waits while full."""
        ...

    async def cancel(self) -> None:
        """Drop what is in flight."""
        ...


def faust_app(name: str, worker: int, bootstrap_servers: str, folder: Path) -> faust.App:
    """Return a Faust app without tables, web, leader or declared topics; each setting has its reason in
    docs/architecture.md: static membership above all, without which a SIGKILL stalls every worker.
    Faust insists on a ``folder`` of its own, though nothing is kept there.
    """
    app = faust.App(
        group_of(name),
        broker="kafka://" + bootstrap_servers.replace(",", ";kafka://"),
        key_serializer="raw",
        value_serializer="raw",
        processing_guarantee="at_least_once",
        consumer_group_instance_id=f"{name}-{worker}",
        consumer_auto_offset_reset="earliest",
        broker_session_timeout=10.0,
        broker_heartbeat_interval=3.0,
        broker_commit_interval=1.0,
        broker_max_poll_records=256,
        stream_buffer_maxsize=256,
        stream_wait_empty=False,
        producer_acks=-1,
        producer_linger=0,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=CHANNEL_PARTITIONS,
        web_enabled=False,
        datadir=str(folder),
        worker_redirect_stdouts=False,
    )
    app.transport = Transport(app.conf.broker_consumer, app)
    return app


def run_stage(
    stage: Stateless | Stateful[Any],
    settings: Settings,
    worker: int,
    on_start: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Run a stage until SIGTERM or SIGINT; ``on_start`` is awaited in the loop before the first record."""
    logs.configure(stage.name, settings.horus_log_level)
    bootstrap = settings.bootstrap_servers
    folder = settings.home / "faust" / f"{stage.name}-{worker}"
    folder.mkdir(parents=True, exist_ok=True)
    app = faust_app(stage.name, worker, bootstrap, folder)
    source = app.topic(*[topic.name for topic in stage.inputs], schema=Undecoded())

    async def consume(stream: Any) -> None:
        try:
            if on_start is not None:
                await on_start()
            await _consume(app, stage, settings, stream)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            give_up(error)

    app.agent(source, concurrency=1, name=stage.name)(consume)
    # Faust tells at INFO each service that starts, in tables; what a stage does is told by its own log.
    level = "debug" if settings.horus_log_level == "DEBUG" else "warning"
    process = Worker(app, loglevel=level, quiet=True, redirect_stdouts=False)
    # It would write control characters into the log file.
    process.spinner = None
    process.execute_from_commandline()


async def _consume(app: faust.App, stage: Stateless | Stateful[Any], settings: Settings, stream: Any) -> None:
    outlet = Outlet(settings.bootstrap_servers, group_of(stage.name))
    generation: int | None = None
    lanes: Lanes | None = None

    async def drop() -> None:
        if lanes is not None:
            await lanes.cancel()

    ending = Ending(settings.horus_poison_rest_s, drop)
    try:
        async for batch in take(stream, TAKE):
            if ending.resting is not None:
                await ending.resting
            current = app.consumer_generation_id
            # Leftovers of before a rebalance: their partitions may be somebody else's, so no fold, no ack.
            live = [event for event in batch if event.message.generation_id == current]
            if not live:
                continue
            if lanes is None or current != generation:
                await drop()
                lanes = await until_done(
                    "loading state", lambda: _lanes(app, stage, settings, outlet, ending.fail)
                )
                generation = current
            for event in live:
                if ending.resting is None:
                    await lanes.put(_taken(event), event.ack)
    finally:
        await drop()
        outlet.close()


async def _lanes(
    app: faust.App,
    stage: Stateless | Stateful[Any],
    settings: Settings,
    outlet: Outlet,
    on_failure: Callable[[BaseException], None],
) -> Lanes:
    bootstrap = settings.bootstrap_servers
    read_hole = hole_reader(bootstrap)
    # Anew in each generation: what another worker has rejected of these partitions counts as well.
    past = await asyncio.to_thread(past_of, bootstrap, stage.name, stage.inputs)
    gauge = PoisonGauge(stage.name, limit_of(settings), past)
    consumer = cast(Consumer, app.consumer)
    if isinstance(stage, Stateless):
        return WorkLanes(stage, outlet, read_hole, gauge, on_failure, consumer.begun_at)

    async def load(partitions: Collection[int]) -> dict[int, FoldLane[Any]]:
        snapshots = await load_snapshots(bootstrap, stage.state_topic, partitions, stage.state_type)
        log.info("state loaded", stage=stage.name, partitions=len(partitions))
        return {
            partition: FoldLane(stage, partition, snapshot, outlet, read_hole, gauge)
            for partition, snapshot in snapshots.items()
        }

    lanes = FoldLanes(load, on_failure)
    inputs = {topic.name for topic in stage.inputs}
    await lanes.open(sorted({place.partition for place in consumer.assignment() if place.topic in inputs}))
    return lanes


def _taken(event: Any) -> Taken:
    message = event.message
    return Taken(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=tuple(message.headers or ()),
    )


def worker_number() -> int:
    """Read ``--worker N`` from the command line: each process of a stage needs a number of its own."""
    parser = argparse.ArgumentParser(description="One worker of a Horus stage.")
    parser.add_argument(
        "--worker",
        type=int,
        default=0,
        help="number of this worker within its stage; two with one number fight for ever (default: 0)",
    )
    number: int = parser.parse_args().worker
    return number
