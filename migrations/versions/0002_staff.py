"""Staff, their sessions and tokens, drafts and comments, and an audit that only grows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)

# The database itself keeps the audit as it was written: records never change, and none is deleted
# in its first year.
_GUARDS = {
    "sqlite": (
        """CREATE TRIGGER audit_record_stays BEFORE UPDATE ON audit_record
           BEGIN SELECT RAISE(ABORT, 'audit records are never changed'); END""",
        """CREATE TRIGGER audit_record_is_kept BEFORE DELETE ON audit_record
           WHEN OLD.at > datetime('now', '-365 days')
           BEGIN SELECT RAISE(ABORT, 'audit records are kept for a year'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN
             IF TG_OP = 'UPDATE' THEN
               RAISE EXCEPTION 'audit records are never changed';
             END IF;
             IF OLD.at > now() - interval '365 days' THEN
               RAISE EXCEPTION 'audit records are kept for a year';
             END IF;
             RETURN OLD;
           END $$""",
        """CREATE TRIGGER audit_record_stays BEFORE UPDATE OR DELETE ON audit_record
           FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()""",
    ),
}


def upgrade() -> None:
    op.create_table(
        "staff",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_staff")),
    )
    op.create_table(
        "staff_session",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=40), nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=False),
        _of_staff("staff_session"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_staff_session")),
    )
    op.create_index(op.f("ix_staff_session_staff"), "staff_session", ["staff"])
    op.create_table(
        "api_token",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        _of_staff("api_token"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_api_token")),
    )
    op.create_index(op.f("ix_api_token_staff"), "api_token", ["staff"])
    op.create_table(
        "failed_login",
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_failed_login")),
    )
    op.create_index(op.f("ix_failed_login_last_at"), "failed_login", ["last_at"])
    _create_work()
    _create_audit()


def _of_staff(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_staff_staff")
    return sa.ForeignKeyConstraint(["staff"], ["staff.name"], name=name, ondelete="CASCADE")


def _create_work() -> None:
    op.create_table(
        "draft",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", name=op.f("pk_draft")),
    )
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("author", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    op.create_index("ix_comment_kind_item", "comment", ["kind", "item"])


def _create_audit() -> None:
    op.create_table(
        "audit_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("item", sa.String(length=80), nullable=True),
        sa.Column("origin", sa.String(length=32), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_record")),
    )
    for column in ("at", "what", "who"):
        op.create_index(op.f(f"ix_audit_record_{column}"), "audit_record", [column])
    op.create_index("ix_audit_record_kind_item", "audit_record", ["kind", "item"])
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for table in (
        "audit_record",
        "comment",
        "draft",
        "failed_login",
        "api_token",
        "staff_session",
        "staff",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_change()")
