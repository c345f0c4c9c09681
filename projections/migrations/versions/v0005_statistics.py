"""Occurrences in figures."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make the tables and the view."""
    op.create_table(
        "statistics_v1",
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("type", sa.Text(), primary_key=True),
        sa.Column("severity", sa.Text(), primary_key=True),
        sa.Column("hour", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("acked", sa.BigInteger(), nullable=False),
        sa.Column("ack_wait_ms", sa.BigInteger(), nullable=False),
    )
    op.create_index("statistics_v1_hour", "statistics_v1", ["hour"])
    op.create_table(
        "statistics_ocorrencias_v1",
        sa.Column("uid", sa.Text(), primary_key=True),
        sa.Column("state", sa.Text(), nullable=False),
    )
    op.execute("CREATE VIEW statistics AS SELECT * FROM statistics_v1")


def downgrade() -> None:
    """Drop what `upgrade` made; the log can fill it again."""
    op.execute("DROP VIEW statistics")
    op.drop_table("statistics_ocorrencias_v1")
    op.drop_table("statistics_v1")
