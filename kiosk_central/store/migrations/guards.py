"""The database's own guards over the books, as revision 0004 puts them up: why is in 0039.

A guard is a trigger that refuses. Its condition is written once for both databases.
"""

from collections.abc import Iterable, Iterator

APPEND_ONLY = (
    "bank_answers",
    "bank_files",
    "charges",
    "day_end_payments",
    "day_ends",
    "decisions",
    "entries",
    "journal_links",
    "month_ends",
    "payment_reports",
    "personal_credits",
    "postings",
    "refunded_months",
    "signing_keys",
    "terminals",
)
"""Rows of these are never changed."""

BANK_LINE = (
    "id file_id line settlement_date terminal_id batch receipt trace day time amount_fen kind"
    " occurrence"
)
DIFFERENCE = (
    "id payment_ref kind claimed_state place kiosk_id amount_fen other_fen record noticed_at"
)
REFUND = "id payment_ref person_id amount_fen asked_at asked_by asked_why"
TRANSFER = "reference month what refund_id account holder amount_fen posting_id"
FIXED = {
    "bank_lines": (BANK_LINE, "OLD.posting_id IS NOT NULL"),
    "differences": (DIFFERENCE, "OLD.settled_at <> ''"),
    "payments": ("ref kiosk_id assessment_ref amount_fen begun_at heard_at", ""),
    "prints": ("print_ref payment_ref kiosk_id copy", "OLD.printed <> ''"),
    "refunds": (
        REFUND,
        (
            "OLD.posting_id IS NOT NULL AND (NEW.posting_id IS DISTINCT FROM OLD.posting_id"
            " OR NEW.decided_by <> OLD.decided_by OR NEW.decided_at <> OLD.decided_at)"
        ),
    ),
    "transfers": (TRANSFER, "OLD.outcome <> ''"),
}
"""Table: the columns that never change, and when the rest does not either."""
FIXED_BY_KEY = {
    **FIXED,
    "payments": (f"{FIXED['payments'][0]} month", ""),
    "prints": ("kiosk_id payment_ref at_kiosk print_ref copy", "OLD.printed <> ''"),
    "refunds": (f"kiosk_id {REFUND}", FIXED["refunds"][1]),
}
"""As ``FIXED``, from revision 0011 on: rows of a payment hold its kiosk."""

PAID_MONTH = "OLD.posting_id IS NOT NULL"
STILL_PAID = (
    "OLD.posting_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM refunded_months AS gone"
    " WHERE gone.posting_id = OLD.posting_id AND gone.person_id = OLD.person_id"
    " AND gone.scheme = OLD.scheme AND gone.month = OLD.month"
    " AND gone.amount_fen = OLD.amount_fen AND gone.personal_fen = OLD.personal_fen)"
)

Guard = tuple[str, str, str]
"""Table, act, condition (empty: always)."""


def guards(fixed: dict[str, tuple[str, str]] = FIXED) -> Iterator[Guard]:
    """Yield every change that is refused."""
    for table in APPEND_ONLY:
        yield table, "UPDATE", ""
        yield table, "DELETE", ""
    for table, (columns, ended) in fixed.items():
        changed = [f"NEW.{one} IS DISTINCT FROM OLD.{one}" for one in columns.split()]
        yield table, "UPDATE", " OR ".join([*changed, *([f"({ended})"] if ended else [])])
        yield table, "DELETE", ""
    yield "contributions", "UPDATE", PAID_MONTH
    yield "contributions", "DELETE", STILL_PAID


def kept_for_ever(kind: str, tables: Iterable[str]) -> Iterator[str]:
    """Yield the statements for more tables of which no row is ever changed, on either database."""
    for table in tables:
        for act in ("UPDATE", "DELETE"):
            yield _on_sqlite(table, act, "") if kind == "sqlite" else _on_rows(table, act, "")
        if kind != "sqlite":
            yield _on_truncate(table)


def put_up_again(kind: str, tables: Iterable[str]) -> Iterator[str]:
    """Yield the statements for tables that revision 0011 has made anew, on either database."""
    made = set(tables)
    for table, act, condition in guards(FIXED_BY_KEY):
        if table in made:
            on_row = _on_sqlite if kind == "sqlite" else _on_rows
            yield on_row(table, act, condition)
    if kind == "sqlite":
        yield ENTRIES_ARE_SUMMED
        return
    for table in sorted(made & {table for table, _act, _condition in guards()}):
        yield _on_truncate(table)
    yield ENTRIES_BALANCE


def month_of(table: str, month: str) -> Iterator[str]:
    """Yield the statements for a month's partition: PostgreSQL copies all guards but one to it."""
    name = f"{table}_{month.replace('-', '_')}"
    yield f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES IN ('{month}')"
    yield _on_truncate(name)


def rest_of(table: str) -> Iterator[str]:
    """Yield the statements for the partition of what has no month of its own yet."""
    yield f"CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT"
    yield _on_truncate(f"{table}_rest")


def sqlite() -> Iterable[str]:
    """Yield the statements that put all guards up on SQLite."""
    for table, act, condition in guards():
        yield _on_sqlite(table, act, condition)
    yield from SQLITE_BALANCE


def postgresql() -> Iterable[str]:
    """Yield the statements that put all guards up on PostgreSQL."""
    yield (
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',"
        " MESSAGE = TG_TABLE_NAME || ' are kept for ever: ' || TG_OP || ' refused'; END $$"
    )
    tables = []
    for table, act, condition in guards():
        # PostgreSQL takes no question to other rows in WHEN: that one has a function of its own.
        if condition == STILL_PAID:
            yield from POSTGRESQL_MONTHS
            continue
        yield _on_rows(table, act, condition)
        tables.append(table)
    for table in sorted(set(tables)):
        yield _on_truncate(table)
    yield from POSTGRESQL_BALANCE


def _on_sqlite(table: str, act: str, condition: str) -> str:
    when = f"WHEN {condition} " if condition else ""
    return (
        f"CREATE TRIGGER {_name(table, act)} BEFORE {act} ON {table} {when}"
        f"BEGIN SELECT RAISE(ABORT, '{_said(table, act)}'); END"
    )


def _on_rows(table: str, act: str, condition: str) -> str:
    when = f"WHEN ({condition}) " if condition else ""
    return (
        f"CREATE TRIGGER {_name(table, act)} BEFORE {act} ON {table} FOR EACH ROW {when}"
        "EXECUTE FUNCTION refuse_change()"
    )


def _on_truncate(table: str) -> str:
    return (
        f"CREATE TRIGGER {_name(table, 'TRUNCATE')} BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _name(table: str, act: str) -> str:
    return f"{table}_no_{act.lower()}"


def _said(table: str, act: str) -> str:
    return f"{table} are kept for ever: {act} refused"


SUM = "(SELECT sum(debit_fen) FROM entries WHERE posting_id = NEW.posting_id)"
OWN_SUMS = "posting_sums follow the entries"
ENTRIES_ARE_SUMMED = (
    "CREATE TRIGGER entries_are_summed AFTER INSERT ON entries BEGIN"
    " INSERT INTO posting_sums VALUES (NEW.posting_id, NEW.debit_fen)"
    " ON CONFLICT (posting_id) DO UPDATE SET sum_fen = sum_fen + NEW.debit_fen; END"
)
SQLITE_BALANCE = (
    "CREATE TABLE zero (fen INTEGER PRIMARY KEY CHECK (fen = 0))",
    "INSERT INTO zero VALUES (0)",
    (
        "CREATE TABLE posting_sums (posting_id INTEGER PRIMARY KEY,"
        " sum_fen INTEGER NOT NULL REFERENCES zero (fen) DEFERRABLE INITIALLY DEFERRED)"
    ),
    "INSERT INTO posting_sums SELECT posting_id, sum(debit_fen) FROM entries GROUP BY posting_id",
    ENTRIES_ARE_SUMMED,
    (
        "CREATE TRIGGER zero_no_delete BEFORE DELETE ON zero"
        " BEGIN SELECT RAISE(ABORT, 'zero stays'); END"
    ),
    (
        "CREATE TRIGGER posting_sums_no_delete BEFORE DELETE ON posting_sums"
        f" BEGIN SELECT RAISE(ABORT, '{OWN_SUMS}'); END"
    ),
    *(
        f"CREATE TRIGGER posting_sums_right_{act.lower()} AFTER {act} ON posting_sums"
        f" WHEN NEW.sum_fen IS NOT {SUM} BEGIN SELECT RAISE(ABORT, '{OWN_SUMS}'); END"
        for act in ("INSERT", "UPDATE")
    ),
)
"""A posting's sum must refer to zero when the transaction ends: a deferred foreign key."""

ENTRIES_BALANCE = (
    "CREATE CONSTRAINT TRIGGER entries_balance AFTER INSERT ON entries"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION posting_balances()"
)
POSTGRESQL_BALANCE = (
    (
        "CREATE FUNCTION posting_balances() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {SUM} <> 0 THEN RAISE EXCEPTION USING ERRCODE = 'check_violation',"
        " MESSAGE = 'posting ' || NEW.posting_id || ' does not balance';"
        " END IF; RETURN NULL; END $$"
    ),
    ENTRIES_BALANCE,
)
POSTGRESQL_MONTHS = (
    (
        "CREATE FUNCTION keep_paid_month() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {STILL_PAID} THEN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',"
        " MESSAGE = 'contributions are kept for ever: DELETE refused'; END IF; RETURN OLD; END $$"
    ),
    (
        "CREATE TRIGGER contributions_no_delete BEFORE DELETE ON contributions"
        " FOR EACH ROW EXECUTE FUNCTION keep_paid_month()"
    ),
)
