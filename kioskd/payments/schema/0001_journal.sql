-- The payment journal, version 1. No personal data: references, fen, receipt and trace numbers.

CREATE TABLE journal (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    kiosk       TEXT NOT NULL,
    series      TEXT NOT NULL,      -- in every reference: a new file never makes an old one again
    last_number INTEGER NOT NULL,   -- of the last payment reference made; never goes back
    openings    INTEGER NOT NULL,
    links_sent  INTEGER NOT NULL    -- the last entry that the centre has witnessed
) STRICT;

CREATE TABLE payment (
    number          INTEGER PRIMARY KEY,
    ref             TEXT NOT NULL UNIQUE,
    assessment      TEXT NOT NULL,
    fen             INTEGER NOT NULL CHECK (fen > 0),
    state           TEXT NOT NULL CHECK (state IN ('intended', 'approved', 'confirmed', 'declined',
                                                   'not_started', 'reversed', 'unknown',
                                                   'unresolved', 'reversing')),
    at              TEXT NOT NULL,
    last_receipt    INTEGER,        -- baseline: the PIN pad's last receipt before it was asked
    batch_count     INTEGER,        -- baseline: its open batch
    batch_fen       INTEGER,
    terminal        TEXT,           -- of record, to find a transaction again
    receipt         INTEGER,
    trace           INTEGER,
    record          BLOB,           -- JSON of the TransactionRecord
    reason          TEXT NOT NULL DEFAULT '',
    receipt_number  TEXT NOT NULL DEFAULT '',   -- from here on: what centre and printer said
    posted_at       TEXT NOT NULL DEFAULT '',
    proof           BLOB NOT NULL DEFAULT x'',
    give_back       INTEGER NOT NULL DEFAULT 0,
    printed         TEXT,
    CHECK (state != 'approved' OR record IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX one_open_payment_per_kiosk ON payment ((1))
    WHERE state IN ('intended', 'approved', 'unknown', 'reversing');
CREATE UNIQUE INDEX one_payment_per_assessment ON payment (assessment)
    WHERE state IN ('intended', 'approved', 'unknown', 'reversing', 'unresolved', 'confirmed');
CREATE INDEX payment_unresolved ON payment (number) WHERE state = 'unresolved';
CREATE INDEX payment_to_give_back ON payment (number) WHERE give_back = 1 AND state = 'confirmed';
CREATE INDEX payment_with_record ON payment (number) WHERE record IS NOT NULL;
CREATE INDEX payment_transaction ON payment (terminal, receipt, trace) WHERE record IS NOT NULL;

CREATE TABLE day_end (              -- 06 50, a journalled intent of its own
    number          INTEGER PRIMARY KEY,
    ref             TEXT NOT NULL UNIQUE,
    state           TEXT NOT NULL CHECK (state IN ('intended', 'done', 'not_done', 'unclear')),
    at              TEXT NOT NULL,
    through         INTEGER NOT NULL,   -- the last payment number of the batch
    before_count    INTEGER NOT NULL,   -- totals read just before
    before_fen      INTEGER NOT NULL,
    told_count      INTEGER,            -- totals the day-end told
    told_fen        INTEGER
) STRICT;
CREATE UNIQUE INDEX one_open_day_end ON day_end ((1)) WHERE state = 'intended';

CREATE TABLE entry (                -- append-only and chained: how everything came to its state
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    ref     TEXT NOT NULL,          -- of a payment or a day-end
    body    BLOB NOT NULL,          -- JSON of the Entry
    link    BLOB NOT NULL           -- SHA-256(link before + SHA-256(body))
) STRICT;
CREATE INDEX entry_of_ref ON entry (ref);

CREATE TABLE outbox (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    kind    TEXT NOT NULL CHECK (kind IN ('payment', 'print', 'day_end')),
    ref     TEXT NOT NULL,
    path    TEXT NOT NULL,
    body    BLOB NOT NULL,          -- sent exactly so, never written again
    fate    TEXT NOT NULL DEFAULT 'waiting' CHECK (fate IN ('waiting', 'delivered', 'quarantined')),
    answer  TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_waiting ON outbox (seq) WHERE fate = 'waiting';
CREATE INDEX outbox_of_ref ON outbox (ref);
