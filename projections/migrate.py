"""Bringing the database to the tables of this version of Horus."""

from importlib.resources import as_file, files

import tenacity
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

# Any fixed number does; it only has to be the same for everyone who migrates this database.
LOCK = 0x48_4F_52_55_53  # "HORUS"
# A Postgres just started by the supervisor answers within seconds; longer is somebody's mistake.
WAIT_S = 30.0


def upgrade(engine: Engine, wait_s: float = WAIT_S) -> None:
    """Migrate to the newest tables; does nothing when they are there. Concurrent starts wait for each other.

    Raises sqlalchemy.exc.OperationalError when the database does not answer within ``wait_s`` seconds.
    """
    patient = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(OperationalError),
        stop=tenacity.stop_after_delay(wait_s),
        wait=tenacity.wait_exponential(multiplier=0.1, max=1.0),
        reraise=True,
    )
    with patient(engine.connect) as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        try:
            with as_file(files("projections.migrations")) as scripts:
                config = _config(str(scripts))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
            connection.commit()


def is_current(connection: Connection) -> bool:
    """Tell whether the tables are those of this version of Horus."""
    with as_file(files("projections.migrations")) as scripts:
        newest = ScriptDirectory.from_config(_config(str(scripts))).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == newest


def _config(scripts: str) -> Config:
    config = Config()
    # configparser reads a per cent sign as the start of a reference.
    config.set_main_option("script_location", scripts.replace("%", "%%"))
    return config
