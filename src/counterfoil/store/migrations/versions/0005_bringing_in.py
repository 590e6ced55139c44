"""What an earlier system knew: history documents are final, opening items have an account, customers can be merged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SQLITE = (
    "DROP TRIGGER document_keep",
    """CREATE TRIGGER document_keep BEFORE UPDATE ON document WHEN OLD.state IN ('posted', 'void', 'history')
    BEGIN SELECT RAISE(ABORT, 'document is final'); END""",
    "DROP TRIGGER application_fits",
    """CREATE TRIGGER application_fits BEFORE INSERT ON application
    WHEN NOT EXISTS (
      SELECT 1 FROM open_item d JOIN open_item c ON c.id = NEW.credit_id
      WHERE d.id = NEW.debit_id AND d.amount > 0 AND c.amount < 0 AND d.account_id = c.account_id
        AND d.currency = c.currency AND NEW.dated_on >= d.dated_on AND NEW.dated_on >= c.dated_on
        AND (d.party_id = c.party_id
          OR coalesce((SELECT merged_into FROM party WHERE id = d.party_id), d.party_id)
           = coalesce((SELECT merged_into FROM party WHERE id = c.party_id), c.party_id)))
    BEGIN SELECT RAISE(ABORT, 'application joins items that do not belong together'); END""",
)

_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION document_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'document is kept'; END IF;
      IF OLD.state IN ('posted', 'void', 'history') THEN RAISE EXCEPTION 'document is final'; END IF;
      RETURN NEW;
    END $$""",
    """CREATE OR REPLACE FUNCTION application_made() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (
        SELECT 1 FROM open_item d JOIN open_item c ON c.id = NEW.credit_id
        WHERE d.id = NEW.debit_id AND d.amount > 0 AND c.amount < 0 AND d.account_id = c.account_id
          AND d.currency = c.currency AND NEW.dated_on >= d.dated_on AND NEW.dated_on >= c.dated_on
          AND (d.party_id = c.party_id
            OR coalesce((SELECT merged_into FROM party WHERE id = d.party_id), d.party_id)
             = coalesce((SELECT merged_into FROM party WHERE id = c.party_id), c.party_id))) THEN
        RAISE EXCEPTION 'application joins items that do not belong together' USING ERRCODE = 'check_violation';
      END IF;
      UPDATE open_item_state SET remaining = remaining - NEW.amount WHERE item_id = NEW.debit_id;
      UPDATE open_item_state SET remaining = remaining + NEW.amount WHERE item_id = NEW.credit_id;
      RETURN NULL;
    END $$""",
)


def upgrade() -> None:
    op.execute("ALTER TABLE party ADD COLUMN merged_into INTEGER CONSTRAINT fk_party_merged_into REFERENCES party (id)")
    op.create_index(
        "ix_party_merged_into",
        "party",
        ["merged_into"],
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)
    # A book that is there already posts opening items where the default chart would.
    op.execute(
        "INSERT INTO setting (id, name, value, changed_at, actor)"
        " SELECT coalesce(max(s.id), 0) + 1, 'account.opening', '\"3000\"', coalesce(max(s.changed_at), 0), 'migrate'"
        " FROM setting s WHERE EXISTS (SELECT 1 FROM account WHERE code = '3000')"
        " HAVING count(*) > 0"
    )
    op.execute("UPDATE book SET version = version + 1")
