"""What the local stack cannot do without."""


class Missing(RuntimeError):
    """Something is not installed; the text is one line that says what to install and how."""
