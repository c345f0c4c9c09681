"""What a soak came to: a table for people, the same as JSON for programs."""

from collections import Counter

import msgspec

from tests.soak.finding import Finding
from tests.soak.knife import Struck
from tests.soak.stalls import Stall

# Of a breach that fills pages the first lines say what it is; the JSON has all.
SHOWN = 5


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A soak and its verdict."""

    seed: int
    channels: int
    media_s: int
    """How much media each channel had."""
    took_s: float
    """All in all: coming up, the blows, working off, judging."""
    drained_s: float
    """From the last segment to the end of all work."""
    disk: str
    """How the media store was made full."""
    struck: list[Struck]
    findings: list[Finding]
    stalls: list[Stall]

    @property
    def held(self) -> bool:
        """Tell whether nothing was found wrong."""
        return all(each.held for each in self.findings)


def table(report: Report) -> str:
    """Return the report as people read it."""
    blows = Counter(f"{each.kind} {each.target}" for each in report.struck)
    kills = sum(each.kind == "kill" for each in report.struck)
    lines = [
        "",
        f"soak, seed {report.seed}: {kills} kills and {len(report.struck) - kills} other blows in "
        f"{report.media_s} s of {report.channels} channels; worked off {report.drained_s:.1f} s after the "
        f"last segment; {report.took_s:.0f} s in all",
        f"  {', '.join(f'{count} x {blow}' for blow, count in sorted(blows.items()))}",
        f"  full disk: {report.disk}",
        "",
        f"  {'asked':<72} {'looked at':>9} {'wrong':>6}",
    ]
    for each in report.findings:
        lines.append(f"  {each.asked:<72} {each.looked_at:>9} {len(each.breaches):>6}")
        lines += [f"      {breach}" for breach in each.breaches[:SHOWN]]
        if len(each.breaches) > SHOWN:
            lines.append(f"      ... and {len(each.breaches) - SHOWN} more")
    lines += ["", f"  {'waited behind':<28} {'events':>6} {'median':>8} {'longest':>8}"]
    lines += [
        f"  {each.blow:<28} {each.events:>6} {each.median_s:>6.1f} s {each.longest_s:>6.1f} s"
        for each in report.stalls
    ]
    lines += ["", "HELD" if report.held else "BROKEN"]
    return "\n".join(lines)
