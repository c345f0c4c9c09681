"""Claims about the supervisor's configuration."""

import configparser
import shlex
from pathlib import Path

import pytest

from infra.local import processes
from infra.local.installation import LONGEST_SOCKET, Installation
from infra.local.supervisord_conf import Unwritable, render


def parsed(home: Path) -> configparser.ConfigParser:
    """Read the configuration of all processes back, as supervisord would."""
    listed = [processes.kafka(["java", "kafka.Kafka"]), processes.postgres(["postgres"], "nobody")]
    parser = configparser.ConfigParser(inline_comment_prefixes=(";", "#"))
    parser.read_string(render([*listed, *processes.stages()], Installation(home)))
    return parser


def test_every_process_runs_on_a_leash_of_the_supervisor(tmp_path: Path) -> None:
    conf = parsed(tmp_path)
    commands = [shlex.split(conf[name]["command"]) for name in conf if name.startswith("program:")]
    assert len(commands) == 2 + len(processes.stages())
    for command in commands:
        assert command[3].endswith("leash.py")
        assert command[4] == str(Installation(tmp_path).pid_file)


def test_no_process_is_ever_given_up(tmp_path: Path) -> None:
    conf = parsed(tmp_path)
    for name in conf:
        if name.startswith("program:"):
            assert conf[name]["autorestart"] == "true"
            assert int(conf[name]["startretries"]) >= 1_000_000


def test_servers_stop_after_everything_that_needs_them(tmp_path: Path) -> None:
    conf = parsed(tmp_path)
    assert int(conf["group:servers"]["priority"]) < int(conf["group:horus"]["priority"])
    assert conf["group:servers"]["programs"] == "kafka,postgres"


def test_home_with_spaces_and_per_cent_signs_survives(tmp_path: Path) -> None:
    home = tmp_path / "50 % off"
    conf = parsed(home)
    assert conf["program:api"]["stdout_logfile"] == str(home / "logs" / "api.log")
    assert shlex.split(conf["program:api"]["command"])[4] == str(home / "run" / "supervisord.pid")


def test_home_that_would_read_as_a_comment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unwritable, match="space before"):
        parsed(tmp_path / "a ;b")


def test_socket_of_a_deep_home_lies_where_its_path_is_short_enough(tmp_path: Path) -> None:
    deep = Installation(tmp_path / ("d" * 120))
    assert len(str(deep.socket)) <= LONGEST_SOCKET
    assert deep.socket != Installation(tmp_path / ("e" * 120)).socket
    assert Installation(Path("/home/horus")).socket == Path("/home/horus/run/supervisor.sock")
