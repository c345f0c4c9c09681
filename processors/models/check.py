"""Check a model file: every finding at once, and how long an inference takes."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np

from processors.models.card import ModelCard, ModelRefused, card_beside
from processors.models.findings import Finding, of_card, of_file, of_sum, of_trial
from processors.models.layout import Layout
from processors.models.model import read_content
from processors.models.runtime import TFLITE_RUNTIME, interpreter, one_line
from processors.models.tensor import tensor
from processors.models.trial import LIMIT_MS, try_out


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of one model file says."""

    file: str
    fits: bool
    findings: tuple[Finding, ...]
    card: ModelCard | None
    """None when it is missing or broken, which is a finding."""
    size_bytes: int
    runtime: str
    latency_ms: float | None
    """Least CPU of one inference in one thread; None when it was not run."""
    slow: bool
    """Above LIMIT_MS. No finding: it depends on the machine, and keeps nothing from running."""


def check(path: Path, layouts: Mapping[str, Layout], runtime: str) -> Checked:
    """Check a .tflite and the .json beside it against each other, the fault types and ``layouts``.

    ``layouts``: what is measured, by category. Raises ModelRefused when ``path`` cannot be read or is no
    .tflite, NoRuntime when ``runtime`` is not installed.
    """
    content = read_content(path)
    card, findings = None, []
    try:
        card = card_beside(path)
        findings += [*of_sum(card, content), *of_card(card, layouts)]
        vouched = not any(finding.what == "hash" for finding in findings)
    except ModelRefused as refused:
        findings.append(Finding(what="card", text=str(refused)))
        vouched = False
    latency_ms = None
    if vouched or runtime != TFLITE_RUNTIME:
        ran, latency_ms = _run(path, content, card, runtime)
        findings += ran
    else:
        # Half a model ended the process: it trusts what it loads. LiteRT verifies it first.
        findings.append(Finding(what="run", text=f"not run: {runtime} is given only what a card vouches for"))
    return Checked(
        file=str(path),
        fits=not findings,
        findings=tuple(findings),
        card=card,
        size_bytes=len(content),
        runtime=runtime,
        latency_ms=latency_ms,
        slow=latency_ms is not None and latency_ms > LIMIT_MS,
    )


def _run(
    path: Path, content: bytes, card: ModelCard | None, runtime: str
) -> tuple[list[Finding], float | None]:
    """Compare the file with its card, and run it."""
    try:
        runs = interpreter(content, runtime)
    except (ValueError, RuntimeError) as error:
        raise ModelRefused(f"{path}: not a model {runtime} can run: {one_line(error)}") from error
    inputs, outputs = runs.get_input_details(), runs.get_output_details()
    if (len(inputs), len(outputs)) != (1, 1):
        text = f"{len(inputs)} inputs and {len(outputs)} outputs in the file, wants one of each"
        return [Finding(what="shape", text=text)], None
    given, told = tensor(inputs[0]), tensor(outputs[0])
    findings = list(of_file(card, given, told)) if card is not None else []
    if not all(end.dtype == np.float32 or np.issubdtype(end.dtype, np.integer) for end in (given, told)):
        text = f"{given.dtype.name} in and {told.dtype.name} out, wants float32 or whole numbers"
        return [*findings, Finding(what="dtype", text=text)], None
    try:
        trial = try_out(runs, given, told)
    except (ValueError, RuntimeError) as error:
        return [*findings, Finding(what="run", text=f"does not run: {one_line(error)}")], None
    return [*findings, *of_trial(trial)], round(trial.latency_ms, 4)
