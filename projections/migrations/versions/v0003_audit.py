"""Who did what."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make the table and the view."""
    op.create_table(
        "audit_v1",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
    )
    op.create_index("audit_v1_at", "audit_v1", ["at", "id"])
    op.create_index("audit_v1_who", "audit_v1", ["who", "at"])
    op.create_index("audit_v1_action", "audit_v1", ["action", "at"])
    op.execute("CREATE VIEW audit AS SELECT * FROM audit_v1")


def downgrade() -> None:
    """Drop what `upgrade` made; the log can fill it again."""
    op.execute("DROP VIEW audit")
    op.drop_table("audit_v1")
