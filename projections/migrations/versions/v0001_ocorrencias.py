"""The occurrences, behind a view, and the offsets of projections."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make the tables and the view."""
    op.create_table(
        "projection_offsets",
        sa.Column("projection", sa.Text(), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("topic", sa.Text(), primary_key=True),
        sa.Column("partition", sa.Integer(), primary_key=True),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "ocorrencias_v1",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("uid", sa.Text(), nullable=False, unique=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("start_ts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_ts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("evidence", JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("applied", ARRAY(sa.Text()), nullable=False),
        sa.Column("last_offset", sa.BigInteger(), nullable=False),
    )
    op.create_index("ocorrencias_v1_channel", "ocorrencias_v1", ["channel", "id"])
    op.create_index("ocorrencias_v1_type", "ocorrencias_v1", ["type", "id"])
    op.create_index("ocorrencias_v1_start_ts", "ocorrencias_v1", ["start_ts"])
    op.execute("CREATE VIEW ocorrencias AS SELECT * FROM ocorrencias_v1")


def downgrade() -> None:
    """Drop what `upgrade` made; the log can fill it again."""
    op.execute("DROP VIEW ocorrencias")
    op.drop_table("ocorrencias_v1")
    op.drop_table("projection_offsets")
