"""Small television for the tests: the demo's generator at a quarter of its size."""

from pathlib import Path

import pytest

from infra.demo.programme import Fault, Programme
from infra.demo.render import rendered


@pytest.fixture(scope="session")
def short() -> Programme:
    """Four seconds of news with a black from 1.24 s to 2.24 s and a cut from 3.2 s on."""
    return Programme(
        name="curto",
        title="Horus News",
        duration_s=4.0,
        width=320,
        height=180,
        fps=25,
        seed=7,
        sound="speech",
        faults=(Fault("fade", 1.24, 2.24), Fault("sem_sinal", 3.2, 4.0)),
    )


@pytest.fixture(scope="session")
def short_file(short: Programme, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of ``short``."""
    return rendered(short, tmp_path_factory.mktemp("demo"))
