"""What a user reads when something cannot be done: one line on standard error, and an exit code."""

import sys

BAD_USE = 2
FAILED = 1
INTERRUPTED = 130  # 128 + SIGINT, as shells count
TERMINATED = 143  # 128 + SIGTERM


class BadUse(ValueError):
    """The command was asked for something that makes no sense; the text says what would."""


def exit_code(error: BaseException) -> int | None:
    """Return the exit code of an error that a user can do something about; None for a mistake of ours."""
    # Imported here: a command that goes well needs none of it, and `horus --help` is to be quick.
    from confluent_kafka import KafkaException
    from sqlalchemy.exc import OperationalError

    from infra.cli.broker import NoBroker
    from infra.demo.alarms import Refused as KeyRefused
    from infra.demo.render import RenderFailed
    from infra.demo.show import NeverRan
    from infra.ffmpeg import NoFfmpeg
    from infra.kafka import NotDelivered
    from infra.local.control import NotRunning
    from infra.local.missing import Missing
    from infra.local.preflight import Refused
    from infra.local.stack import AlreadyRunning
    from infra.local.supervise import StartFailed
    from infra.local.supervisord_conf import Unwritable
    from infra.settings import BadSettings
    from processors.models.card import ModelRefused
    from processors.models.runtime import NoRuntime
    from projections.physical import NotLive
    from projections.rebuild_rules import Refused as RebuildRefused
    from projections.source import LostPosition

    if isinstance(error, BadUse | BadSettings | ModelRefused):
        return BAD_USE
    ours = (AlreadyRunning, Missing, NoFfmpeg, NotDelivered, NotRunning, Refused, StartFailed, Unwritable)
    theirs = (NoBroker, NoRuntime, KafkaException, OperationalError, OSError)
    tables = (LostPosition, NotLive, RebuildRefused)
    demos = (KeyRefused, NeverRan, RenderFailed)
    if isinstance(error, (*ours, *theirs, *demos, *tables)):
        return FAILED
    return None


def words(error: BaseException) -> str:
    """Return what is printed for an error."""
    from confluent_kafka import KafkaException
    from sqlalchemy.exc import OperationalError

    if isinstance(error, KafkaException):
        return f"Kafka: {error.args[0].str() if error.args else error}"
    if isinstance(error, OperationalError):
        return f"Postgres: {str(error.orig).strip().splitlines()[0]}"
    return str(error)


def say_and_exit(error: BaseException) -> None:
    """End the program with the error's words; raise it again when it is a mistake of ours."""
    code = exit_code(error)
    if code is None:
        raise error
    print(f"horus: {words(error)}", file=sys.stderr)
    sys.exit(code)
