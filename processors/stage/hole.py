"""Reading a stretch of a partition directly: the guard against records that Faust skipped, and state."""

from collections.abc import AsyncIterator

from aiokafka import AIOKafkaConsumer, TopicPartition

from processors.stage.taken import Taken

FETCH_WAIT_MS = 100


async def read_stretches(
    bootstrap_servers: str, stretches: dict[tuple[str, int], tuple[int, int | None]]
) -> AsyncIterator[Taken]:
    """Yield the records of each (topic, partition) from the first offset up to, not including, the second.

    None means the end as of now. What retention or compaction has removed is passed over silently.
    Raises aiokafka.errors.KafkaError when the broker is away.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, enable_auto_commit=False, fetch_max_wait_ms=FETCH_WAIT_MS
    )
    await consumer.start()
    try:
        places = {TopicPartition(*place): span for place, span in stretches.items()}
        consumer.assign(list(places))
        ends = await consumer.end_offsets(list(places))
        beginnings = await consumer.beginning_offsets(list(places))
        until: dict[TopicPartition, int] = {}
        for place, (first, last) in places.items():
            start = max(first, beginnings[place])
            end = ends[place] if last is None else min(last, ends[place])
            consumer.seek(place, start)
            if start < end:
                until[place] = end
        while until:
            fetched = await consumer.getmany(*until, timeout_ms=500)
            for place, records in fetched.items():
                for record in records:
                    if record.offset < until[place]:
                        yield Taken(
                            topic=record.topic,
                            partition=record.partition,
                            offset=record.offset,
                            key=record.key,
                            value=record.value,
                            headers=tuple(record.headers),
                        )
            for place in list(until):
                # By position and not by record: compaction may have removed the last ones.
                if await consumer.position(place) >= until[place]:
                    del until[place]
    finally:
        await consumer.stop()
