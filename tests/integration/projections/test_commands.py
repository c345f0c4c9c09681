"""People's commands in the table, and tables that are older than them."""

from importlib.resources import as_file, files

from alembic import command
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from infra.kafka import Publisher
from projections import migrate
from projections.tables import OcorrenciaEver
from schemas.events import OcorrenciaAcknowledged, OcorrenciaDeleted, OcorrenciaEdited
from schemas.events.ocorrencias import Changes, OcorrenciaChange
from schemas.topics import Topic
from tests.alarms import START, Alarm
from tests.integration.projections.running import next_offset, projecting, table, wait_until
from tests.integration.projections.test_projector import fold_of_the_log


def acked(alarm: Alarm, by: str, if_version: int | None = None) -> OcorrenciaChange:
    return OcorrenciaAcknowledged(
        channel="tv1",
        uid=alarm.uid,
        command_id=by,
        by=by,
        at=START,
        comment='tab\t, "quote", \\ and \n',
        if_version=if_version,
    )


def edited(alarm: Alarm) -> OcorrenciaChange:
    changes = Changes(type="não sei {ainda}", human_description="linha\noutra\t\\N")
    return OcorrenciaEdited(
        channel="tv1", uid=alarm.uid, command_id="edit", by="ana", at=START, changes=changes
    )


def deleted(alarm: Alarm) -> OcorrenciaChange:
    return OcorrenciaDeleted(channel="tv1", uid=alarm.uid, command_id="delete", by="ana", at=START)


def test_table_is_the_fold_of_the_log_with_commands_in_it(kafka: str, topic: Topic, engine: Engine) -> None:
    kept, gone = Alarm(), Alarm()
    log = [
        kept.opened(),
        gone.opened(),
        acked(kept, "ana", 1),
        acked(kept, "rui", 1),
        edited(kept),
        acked(kept, "eva"),
        deleted(gone),
        edited(gone),
        kept.closed(),
        gone.closed(),
    ]
    Publisher(kafka, "test").publish(topic, log)
    with projecting(kafka, engine, topic):
        wait_until(lambda: next_offset(engine) == len(log))

    expected = fold_of_the_log(kafka, topic)
    assert table(engine) == {kept.uid: expected[kept.uid]}
    row = table(engine)[kept.uid].ocorrencia
    assert (row.version, row.offsets) == (5, (0, 2, 4, 5, 8))
    with Session(engine) as session:
        ever = {each.uid: each.state() for each in session.scalars(select(OcorrenciaEver))}
    assert set(ever) == {kept.uid, gone.uid}
    assert (ever[gone.uid].deleted, ever[gone.uid].version) == (True, 2)


def test_rows_of_an_older_horus_stay_and_take_commands(
    kafka: str, topic: Topic, empty_engine: Engine
) -> None:
    alarm = Alarm()
    with empty_engine.connect() as connection, as_file(files("projections.migrations")) as scripts:
        config = migrate._config(str(scripts))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO ocorrencias_v1 VALUES (0, :uid, 'tv1', 'video', 'fade', 'Leve (C)', 1, :at, :at,"
                " 1.2, 'aberta', '{}', :at, 1, ARRAY['an older event'], 0)"
            ),
            {"uid": alarm.uid, "at": START},
        )
        connection.execute(
            text("INSERT INTO projection_offsets VALUES ('ocorrencias', 1, :topic, 0, 1)"),
            {"topic": topic.name},
        )
        connection.commit()

    migrate.upgrade(empty_engine)
    Publisher(kafka, "test").publish(topic, [alarm.opened(), acked(alarm, "ana")])
    with projecting(kafka, empty_engine, topic):
        wait_until(lambda: next_offset(empty_engine) == 2)

    row = table(empty_engine)[alarm.uid].ocorrencia
    assert (row.id, row.version, row.offsets, row.applied[0]) == (0, 2, (1,), "an older event")
    assert row.ack is not None
    assert row.ack.by == "ana"
