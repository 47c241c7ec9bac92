-- The payment journal, version 1. No personal data: references, fen, receipt and trace numbers.

CREATE TABLE counter (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    last_number INTEGER NOT NULL,   -- of the last payment reference made; never goes back
    openings    INTEGER NOT NULL
) STRICT;
INSERT INTO counter VALUES (1, 0, 0);

CREATE TABLE payment (
    number          INTEGER PRIMARY KEY,
    ref             TEXT NOT NULL UNIQUE,
    assessment      TEXT NOT NULL,
    fen             INTEGER NOT NULL CHECK (fen > 0),
    state           TEXT NOT NULL CHECK (state IN ('intended', 'approved', 'confirmed', 'declined',
                                                   'not_started', 'reversed', 'unknown')),
    at              TEXT NOT NULL,
    last_receipt    INTEGER,        -- baseline: the PIN pad's last receipt before this payment
    batch_count     INTEGER,        -- baseline: its open batch
    batch_fen       INTEGER,
    terminal        TEXT,           -- of record, to find a transaction again
    receipt         INTEGER,
    trace           INTEGER,
    record          BLOB,           -- JSON of the TransactionRecord
    reason          TEXT NOT NULL DEFAULT '',
    receipt_number  TEXT NOT NULL DEFAULT '',
    posted_at       TEXT NOT NULL DEFAULT '',
    printed         TEXT,
    CHECK (state NOT IN ('approved', 'confirmed', 'reversed') OR record IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX one_open_payment_per_kiosk ON payment ((1))
    WHERE state IN ('intended', 'approved', 'unknown');
CREATE UNIQUE INDEX one_payment_per_assessment ON payment (assessment)
    WHERE state IN ('intended', 'approved', 'unknown', 'confirmed');
CREATE INDEX payment_with_record ON payment (number) WHERE record IS NOT NULL;
CREATE INDEX payment_transaction ON payment (terminal, receipt, trace) WHERE record IS NOT NULL;

CREATE TABLE entry (                -- append-only: how each payment came to its state
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    ref     TEXT NOT NULL REFERENCES payment (ref),
    state   TEXT NOT NULL,
    at      TEXT NOT NULL,
    reason  TEXT NOT NULL,
    record  BLOB
) STRICT;

CREATE TABLE outbox (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    ref     TEXT NOT NULL REFERENCES payment (ref),
    body    BLOB NOT NULL,          -- sent exactly so, never written again
    fate    TEXT NOT NULL DEFAULT 'waiting' CHECK (fate IN ('waiting', 'delivered', 'quarantined')),
    answer  TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_waiting ON outbox (seq) WHERE fate = 'waiting';
