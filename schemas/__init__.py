"""The contract of Horus: events, topics, identities, and what an event means. Imports no other room."""
