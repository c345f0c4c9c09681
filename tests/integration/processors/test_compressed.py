"""Claims about records that somebody else's producer has compressed."""

import asyncio
import uuid

import pytest
from confluent_kafka import Producer

from infra.topics import create_missing
from processors.stage.hole import read_stretches
from schemas.topics import Topic


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_stage_reads_records_compressed_by(codec: str, kafka: str) -> None:
    name = f"compressed-{codec}-{uuid.uuid4().hex[:8]}"
    create_missing(kafka, topics=(Topic(name=name, key="none", partitions=1, written_by=(), read_by=()),))
    producer = Producer({"bootstrap.servers": kafka, "compression.type": codec, "linger.ms": 50})
    values = [f"{number} of many that look alike".encode() for number in range(100)]
    for value in values:
        producer.produce(name, value, partition=0)
    assert producer.flush(30) == 0

    async def read() -> list[bytes | None]:
        return [record.value async for record in read_stretches(kafka, {(name, 0): (0, None)})]

    assert asyncio.run(read()) == values
