"""What clients may write of a webhook."""

import pytest
from pydantic import ValidationError

from api.webhooks.forms import WebhookWrite


def test_misspelt_filter_is_refused_rather_than_taken_for_none() -> None:
    with pytest.raises(ValidationError, match="severity"):
        WebhookWrite.model_validate({"url": "https://noc.example/", "filters": {"severity": ["Grave (A)"]}})
