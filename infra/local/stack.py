"""The stack of one installation: what runs in it, and everything made ready for it to start."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from infra import postgres as database
from infra.local import kafka, postgres, preflight, processes
from infra.local.control import Control
from infra.local.installation import Installation
from infra.local.processes import Group, Process
from infra.local.supervisord_conf import render
from infra.settings import Settings

Say = Callable[[str], None]


class AlreadyRunning(RuntimeError):
    """Horus runs in this home already, or somebody is starting it; the text says so."""


@dataclass(frozen=True)
class Stack:
    """An installation, its processes and their supervisor."""

    settings: Settings
    installation: Installation
    processes: list[Process]
    control: Control

    def names(self, group: Group) -> list[str]:
        """Return the processes of a group."""
        return [each.name for each in self.processes if each.group == group]


@contextmanager
def held(installation: Installation) -> Iterator[None]:
    """Hold the right to start and keep the stack of this home. Raises AlreadyRunning, OSError."""
    installation.make_folders()
    with installation.lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(f"Horus already runs in {installation.home}") from error
        control = Control(installation)
        if control.running():
            raise AlreadyRunning(f"Horus already runs in {installation.home} (pid {control.pid()})")
        yield


def prepare(settings: Settings, say: Say) -> Stack:
    """Check what must hold, make the servers' data where it is missing, write the supervisor's configuration.

    ``say`` hears what takes long. Raises what ``preflight.check`` and the servers' ``prepare`` raise.
    """
    installation = Installation(settings.home)
    preflight.check(settings)
    for step in preflight.slow_steps(settings):
        say(step)
    listed: list[Process] = []
    if settings.embedded_kafka:
        listed.append(processes.kafka(kafka.prepare(_kafka_node(settings), say)))
    if settings.embedded_postgres:
        run = postgres.prepare(_postgres_node(settings), say)
        listed.append(processes.postgres(run.command, run.account))
    listed += processes.stages()
    installation.conf.write_text(render(listed, installation))
    return Stack(settings, installation, listed, Control(installation))


def _kafka_node(settings: Settings) -> kafka.KafkaNode:
    return kafka.KafkaNode(
        settings.home / "kafka", settings.horus_kafka_port, settings.horus_kafka_controller_port
    )


def _postgres_node(settings: Settings) -> postgres.PostgresNode:
    return postgres.PostgresNode(
        settings.home / "postgres",
        settings.horus_postgres_port,
        user=database.EMBEDDED_USER,
        database=database.EMBEDDED_DATABASE,
        password=database.embedded_password(settings.home),
    )
