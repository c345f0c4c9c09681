"""``python -m api``: serve REST, WebSocket, HLS and the page, in one process."""

import sys

import uvicorn

from api.app import create_app
from api.http_protocol import HEAD_MAX, PromptH11
from api.wire import PushProtocol
from infra import logs, settings

# Open WebSockets are told to go (1012) at once; what else is under way gets this long.
SHUTDOWN_S = 1
# Finds clients that vanished without a word; browsers answer pings by themselves.
PING_S = 20.0
# An operator's clicks and a client's text are small, and all of it is ignored.
MAX_MESSAGE = 64 * 1024


def main() -> int:
    """Serve until SIGTERM or SIGINT; return 2 for settings that cannot hold."""
    try:
        chosen = settings.load()
        logs.configure("api", chosen.horus_log_level)
        app = create_app(chosen)
    except settings.BadSettings as error:
        print(error, file=sys.stderr)
        return 2
    uvicorn.run(
        app,
        host=chosen.horus_host,
        port=chosen.horus_port,
        loop="uvloop",
        log_config=None,
        access_log=False,
        server_header=False,
        http=PromptH11,
        h11_max_incomplete_event_size=HEAD_MAX,
        # Whoever may say that he is somebody else is free of every count of wrong keys.
        proxy_headers=bool(chosen.horus_trusted_proxies),
        forwarded_allow_ips=chosen.horus_trusted_proxies,
        ws=PushProtocol,
        ws_ping_interval=PING_S,
        ws_ping_timeout=PING_S,
        ws_max_size=MAX_MESSAGE,
        # Messages are small and sent to many: compressing each anew for each client costs more than it saves.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
