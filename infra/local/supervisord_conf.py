"""The supervisor's configuration, from the table of processes."""

import os
import shlex
from collections.abc import Iterable, Mapping

from infra.local.installation import Installation
from infra.local.leash import leashed
from infra.local.processes import Process

# supervisord gives up on a process after so many failed starts in a row, waiting a second longer each time.
# A stage whose broker is away for an hour must come back, so it is never to give up: this would take years.
START_RETRIES = 1_000_000
# A process that lived this long has started; what dies sooner waits before it is tried again. A stage needs
# 3 s to find out that it cannot work.
START_SECONDS = 5
LOG_BYTES = 10_000_000
LOG_BACKUPS = 3


class Unwritable(ValueError):
    """A value that the configuration's syntax cannot hold; the text names it."""


def render(processes: Iterable[Process], installation: Installation) -> str:
    """Return supervisord.conf. Raises Unwritable for a path that would read as a comment."""
    listed = list(processes)
    sections = [_section("supervisord", _supervisord(installation))]
    sections += [
        _section("unix_http_server", {"file": str(installation.socket), "chmod": "0600"}),
        _section(
            "rpcinterface:supervisor",
            {"supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"},
        ),
    ]
    sections += [_section(f"program:{each.name}", _program(each, installation)) for each in listed]
    # Groups stop from the highest priority down: Horus' processes together, then the servers they talk to.
    for priority, group in enumerate(("servers", "horus"), start=1):
        names = [each.name for each in listed if each.group == group]
        if names:
            sections.append(
                _section(f"group:{group}", {"programs": ",".join(names), "priority": str(priority)})
            )
    return "\n".join(sections)


def _supervisord(installation: Installation) -> dict[str, str]:
    settings = {
        "nodaemon": "true",
        "silent": "true",
        "pidfile": str(installation.pid_file),
        "logfile": str(installation.supervisor_log),
        "logfile_maxbytes": str(LOG_BYTES),
        "logfile_backups": str(LOG_BACKUPS),
        "childlogdir": str(installation.logs),
    }
    if os.geteuid() == 0:
        # Said on purpose, or supervisord warns of it at each start.
        settings["user"] = "root"
    return settings


def _program(process: Process, installation: Installation) -> dict[str, str]:
    command = leashed(
        process.command, parent=installation.pid_file, by=process.orphaned, user=process.account
    )
    settings = {
        "command": shlex.join(command),
        # The command line starts each in its turn, when what it needs answers.
        "autostart": "false",
        "autorestart": "true",
        "startsecs": str(START_SECONDS),
        "startretries": str(START_RETRIES),
        "stopsignal": process.stop.name.removeprefix("SIG"),
        "stopwaitsecs": str(process.stop_wait_s),
        # The signal to stop goes to the process alone, which ends its children in order; the kill to all.
        "stopasgroup": "false",
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": str(installation.log(process.name)),
        "stdout_logfile_maxbytes": str(LOG_BYTES),
        "stdout_logfile_backups": str(LOG_BACKUPS),
    }
    if process.account is not None:
        # Its account may not enter the folder that Horus was started in.
        settings["directory"] = "/"
    if process.environment:
        pairs = [f'{name}="{value}"' for name, value in process.environment.items()]
        settings["environment"] = ",".join(pairs)
    return settings


def _section(title: str, settings: Mapping[str, str]) -> str:
    return "\n".join([f"[{title}]", *(f"{name}={_value(value)}" for name, value in settings.items()), ""])


def _value(value: str) -> str:
    if " ;" in value or " #" in value or "\n" in value:
        raise Unwritable(f"supervisord cannot read a path with a space before ; or #: {value}")
    return value.replace("%", "%%")
