"""Progress on a terminal: one line a step, with the seconds since the command began."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Progress:
    """Prints each step as it is done."""

    def __init__(self) -> None:
        """Begin to count."""
        self._began = time.monotonic()

    def say(self, text: str) -> None:
        """Print a step at once, also into a pipe."""
        print(f"{time.monotonic() - self._began:6.1f} s  {text}", flush=True)

    @contextmanager
    def bar(self, what: str) -> Iterator[Callable[[float], None]]:
        """Give a function that takes the share done, 0 to 1: a bar on a terminal, one line elsewhere.

        What is done at once is not spoken of.
        """
        # Every command imports this module, few draw a bar.
        from rich.console import Console
        from rich.progress import Progress as Bar

        terminal = sys.stdout.isatty()
        with Bar(console=Console(), transient=True, disable=not terminal) as bar:
            task: list[int] = []

            def advance(share: float) -> None:
                if not task:
                    task.append(int(bar.add_task(what, total=1.0)))
                    if not terminal:
                        self.say(what)
                bar.update(bar.task_ids[0], completed=share)

            yield advance
        if task:
            self.say(f"{what}: done")
