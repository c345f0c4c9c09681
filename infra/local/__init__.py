"""The whole stack on one machine: Kafka, Postgres and every process of Horus under one supervisor."""
