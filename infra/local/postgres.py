"""A real Postgres on one machine: loopback only, a password of its own, as a user of its own under root."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import URL, create_engine, text
from sqlalchemy.exc import OperationalError

from infra.local.account import give, own_folder, server_account
from infra.local.leash import leashed
from infra.local.postgres_programs import Programs, find_programs

# For a machine of two cores that is also decoding television: little memory, no just-in-time compiler (its
# compile time is longer than any query here), room for the pools of API, projections and a few psql.
SERVER_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # No socket file: its path would be limited to 107 bytes, and the password guards the port as well.
    "unix_socket_directories": "",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "max_wal_size": "256MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
}


@dataclass(frozen=True)
class PostgresNode:
    """One server: where its data lies, its loopback port, its user, database and password."""

    folder: Path
    port: int
    user: str
    database: str
    password: str

    @property
    def url(self) -> URL:
        """Return the address that SQLAlchemy connects to."""
        return URL.create(
            "postgresql+psycopg2",
            username=self.user,
            password=self.password,
            host="127.0.0.1",
            port=self.port,
            database=self.database,
        )


@dataclass(frozen=True)
class Run:
    """A command in the foreground and the account to run it as (None: one's own)."""

    command: list[str]
    account: str | None


def prepare(node: PostgresNode, on_step: Callable[[str], None] = lambda _: None) -> Run:
    """Make a server ready to run, its database included, and return how to run it in the foreground.

    ``on_step`` hears what takes long. Raises Missing without server programs of the right version,
    RuntimeError when the database cannot be made.
    """
    account = server_account()
    folder = own_folder(node.folder, account)
    data = folder / "data"
    version = data / "PG_VERSION"
    programs = find_programs(account, int(version.read_text()) if version.exists() else None)
    if not version.exists():
        on_step(f"making the database (PostgreSQL {programs.major})")
        _make(node, programs, folder, account)
    _drop_stale_lock(data)
    options = [f"-c{name}={value}" for name, value in SERVER_SETTINGS.items()]
    return Run([programs.path("postgres"), "-D", str(data), f"-cport={node.port}", *options], account)


def trouble(url: URL) -> str | None:
    """Return why the server does not let one into the database within 2 s, None when it does."""
    engine = create_engine(url, connect_args={"connect_timeout": 2})
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return None
    except OperationalError as error:
        return f"Postgres at {url.host}:{url.port}: {str(error.orig).strip().splitlines()[0]}"
    finally:
        engine.dispose()


def _make(node: PostgresNode, programs: Programs, folder: Path, account: str | None) -> None:
    """Make the cluster and its database beside, then rename: a start may be killed at any moment."""
    fresh = folder / f"making-{secrets.token_hex(4)}"
    password = folder / f"{fresh.name}.password"
    try:
        password.touch(mode=0o600)
        password.write_text(node.password)
        give(password, account)
        make = [programs.path("initdb"), "-D", str(fresh), "--encoding=UTF8", "--no-locale"]
        make += ["--username", node.user, "--pwfile", str(password), "--auth=scram-sha-256"]
        _run(make, account, folder)
        # Without a server: nobody can connect to a database that is half made.
        single = [programs.path("postgres"), "--single", "-D", str(fresh), "postgres"]
        _run(single, account, folder, f'CREATE DATABASE "{node.database}"\n')
        fresh.rename(folder / "data")
    finally:
        password.unlink(missing_ok=True)
        shutil.rmtree(fresh, ignore_errors=True)


def _run(command: list[str], account: str | None, folder: Path, given: str = "") -> None:
    """Run a program to its end as the account. Raises RuntimeError with the last line that it said."""
    leash = leashed(command, parent=os.getpid(), user=account)
    done = subprocess.run(leash, input=given, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise RuntimeError(f"Postgres' database could not be made: {said[-1] if said else 'no reason given'}")


def _drop_stale_lock(data: Path) -> None:
    """Remove the lock of a server that was killed when another program has its process id by now.

    Postgres itself tells a dead process, but takes any living one of its own user for a server.
    """
    lock = data / "postmaster.pid"
    try:
        holder = psutil.Process(int(lock.read_text().split()[0]))
        if holder.name() != "postgres":
            lock.unlink()
    except (FileNotFoundError, psutil.NoSuchProcess):
        pass
    except (IndexError, ValueError):
        lock.unlink()  # An empty lock: the machine went down while it was written.
