"""Events out of the log into files: Parquet, CSV or lines of JSON, each event once."""
