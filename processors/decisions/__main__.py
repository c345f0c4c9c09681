"""``python -m processors.decisions``: one worker of the decisions stage."""

from infra.settings import load
from processors.decisions.stage import Decisions
from processors.stage.app import run_stage, worker_number

if __name__ == "__main__":
    number = worker_number()
    settings = load()
    decisions = Decisions(settings)
    run_stage(decisions, settings, number, on_start=decisions.rules.known)
