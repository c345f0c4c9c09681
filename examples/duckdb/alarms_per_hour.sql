-- Alarms that opened in each hour, by channel: when and where it happens.
-- A record may lie in the log twice with one event_id; DISTINCT ON drops the second, as every reader must.
WITH opened AS (
    SELECT DISTINCT ON (event_id) channel, fault
    FROM read_parquet('ocorrencias/*/*/*.parquet', hive_partitioning = true, union_by_name = true)
    WHERE event_type LIKE 'horus.OcorrenciaOpened.%'
)
SELECT
    time_bucket(INTERVAL 1 HOUR, fault.start_ts AT TIME ZONE 'UTC') AS hour_utc,
    channel,
    count(*) AS alarms,
    count(DISTINCT fault.type) AS fault_types
FROM opened
GROUP BY ALL
ORDER BY hour_utc, channel;
