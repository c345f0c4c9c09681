"""``python -m infra.local.jars``: fetch the jars, for `make setup`."""

import sys

from infra.local.jars import fetch_jars, fetched
from infra.local.missing import Missing


def main() -> int:
    """Fetch what is missing; return 1 with one line when that cannot be."""
    if fetched():
        return 0
    print("[setup] fetching Kafka, hls.js and Swagger UI by Maven (once, 50 MB)", flush=True)
    try:
        fetch_jars()
    except (Missing, RuntimeError, OSError) as error:
        print(f"[setup] {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
