"""Which seconds of a channel were healthy, faulty or not observed; when it was stopped."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make the tables and the views."""
    op.create_table(
        "coverage_v1",
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("minute", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("picture", sa.BigInteger(), nullable=False),
        sa.Column("sound", sa.BigInteger(), nullable=False),
        sa.Column("video", sa.BigInteger(), nullable=False),
        sa.Column("audio", sa.BigInteger(), nullable=False),
        sa.Column("trouble", sa.BigInteger(), nullable=False),
        sa.Column("healthy_s", sa.SmallInteger(), nullable=False),
        sa.Column("faulty_s", sa.SmallInteger(), nullable=False),
        sa.Column("faults", JSONB(), nullable=False),
        sa.Column("observed_video_s", sa.SmallInteger(), nullable=False),
        sa.Column("observed_audio_s", sa.SmallInteger(), nullable=False),
        sa.Column("first_s", sa.SmallInteger()),
        sa.Column("last_s", sa.SmallInteger()),
        sa.Column("hole_s", sa.SmallInteger()),
        sa.Column("hole_at_s", sa.SmallInteger()),
    )
    op.create_index("coverage_v1_minute", "coverage_v1", ["minute"])
    op.create_table(
        "coverage_off_v1",
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("since", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("until", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "coverage_faults_v1",
        sa.Column("uid", sa.Text(), primary_key=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("first_s", sa.BigInteger()),
        sa.Column("end_s", sa.BigInteger()),
        sa.Column("state", sa.Text(), nullable=False),
    )
    op.create_index("coverage_faults_v1_channel", "coverage_faults_v1", ["channel", "end_s"])
    op.execute("CREATE VIEW coverage AS SELECT * FROM coverage_v1")
    op.execute("CREATE VIEW coverage_off AS SELECT * FROM coverage_off_v1")


def downgrade() -> None:
    """Drop what `upgrade` made; the log can fill it again, as far as it reaches."""
    op.execute("DROP VIEW coverage_off")
    op.execute("DROP VIEW coverage")
    op.drop_table("coverage_faults_v1")
    op.drop_table("coverage_off_v1")
    op.drop_table("coverage_v1")
