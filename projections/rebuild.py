"""The projection made anew from the log beside the live one, and put in its place if the two are alike.

The new version has tables and positions of its own, which move together like those of any projection: killed
at any moment, it is gone on with. It never gets ahead of the live one, so that both can be compared at one
and the same offset. Until the swap, which is one transaction, nothing that readers see is touched.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime

import msgspec
from sqlalchemy import Engine, text

from infra.dead_letter import Rejection
from projections import physical, positions
from projections.compare import Comparison, compared
from projections.gathering import BATCH
from projections.patience import Stopping
from projections.projection import Projection
from projections.projector import Projector
from projections.rebuild_rules import Refused, Target, beginning_gone, left, target
from projections.rebuild_swap import alone, discard, held, patiently
from projections.source import Bounds, Log, Partition, Positions


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for."""

    version: int | None = None
    """Which version to fill; None: the one after the live one."""
    keep_going: bool = False
    """Also from a log that does not reach back to its beginning any more."""
    accept_differences: bool = False
    """Put it in place whatever the comparison finds."""
    restart: bool = False
    """Throw away what an earlier attempt has filled."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What has been done."""

    projection: str
    former: int
    version: int
    events: int
    """Records read by this run; those that an interrupted one had read are not among them."""
    set_aside: int
    """Of those, records that are no events: the live version has put them into the dead letters."""
    comparison: Comparison | None
    """None: there was nothing to compare with."""
    swapped: bool
    """False: there are differences, and nobody has accepted them."""


class _SetAside:
    """Counts rejected records. Nothing is written: the live version has put them into the dead letters."""

    def __init__(self) -> None:
        self.count = 0

    def put(self, dlq: str, rejection: Rejection, at: datetime) -> None:
        self.count += 1


class Rebuild:
    """Makes one projection anew, once.

    `run` raises Refused, Stopping when told to stop, LostPosition when the log is cut while it is read, and
    what SQLAlchemy and confluent-kafka raise where a server does not answer; while it fills, it waits.
    """

    def __init__(
        self,
        make: Callable[[int], Projection],
        engine: Engine,
        log: Log,
        wish: Wish,
        *,
        tell: Callable[[int, int], None],
        stopping: threading.Event,
    ) -> None:
        """``make`` gives a projection's version; ``tell`` hears how many of how many records are done."""
        self._form = make(1)
        self._make = make
        self._engine = engine
        self._log = log
        self._wish = wish
        self._tell = tell
        self._stopping = stopping
        self._goal: Positions = {}

    def run(self) -> Outcome:
        """Fill, compare, swap; the servers must answer."""
        try:
            with alone(self._engine, self._form.name):
                return self._run()
        finally:
            self._log.close()

    def _run(self) -> Outcome:
        with self._engine.begin() as connection:
            former = physical.live(connection, self._form.kept)
        version = self._wish.version or former + 1
        if version == former:
            raise Refused(f"version {version} of {self._form.name} is the live one: name another, or none")
        new, aside = self._make(version), _SetAside()
        begun = self._prepared(new)
        filling = Projector(
            new, self._engine, self._log, aside, stopping=self._stopping, on_batch=self._tell_of(begun)
        )
        goal = self._catch_up(filling, former)
        if goal.incomparable and not self._wish.accept_differences:
            raise Refused(f"{goal.incomparable}; --accept-differences puts the new one in place all the same")
        comparison = None if goal.incomparable else self._compared(filling, former, version)
        swapped = self._wish.accept_differences or (comparison is not None and not comparison.different)
        if swapped:
            patiently(lambda: self._swap(filling, former, new))
        return Outcome(
            projection=new.name,
            former=former,
            version=version,
            events=left(begun, filling.at),
            set_aside=aside.count,
            comparison=comparison,
            swapped=swapped,
        )

    def _prepared(self, new: Projection) -> Positions:
        """Make the tables, unless an earlier attempt has; return where reading begins."""
        log = self._bounds()
        with self._engine.begin() as connection:
            if self._wish.restart:
                discard(connection, new, new.version)
            begun = positions.stored(connection, new.name, new.version)
            if not begun:
                if (gone := beginning_gone(log)) and not self._wish.keep_going:
                    raise Refused(
                        f"{gone}; --keep-going makes a table of what is left of it, "
                        "without the rows that only the live one has"
                    )
                discard(connection, new, new.version)
                physical.make(connection, new.kept, new.version)
                begun = {partition: bounds.low for partition, bounds in log.items()}
                positions.begin(connection, new.name, new.version, begun)
        return begun

    def _bounds(self) -> Mapping[Partition, Bounds]:
        return {
            partition: bounds
            for topic in self._form.topics
            for partition, bounds in self._log.bounds(topic).items()
        }

    def _tell_of(self, begun: Positions) -> Callable[[Positions], None]:
        return lambda at: self._tell(left(begun, at), left(begun, self._goal))

    def _catch_up(self, filling: Projector, former: int) -> Target:
        """Fill until less than a batch is missing; return the target then."""
        while True:
            with self._engine.connect() as connection:
                stored = positions.stored(connection, self._form.name, former)
            goal = target(stored, self._bounds())
            self._fill(filling, goal.until)
            with self._engine.connect() as connection:
                stored = positions.stored(connection, self._form.name, former)
            if goal.incomparable or left(filling.at, stored) < BATCH:
                return goal

    def _fill(self, filling: Projector, until: Positions) -> None:
        self._goal = until
        filling.begin()
        filling.go_on(until)
        if self._stopping.is_set():
            raise Stopping

    def _compared(self, filling: Projector, former: int, version: int) -> Comparison:
        with ExitStack() as stack:
            snapshot = stack.enter_context(
                self._engine.execution_options(isolation_level="REPEATABLE READ").connect()
            )

            def take() -> None:
                # The live version stands still until both are at the same offset and seen as of that moment;
                # then it goes on, while they are compared in the snapshot.
                with held(self._engine, self._form, former) as (_, until):
                    self._fill(filling, until)
                    snapshot.execute(text("SELECT 1"))

            patiently(take)
            found = compared(snapshot, self._form.kept, former, version)
        self._catch_up(filling, former)
        return found

    def _swap(self, filling: Projector, former: int, new: Projection) -> None:
        with held(self._engine, self._form, former) as (connection, stored):
            goal = target(stored, self._bounds())
            self._fill(filling, goal.until)
            physical.show(connection, new.kept, new.version)
            physical.leave(connection, new.kept, former, new.version)
            if goal.incomparable:
                # Positions of another log: whoever asks how far the tables have come must not believe them.
                positions.forget(connection, new.name, former)
