-- The channels with the most time in alarm, and which fault had the largest part in it.
WITH closed AS (
    SELECT DISTINCT ON (event_id) channel, uid, fault
    FROM read_parquet('ocorrencias/*/*/*.parquet', hive_partitioning = true, union_by_name = true)
    WHERE event_type LIKE 'horus.OcorrenciaClosed.%'
      AND uid NOT IN (
          SELECT uid FROM read_parquet('ocorrencias/*/*/*.parquet', hive_partitioning = true, union_by_name = true)
          WHERE event_type LIKE 'horus.OcorrenciaDeleted.%'
      )
),
by_type AS (
    SELECT channel, fault.type AS fault_type, count(*) AS alarms, sum(fault.duration_s) AS seconds
    FROM closed
    GROUP BY ALL
)
SELECT
    channel,
    CAST(sum(alarms) AS BIGINT) AS alarms,
    round(sum(seconds), 1) AS seconds_in_alarm,
    arg_max(fault_type, seconds) AS worst_fault
FROM by_type
GROUP BY channel
ORDER BY seconds_in_alarm DESC, channel;
