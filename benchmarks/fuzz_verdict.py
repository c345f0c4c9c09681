"""What `benchmarks.fuzz` counts and finds."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """An answer that should not have been."""

    operation: str
    what: str
    """The name of the check that it failed, or why there was no answer."""
    words: str
    curl: str


@dataclass
class Verdict:
    """Answers by operation and status, and the first finding of each kind."""

    wanted: int
    """Requests that were to be made."""
    expected: frozenset[str]
    """Operations that were to be reached, as ``GET /path``."""
    answers: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    findings: dict[tuple[str, str, str], Finding] = field(default_factory=dict)
    times: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def requests(self) -> int:
        """Return how many requests were answered."""
        return sum(sum(each.values()) for each in self.answers.values())

    @property
    def missed(self) -> list[str]:
        """Return the operations that nothing was asked of."""
        return sorted(self.expected - self.answers.keys())

    @property
    def holds(self) -> bool:
        """Tell whether all was asked and nothing found."""
        return not self.findings and not self.missed and self.requests >= self.wanted

    def answered(self, operation: str, status: int) -> None:
        """Count an answer."""
        self.answers[operation][status] += 1

    def found(self, finding: Finding) -> None:
        """Keep a finding, if it is the first of its kind."""
        # The first line names the kind (a status, a content type); what follows quotes the answer.
        kind = (finding.operation, finding.what, finding.words.splitlines()[0] if finding.words else "")
        self.times[kind] += 1
        self.findings.setdefault(kind, finding)

    def __str__(self) -> str:
        """Return the figures, and each finding with a line that repeats it."""
        classes: Counter[str] = Counter()
        statuses: Counter[int] = Counter()
        for each in self.answers.values():
            statuses.update(each)
        for status, count in statuses.items():
            classes[f"{status // 100}xx"] += count
        good = sum(any(status < 300 for status in each) for each in self.answers.values())
        lines = [
            f"operations  {len(self.answers)} of {len(self.expected)}, {good} of them answered 2xx",
            f"requests    {self.requests} of {self.wanted}",
            "answers     " + ", ".join(f"{name} {count}" for name, count in sorted(classes.items())),
            "statuses    " + ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items())),
            f"findings    {sum(self.times.values())} of {len(self.findings)} kinds",
        ]
        lines += [f"not reached {each}" for each in self.missed]
        for kind, finding in self.findings.items():
            lines += [
                "",
                f"{finding.operation}: {finding.what}, {self.times[kind]} times",
                *(f"  {line}" for line in finding.words.splitlines()),
                f"  {finding.curl}",
            ]
        return "\n".join(lines)

    def by_operation(self) -> str:
        """Return a line an operation: how often it was answered how."""
        wide = max(map(len, self.answers), default=0)
        return "\n".join(
            f"{name:{wide}}  " + " ".join(f"{status}:{count}" for status, count in sorted(each.items()))
            for name, each in sorted(self.answers.items())
        )
