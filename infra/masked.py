"""Text without what opens something: the last sieve before a log, whatever a caller has put into a line."""

import re

HIDDEN = "***"

# Options of sources that are no secrets and that somebody who looks for a fault needs to see.
_OPEN = "mode|latency|timeout|fifo_size|overrun_nonfatal|localport|connect_timeout|listen"
# Words before a value that is none of a log's business.
_WORDS = r"pass(?:phrase|word|wd)|secret|token|streamid|api[-_]?key|authorization|credential|signature"
_VALUE = r"""(?:'[^']*'|"[^"]*"|(?:(?:Bearer|Basic)\s+)?[^\s,;&'"]+)"""

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # user:password@ of any URL, the database's too.
    (re.compile(r"""(\w://)[^/\s'"]+@"""), rf"\1{HIDDEN}@"),
    # RTMP carries its key as the last part of the path.
    (re.compile(r"""(rtmps?://[^/\s'"]+/[^/\s'"?]+/)[^\s'"?]+""", re.IGNORECASE), rf"\1{HIDDEN}"),
    # Every option of a URL but the harmless ones.
    (re.compile(rf"""([?&](?!(?:{_OPEN})=)[\w.%-]+=)[^&\s'"#]+"""), rf"\1{HIDDEN}"),
    # Keys of Horus; the id stays, it tells which one to revoke.
    (re.compile(r"(hrs\.[0-9a-f]{12}\.)[\w-]+"), rf"\1{HIDDEN}"),
    # Anything that is called a secret, in headers, JSON and keyword arguments alike.
    (re.compile(rf"""((?:{_WORDS})["']?\s*[:=]\s*){_VALUE}""", re.IGNORECASE), rf"\1{HIDDEN}"),
)


def masked(text: str) -> str:
    """Return the text with passwords, passphrases, tokens and keys replaced by ``***``."""
    for pattern, shown in _RULES:
        text = pattern.sub(shown, text)
    return text
