"""The broker that a command talks to, asked first whether it is there at all."""


class NoBroker(RuntimeError):
    """Nobody answers where Kafka should be; the text says where and what to do."""


def broker() -> str:
    """Return the bootstrap servers of this installation. Raises NoBroker within two seconds, BadSettings."""
    from infra.local.kafka import trouble
    from infra.settings import load

    settings = load()
    if trouble(settings.bootstrap_servers) is not None:
        hint = "start Horus first (`horus up`)" if settings.embedded_kafka else "see KAFKA_BOOTSTRAP_SERVERS"
        raise NoBroker(f"Kafka does not answer at {settings.bootstrap_servers}: {hint}")
    return settings.bootstrap_servers
