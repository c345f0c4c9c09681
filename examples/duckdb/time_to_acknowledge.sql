-- Mean time to acknowledge, by the grade that an alarm had in the end: from its being told to the first answer.
WITH events AS (
    SELECT DISTINCT ON (event_id) *
    FROM read_parquet('ocorrencias/*/*/*.parquet', hive_partitioning = true, union_by_name = true)
),
alarms AS (
    SELECT
        uid,
        min(event_time) FILTER (event_type LIKE 'horus.OcorrenciaOpened.%') AS told_at,
        arg_max(fault.severity, "offset") FILTER (fault IS NOT NULL) AS severity,
        min("at") FILTER (event_type LIKE 'horus.OcorrenciaAcknowledged.%') AS acknowledged_at
    FROM events
    GROUP BY uid
)
SELECT
    severity,
    count(*) AS alarms,
    count(acknowledged_at) AS acknowledged,
    round(avg(epoch(acknowledged_at) - epoch(told_at)), 1) AS mean_seconds
FROM alarms
WHERE told_at IS NOT NULL
GROUP BY severity
ORDER BY mean_seconds DESC NULLS LAST, alarms DESC, severity;
