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
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
    )
    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("task_id", sa.String(255), nullable=False, unique=True),
        sa.Column(
            "message",
            sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb"),
            nullable=False,
        ),
        sa.Column("until_taken", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
    )
    op.create_index(op.f("ix_outbox_messages_due_at_id"), "outbox_messages", ["due_at", "id"])
    op.create_table(
        "done_tasks",
        sa.Column("task_id", sa.String(255), primary_key=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index(op.f("ix_done_tasks_done_at"), "done_tasks", ["done_at"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("done_tasks")
    op.drop_table("outbox_messages")
    op.drop_table("ships")
