"""What must hold before anything is started, so that a refusal leaves nothing half running."""

from infra.ffmpeg import find_ffmpeg
from infra.local.jars import fetched
from infra.local.java import find_java
from infra.local.ports import Wanted, complaints
from infra.settings import Settings


class Refused(RuntimeError):
    """Horus cannot start here; the text says why and what to do, a line each."""


def wanted_ports(settings: Settings) -> list[Wanted]:
    """Return the ports that this installation is going to listen on."""
    wanted = [Wanted("the API", settings.horus_host, settings.horus_port, "HORUS_PORT")]
    if settings.embedded_kafka:
        wanted += [
            Wanted("Kafka", "127.0.0.1", settings.horus_kafka_port, "HORUS_KAFKA_PORT"),
            Wanted(
                "Kafka's controller",
                "127.0.0.1",
                settings.horus_kafka_controller_port,
                "HORUS_KAFKA_CONTROLLER_PORT",
            ),
        ]
    if settings.embedded_postgres:
        wanted.append(Wanted("Postgres", "127.0.0.1", settings.horus_postgres_port, "HORUS_POSTGRES_PORT"))
    return wanted


def check(settings: Settings) -> None:
    """Check ports and programs.

    Raises Refused for ports that are taken or named twice, Missing and NoFfmpeg for programs, BadSettings for
    a wrong HORUS_FFMPEG.
    """
    wanted = wanted_ports(settings)
    lines = twice(wanted) or complaints(wanted)
    if lines:
        raise Refused("\n".join(lines))
    find_ffmpeg(settings)
    if settings.embedded_kafka:
        find_java()


def slow_steps(settings: Settings) -> list[str]:
    """Return what the first start has to fetch, for people who wait."""
    return ["fetching Kafka by Maven (once)"] if settings.embedded_kafka and not fetched() else []


def twice(wanted: list[Wanted]) -> list[str]:
    """Return a line for each port that two settings name."""
    seen: dict[int, Wanted] = {}
    lines = []
    for each in wanted:
        if (other := seen.setdefault(each.port, each)) is not each:
            lines.append(
                f"port {each.port} is both {other.setting} and {each.setting}: choose another for one"
            )
    return lines
