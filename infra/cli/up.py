"""``horus up`` and ``horus down``: the whole system on this machine."""

import os
import sys
from typing import Annotated

import typer

from infra.cli.console import Progress
from infra.cli.signals import as_interrupts, exit_code_of

Detach = Annotated[
    bool, typer.Option("--detach", "-d", help="Return when everything is ready, and leave it running.")
]
# How often the foreground looks whether everything was stopped from elsewhere; bounds how late it ends.
LOOK_S = 0.5


def up(detach: Detach = False) -> None:
    """Run Horus on this machine: Kafka, Postgres and every process, until Ctrl-C.

    \b
    horus up                                    stay in the foreground; Ctrl-C stops everything
    horus up --detach                           return when ready; `horus down` stops it
    HORUS_PORT=9000 horus up                    the API on another port
    HORUS_HOME=/srv/horus horus up              state in another folder
    KAFKA_BOOTSTRAP_SERVERS=k1:9092 horus up    a Kafka elsewhere, instead of the embedded one

    A process that ends is started again, waiting a second longer after each failure.
    Logs: <HORUS_HOME>/logs.
    """
    from infra.cli.foreground import kept, start_and_leave
    from infra.cli.greeting import greeting, key_is_new
    from infra.cli.settings import table
    from infra.local.installation import Installation
    from infra.local.stack import held, prepare
    from infra.settings import in_words, load
    from processors.models.installed import installed_model

    settings = load()
    # A folder of models that can't be used is refused here, not by a stage that starts again and again.
    for category in ("video", "audio"):
        installed_model(category, settings.horus_models, settings.horus_tflite_runtime)
    progress = Progress()
    try:
        with held(Installation(settings.home)), as_interrupts():
            print("\n".join(table(in_words(settings))), flush=True)
            stack = prepare(settings, progress.say)
            lines = greeting(settings, show_key=key_is_new(settings))
            if detach:
                start_and_leave(stack, os.environ, progress)
                print("\n".join([*lines, "`horus status` tells how it fares, `horus down` stops it."]))
                return
            with kept(stack, os.environ, progress) as keeper:
                print("\n".join([*lines, "Ctrl-C stops everything."]), flush=True)
                while not keeper.ended.wait(LOOK_S):
                    pass
    except KeyboardInterrupt as interrupt:
        sys.exit(exit_code_of(interrupt))


def down() -> None:
    """Stop what `horus up` started in this home, in order: first Horus' processes, then the servers."""
    from infra.local.control import NotRunning
    from infra.local.installation import Installation
    from infra.local.supervise import take_down
    from infra.settings import load

    installation = Installation(load().home)
    try:
        take_down(installation)
    except NotRunning:
        print(f"Horus does not run in {installation.home}.")
    else:
        print(f"Horus has stopped in {installation.home}.")
