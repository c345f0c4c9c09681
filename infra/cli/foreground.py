"""Running a stack: as long as a command lives, or beyond it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from infra import postgres
from infra.cli.console import Progress
from infra.local.bring_up import bring_up
from infra.local.control import Control, NotRunning
from infra.local.installation import Installation
from infra.local.keeper import Keeper
from infra.local.stack import Stack
from infra.local.supervise import kill_supervisor, start_supervisor, take_down
from infra.settings import Settings

PATIENCE_S = 2.0


def migration(settings: Settings) -> Callable[[], None]:
    """Return what brings the database to the tables of this version."""

    def migrate() -> None:
        from projections.migrate import upgrade

        engine = postgres.engine(settings)
        try:
            # Postgres has just answered: waiting longer would only hold up a Ctrl-C.
            upgrade(engine, wait_s=PATIENCE_S)
        finally:
            engine.dispose()

    return migrate


@contextmanager
def kept(stack: Stack, environment: Mapping[str, str], progress: Progress) -> Iterator[Keeper]:
    """Run a stack while the block runs; leave nothing behind, however the block ends.

    A second Ctrl-C, while everything is stopped in order, ends it at once.
    """
    keeper = Keeper(stack, environment, migration(stack.settings), progress.say)
    try:
        keeper.start()
        yield keeper
    finally:
        if not keeper.ended.is_set():
            progress.say("stopping (Ctrl-C: at once)")
        try:
            keeper.stop()
        except KeyboardInterrupt:
            at_once(stack.installation)
            keeper.stop()
        progress.say("stopped")


def start_and_leave(stack: Stack, environment: Mapping[str, str], progress: Progress) -> None:
    """Start a stack that outlives this command; when it does not come up, nothing of it stays.

    Raises what ``bring_up`` raises.
    """
    try:
        start_supervisor(stack.installation, environment, on_leash=False)
        bring_up(stack, migration(stack.settings), progress.say)
    except BaseException:
        with suppress(NotRunning):
            take_down(stack.installation)
        raise


def at_once(installation: Installation) -> None:
    """Kill the supervisor, and with it everything on its leashes."""
    with suppress(NotRunning):
        kill_supervisor(Control(installation).pid())
