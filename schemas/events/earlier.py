"""Events as earlier versions had them: nobody writes them any more, and everybody reads them for ever."""

from typing import ClassVar

from schemas.events.admin import AdminEvent


class CommandDoneV1(AdminEvent, frozen=True, kw_only=True):
    """Somebody commanded what no other event on a topic kept for ever tells.

    Version 1 said what was done in one word, which its readers took apart again, and left the channel empty:
    who asked for everything done to a channel had to know of which actions the target is one.
    """

    TYPE: ClassVar[str] = "horus.CommandDone.v1"

    command_id: str
    """UUID of this command."""
    action: str
    """What was done, as ``<subject>.<verb>``: ``streams.start``, ``clips.sync``."""
    target: str
    """To what: a channel, an id; never a URL with a passphrase."""
    detail: str = ""
    """One line for people, secrets masked."""

    def about(self) -> str:
        """Return what was commanded upon."""
        return f"{self.action.partition('.')[0]}/{self.target}"

    def fact(self) -> tuple[object, ...]:
        """A command is given once."""
        return (self.command_id,)
