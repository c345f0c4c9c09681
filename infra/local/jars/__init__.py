"""The jars that Horus takes from Maven, fetched once into the environment that Horus is installed in."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.local.java import find_java
from infra.local.missing import Missing

POM = Path(__file__).with_name("pom.xml")
KAFKA_VERSION = "4.1.0"
STAMP = ".complete"
INSTALL = "Maven is missing (it fetches Kafka's jars once): on Debian `apt-get install maven`"


def jars_folder() -> Path:
    """Return where the jars lie: below the Python environment, shared by all homes that run from it."""
    return Path(sys.prefix) / "share" / "horus" / f"kafka-{KAFKA_VERSION}"


def fetched() -> bool:
    """Tell whether the jars of today's pom.xml are there; needs no network."""
    stamp = jars_folder() / STAMP
    return stamp.is_file() and stamp.read_text() == _wanted()


def fetch_jars() -> Path:
    """Return the folder of the jars, fetching them by Maven when they are not there.

    A reader sees all jars or none. Raises Missing without Maven, RuntimeError with Maven's last line when it
    fails.
    """
    folder = jars_folder()
    if fetched():
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        raise Missing(INSTALL)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as temporary:
        fresh = Path(temporary) / "jars"
        done = subprocess.run(
            [maven, "-q", "-B", "-f", POM, "dependency:copy-dependencies", f"-DoutputDirectory={fresh}"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            find_java()  # Without Java, Maven complains in words that help nobody. Raises Missing.
            said = (done.stdout + done.stderr).strip().splitlines()
            reasons = [line for line in said if "ERROR" in line] or said[-1:] or ["no reason given"]
            raise Missing(f"Maven could not fetch Kafka: {reasons[0]}")
        (fresh / STAMP).write_text(_wanted())
        _put_in_place(fresh, folder, Path(temporary) / "old")
    return folder


def hls_js_jar() -> Path:
    """Return the webjar with hls.js in it (``META-INF/resources/webjars/hls.js/<version>/dist/hls.min.js``).

    Raises Missing when the jars were not fetched.
    """
    for jar in sorted(jars_folder().glob("hls.js-*.jar")):
        return jar
    raise Missing("hls.js is missing: `make setup` fetches it")


def swagger_ui_jar() -> Path:
    """Return the webjar with Swagger UI in it (``META-INF/resources/webjars/swagger-ui/<version>/``).

    Raises Missing when the jars were not fetched.
    """
    for jar in sorted(jars_folder().glob("swagger-ui-*.jar")):
        return jar
    raise Missing("Swagger UI is missing: `make setup` fetches it")


def _wanted() -> str:
    return hashlib.sha256(POM.read_bytes()).hexdigest()


def _put_in_place(fresh: Path, folder: Path, old: Path) -> None:
    if folder.exists():
        folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        # Another start was faster; what it fetched is as good, or the next start fetches again.
        if not fetched():
            raise
