"""The log folded into Postgres: tables that can be thrown away and built again."""
