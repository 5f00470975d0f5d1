"""Create the tables of main: ships, the outbox, and the tasks that are done."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "ships",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ships")),
    )
    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task_id", sa.String(255), nullable=False),
        sa.Column(
            "message",
            sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb"),
            nullable=False,
        ),
        sa.Column("until_acknowledged", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_messages")),
        sa.UniqueConstraint("task_id", name=op.f("uq_outbox_messages_task_id")),
    )
    op.create_index(op.f("ix_outbox_messages_due_at_id"), "outbox_messages", ["due_at", "id"])
    op.create_table(
        "inbox_messages",
        sa.Column("task_id", sa.String(255), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_inbox_messages")),
    )
    op.create_index(op.f("ix_inbox_messages_accepted_at"), "inbox_messages", ["accepted_at"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("inbox_messages")
    op.drop_table("outbox_messages")
    op.drop_table("ships")
