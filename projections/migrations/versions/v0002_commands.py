"""What people do to occurrences: acknowledged, edited, deleted; and where each event lies in the log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None

COLUMNS = ("offsets", "ack", "first_ack_at", "edited", "deleted")


def upgrade() -> None:
    """Add the columns; what is in the table stays, for no command was ever written before them."""
    # A view names its columns when it is made, and must go while they change.
    op.execute("DROP VIEW ocorrencias")
    for column in (
        sa.Column("offsets", ARRAY(sa.BigInteger()), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("ack", JSONB()),
        sa.Column("first_ack_at", sa.DateTime(timezone=True)),
        sa.Column("edited", JSONB()),
        sa.Column("deleted", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    ):
        op.add_column("ocorrencias_v1", column)
    op.execute("CREATE VIEW ocorrencias AS SELECT * FROM ocorrencias_v1 WHERE NOT deleted")
    op.execute("CREATE VIEW ocorrencias_ever AS SELECT * FROM ocorrencias_v1")


def downgrade() -> None:
    """Drop what `upgrade` added; the log can fill it again."""
    op.execute("DROP VIEW ocorrencias_ever")
    op.execute("DROP VIEW ocorrencias")
    for name in COLUMNS:
        op.drop_column("ocorrencias_v1", name)
    op.execute("CREATE VIEW ocorrencias AS SELECT * FROM ocorrencias_v1")
