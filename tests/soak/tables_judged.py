"""The tables against the log: rows as the pure fold has them, none missing and none besides."""

import subprocess
import sys
from collections.abc import Mapping

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from projections.tables import OcorrenciaEver
from schemas.ocorrencia import Ocorrencia
from tests.soak.finding import Finding
from tests.soak.system import System

VERIFY_DEADLINE_S = 300.0


def rows_judged(engine: Engine, folded: Mapping[str, Ocorrencia]) -> Finding:
    """Return whether the table of occurrences holds what the log's fold does."""
    with Session(engine) as session:
        rows = {row.uid: row.state() for row in session.scalars(select(OcorrenciaEver))}
    breaches = [f"{uid}: not in the table" for uid in folded.keys() - rows.keys()]
    breaches += [f"{uid}: not in the log" for uid in rows.keys() - folded.keys()]
    breaches += [
        f"{uid}: {', '.join(_different(folded[uid], rows[uid]))}"
        for uid in folded.keys() & rows.keys()
        if folded[uid] != rows[uid]
    ]
    return Finding(
        asked="rows of ocorrencias not as the fold has them", looked_at=len(rows), breaches=tuple(breaches)
    )


def verified(system: System) -> Finding:
    """Return what `horus verify` says of every projection."""
    done = subprocess.run(
        [sys.executable, "-m", "infra.cli.main", "verify"],
        env=system.environment,
        capture_output=True,
        text=True,
        timeout=VERIFY_DEADLINE_S,
        check=False,
    )
    said = (done.stdout + done.stderr).strip().splitlines()
    return Finding(
        asked="`horus verify`: every projection equal to its fold",
        looked_at=1,
        breaches=() if done.returncode == 0 else tuple(said[-8:]),
    )


def _different(one: Ocorrencia, other: Ocorrencia) -> list[str]:
    other_values = msgspec.structs.asdict(other)
    return [name for name, value in msgspec.structs.asdict(one).items() if value != other_values[name]]
