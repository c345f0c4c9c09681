"""What every room stands on: settings, Kafka and Postgres clients, the media store, logs, the local stack."""
