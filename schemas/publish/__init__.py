"""The contract as files for programs of others: JSON Schemas, AsyncAPI, docs/events.md; made from code."""
