"""From what is wanted to what runs."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from producers.reconcile import Plan, Reconciler, Watched, plan, wanted
from producers.segments import Before
from schemas.events import StreamConfigured, StreamRemoved

T0 = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
names = st.sampled_from(["a", "b", "c", "d"])
urls = st.sampled_from(["srt://h:1", "srt://h:2"])
rates = st.sampled_from([1.0, 5.0])


def configured(channel: str, url: str = "srt://h:1", fps: float = 5.0) -> StreamConfigured:
    return StreamConfigured(channel=channel, url=url, fps=fps, configured_at=T0, configured_by="tests")


def removed(channel: str) -> StreamRemoved:
    return StreamRemoved(channel=channel, removed_at=T0, removed_by="tests")


@given(
    st.dictionaries(names, st.builds(configured, names, urls, rates)),
    st.dictionaries(names, st.builds(Watched, urls, rates)),
)
def test_a_plan_leads_to_what_is_wanted_and_touches_nothing_else(
    desired: dict[str, StreamConfigured], running: dict[str, Watched]
) -> None:
    todo = plan(desired, running)
    after = {name: watched for name, watched in running.items() if name not in todo.stop}
    for name in todo.start:
        assert name not in after
        after[name] = Watched(desired[name].url, desired[name].fps)
    for name in todo.retune:
        after[name] = Watched(after[name].url, desired[name].fps)
    assert after == {name: Watched(event.url, event.fps) for name, event in desired.items()}
    assert plan(desired, after) == Plan()


def test_another_rate_does_not_interrupt_a_channel() -> None:
    assert plan({"a": configured("a", fps=1.0)}, {"a": Watched("srt://h:1", 5.0)}) == Plan(retune=("a",))


def test_the_latest_configuration_of_a_channel_holds_until_it_is_removed() -> None:
    state = wanted({}, configured("a"))
    state = wanted(state, configured("a", url="srt://h:2"))
    assert state["a"].url == "srt://h:2"
    assert wanted(state, removed("a")) == {}
    assert wanted(state, removed("b")) == state


class Fake:
    """An ingest that only remembers."""

    def __init__(self, event: StreamConfigured, before: Before | None, diary: list[str]) -> None:
        self.name, self.known, self.diary, self.alive = event.channel, before, diary, False
        self.before = Before("20261122T180000.000Z", T0)

    def start(self) -> None:
        self.alive = True
        self.diary.append(f"start {self.name}")

    def set_fps(self, fps: float) -> None:
        self.diary.append(f"retune {self.name} {fps:g}")

    def stop(self, *, on_purpose: bool) -> None:
        self.diary.append(f"stop {self.name}{' on purpose' if on_purpose else ''}")

    def join(self, timeout_s: float) -> bool:
        self.alive = False
        return True


def reconciler() -> tuple[Reconciler, list[str], list[Fake]]:
    diary: list[str] = []
    made: list[Fake] = []

    def begin(event: StreamConfigured, before: Before | None) -> Fake:
        made.append(Fake(event, before, diary))
        return made[-1]

    return Reconciler(begin, {}, lambda event: diary.append(f"gone {event.channel}")), diary, made


def test_removed_channels_stop_on_purpose_and_moved_ones_do_not() -> None:
    channels, diary, _ = reconciler()
    channels.heard(configured("a"))
    channels.heard(configured("b"))
    channels.step()
    channels.heard(removed("a"))
    channels.heard(configured("b", url="srt://h:2"))
    channels.step()
    assert diary == ["start a", "start b", "stop a on purpose", "stop b", "start b"]


def test_a_channel_removed_while_nobody_watched_it_is_told_as_gone() -> None:
    channels, diary, _ = reconciler()
    channels.heard(configured("a"))
    channels.heard(removed("a"))
    channels.heard(removed("b"))
    channels.heard(configured("b"))
    channels.step()
    channels.step()
    assert diary == ["gone a", "start b"]


def test_the_end_of_the_process_is_nobodys_wish_about_a_channel() -> None:
    channels, diary, _ = reconciler()
    channels.heard(configured("a"))
    channels.step()
    channels.close()
    assert diary == ["start a", "stop a"]


def test_an_ingest_that_broke_off_is_begun_again_where_it_ended() -> None:
    channels, diary, made = reconciler()
    channels.heard(configured("a"))
    channels.step()
    made[0].alive = False
    channels.step()
    assert diary == ["start a", "start a"]
    assert made[1].known == made[0].before
