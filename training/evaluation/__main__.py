"""Judge the models on a folder of programmes: ``python -m training.evaluation --set DIR``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from infra.ffmpeg import NoFfmpeg, find_ffmpeg
from infra.media_file import MediaRefused
from infra.settings import BadSettings, load
from processors.models.model import ModelRefused
from training.evaluation.evaluate import judge_all, set_beside_peers
from training.evaluation.measuring import Measuring
from training.evaluation.peers import PeerFailed
from training.evaluation.pictures import draw_misses
from training.evaluation.programmes import NoProgrammes, read_set
from training.evaluation.region import NoRegion, check_region, write_region
from training.evaluation.report import make_report
from training.evaluation.scores import KINDS
from training.evaluation.tables import markdown

# The document shows a dozen of each kind; the list for work is in --json and on the terminal.
_SHOWN = 12


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, judge and report; returns the exit code."""
    given = _parser().parse_args(arguments)
    try:
        return _evaluate(given)
    except (
        NoProgrammes,
        NoRegion,
        ModelRefused,
        MediaRefused,
        BadSettings,
        NoFfmpeg,
        PeerFailed,
        OSError,
    ) as error:
        print(f"evaluation: {error}", file=sys.stderr)
        return 2


def _evaluate(given: argparse.Namespace) -> int:
    if given.out is not None:
        check_region(given.out)
    programmes = read_set(given.set)[: given.limit]
    measuring = Measuring(given.models, given.cache, (given.only,) if given.only else KINDS)
    judged = judge_all(programmes, measuring, given.jobs)
    peers = None
    if given.peers_minutes > 0:
        peers = set_beside_peers(judged, find_ffmpeg(load()), given.cache, given.peers_minutes)
    named = {
        kind: f"{model.card.name} {model.card.version} ({model.card.sha256[:12]})"
        for kind, model in measuring.used.items()
    }
    report = make_report([each.case for each in judged], sum(each.cpu_s for each in judged), named, peers)
    print(markdown(report))
    if given.out is not None:
        write_region(given.out, markdown(report, _SHOWN))
    if given.json is not None:
        given.json.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
    if given.pictures is not None:
        print(f"{draw_misses(judged, given.pictures)} pictures in {given.pictures}", file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="training.evaluation", description=__doc__)
    parser.add_argument("--set", type=Path, required=True, help="folder of programmes, NAME.json beside each")
    parser.add_argument("--models", type=Path, help="folder of models; default: the committed ones")
    parser.add_argument("--out", type=Path, help="document whose marked region the tables go into")
    parser.add_argument("--json", type=Path, help="file for the whole report, every miss in it")
    parser.add_argument("--pictures", type=Path, help="folder for a picture of each miss and false alarm")
    parser.add_argument("--only", choices=KINDS, help="judge the picture alone, or the sound alone")
    parser.add_argument("--jobs", type=int, default=1, help="programmes measured at a time; default: 1")
    parser.add_argument("--limit", type=int, help="only the first so many programmes")
    parser.add_argument(
        "--peers-minutes",
        type=float,
        default=60.0,
        help="minutes of programme for ffmpeg's filters beside (at seven times the price of a decode)",
    )
    parser.add_argument("--no-peers", dest="peers_minutes", action="store_const", const=0.0)
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path(".horus/evaluation"),
        help="folder of what was measured before: a new threshold costs no new measuring",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
