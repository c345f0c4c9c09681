"""What the sending of webhooks tells Prometheus, each figure declared once."""

from prometheus_client import Counter

ATTEMPTS = Counter(
    "horus_webhook_attempts_total", "Attempts at deliveries, by what came of them", ["outcome"]
)
DELIVERIES = Counter(
    "horus_webhook_deliveries_total", "Deliveries settled: delivered, or given up as dead letters", ["how"]
)
