"""``python -m schemas.publish [--check]``: write the contract's files, or say which are stale."""

import argparse
import sys

from schemas.publish.contract import COMMAND, Breaks, contract, stale, write
from schemas.publish.examples import NoExample

BAD_USE = 2


def main() -> int:
    """Return 0 when all is up to date, 1 when ``--check`` found something stale, 2 when an event broke."""
    parser = argparse.ArgumentParser(prog="python -m schemas.publish", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; name what is stale")
    check = parser.parse_args().check
    try:
        files = contract()
    except (Breaks, NoExample) as error:
        print(error, file=sys.stderr)
        return BAD_USE
    for path in stale(files) if check else write(files):
        print(f"{path} is stale: {COMMAND}" if check else f"wrote {path}")
    return 1 if check and stale(files) else 0


if __name__ == "__main__":
    sys.exit(main())
