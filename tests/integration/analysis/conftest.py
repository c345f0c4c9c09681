"""What tests of whole files share: one synthetic programme, the committed models, and a way to analyse."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.demo.render import rendered
from infra.settings import load
from processors.analysis.analysis import Analysis, models_of
from processors.decisions.rules import Rules
from tests.integration.analysis.clips import PROGRAMME

Analyse = Callable[..., Analysis]


@pytest.fixture(scope="session")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programme of `clips` as MPEG-TS."""
    return rendered(PROGRAMME, tmp_path_factory.mktemp("programme"))


@pytest.fixture
def analyse() -> Analyse:
    """Begin the analysis of a file with default settings and the committed models."""
    settings = load({}, dotenv=None)

    def begin(media: Path, **named: object) -> Analysis:
        return Analysis(media, Rules(settings), models_of(settings), **named)  # type: ignore[arg-type]

    return begin
