"""The laws of the books, each as one question in SQL that finds who breaks it; nobody ever does.

Plain SQL, for an auditor may run it herself; the same on both databases. Each answer is a row of
``place`` (where to look), ``found`` and ``wanted``.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Law:
    """A law, the question that finds its breaches, and what to do about one."""

    name: str
    says: str
    question: str
    next_step: str


LOOK = "compare with the backup of the day before; call whoever may write to the database"
WRITTEN_OFF = "a program other than ours has written here: restore, then find out which"

_MONTHS = """
    SELECT posting_id, scheme, personal_fen, pool_fen FROM contributions
    WHERE posting_id IS NOT NULL
    UNION ALL SELECT posting_id, scheme, personal_fen, pool_fen FROM refunded_months"""
_LEGS = f"""
    SELECT posting_id, scheme || '-personal' AS account, sum(personal_fen) AS fen
    FROM ({_MONTHS}) AS every GROUP BY posting_id, scheme
    UNION ALL SELECT posting_id, scheme || '-pool', sum(pool_fen)
    FROM ({_MONTHS}) AS every GROUP BY posting_id, scheme"""  # noqa: S608
_TURNED = """CASE WHEN undoing.kind = 'refund_due' AND line.account = 'bank-receivable'
    THEN 'refunds-payable' ELSE line.account END"""

LAWS = (
    Law(
        "balance",
        "The entries of every posting sum to zero.",
        """SELECT 'posting ' || posting_id AS place, sum(debit_fen) AS found, 0 AS wanted
        FROM entries GROUP BY posting_id HAVING sum(debit_fen) <> 0""",
        LOOK,
    ),
    Law(
        "amount",
        "What the bank owes by a contribution or suspense posting is the payment's amount.",
        """SELECT 'posting ' || post.id AS place, line.debit_fen AS found,
            paid.amount_fen AS wanted
        FROM postings AS post LEFT JOIN payments AS paid
            ON paid.kiosk_id = post.kiosk_id AND paid.ref = post.payment_ref
        LEFT JOIN entries AS line
            ON line.posting_id = post.id AND line.account = 'bank-receivable'
        WHERE post.kind IN ('contribution', 'suspense')
            AND line.debit_fen IS DISTINCT FROM paid.amount_fen""",
        LOOK,
    ),
    Law(
        "mirror",
        "A reversal is its original the other way round, account by account; of a refund, too,"
        " with refunds-payable in place of the bank.",
        # Put together from constants of this file.
        f"""SELECT 'posting ' || undoing.id || ' ' || line.account AS place,
            mirror.debit_fen AS found, -line.debit_fen AS wanted
        FROM postings AS undoing JOIN entries AS line ON line.posting_id = undoing.reverses
        LEFT JOIN entries AS mirror
            ON mirror.posting_id = undoing.id AND mirror.account = {_TURNED}
        WHERE mirror.debit_fen IS DISTINCT FROM -line.debit_fen
        UNION ALL SELECT 'posting ' || undoing.id, count(*), (SELECT count(*) FROM entries
            WHERE posting_id = undoing.reverses)
        FROM postings AS undoing JOIN entries AS line ON line.posting_id = undoing.id
        WHERE undoing.reverses IS NOT NULL GROUP BY undoing.id, undoing.reverses
        HAVING count(*) <> (SELECT count(*) FROM entries WHERE posting_id = undoing.reverses)
        UNION ALL SELECT 'posting ' || id, 0, 1 FROM postings
        WHERE (kind IN ('reversal', 'refund_due')) <> (reverses IS NOT NULL)""",  # noqa: S608
        LOOK,
    ),
    Law(
        "bank",
        "A settlement by the bank books what the lines that it clears come to.",
        """SELECT 'posting ' || post.id AS place, coalesce(line.debit_fen, 0) AS found,
            -coalesce(cleared.fen, 0) AS wanted
        FROM postings AS post LEFT JOIN entries AS line
            ON line.posting_id = post.id AND line.account = 'bank-receivable'
        LEFT JOIN (SELECT posting_id,
            sum(CASE kind WHEN 'sale' THEN amount_fen ELSE -amount_fen END) AS fen
            FROM bank_lines WHERE posting_id IS NOT NULL GROUP BY posting_id) AS cleared
            ON cleared.posting_id = post.id
        WHERE (post.kind = 'bank' OR cleared.posting_id IS NOT NULL)
            AND coalesce(line.debit_fen, 0) <> -coalesce(cleared.fen, 0)""",
        "take the bank's file of that day and compare line by line",
    ),
    Law(
        "state",
        "A payment has a posting that no reversal undoes if and only if it is CONFIRMED.",
        """SELECT 'payment ' || paid.ref AS place, paid.state AS found,
            CASE WHEN post.id IS NULL THEN 'not confirmed' ELSE 'confirmed' END AS wanted
        FROM payments AS paid LEFT JOIN postings AS post
            ON post.kiosk_id = paid.kiosk_id AND post.payment_ref = paid.ref
            AND post.kind IN ('contribution', 'suspense') AND NOT EXISTS (
            SELECT 1 FROM postings AS undoing
            WHERE undoing.reverses = post.id AND undoing.kind = 'reversal')
        WHERE (paid.state = 'confirmed') <> (post.id IS NOT NULL)""",
        "look at the payment's reports, and at the bank's line of its charge",
    ),
    Law(
        "months",
        "The months of a contribution come to what its posting books, part by part.",
        f"""SELECT 'posting ' || leg.posting_id || ' ' || leg.account AS place,
            coalesce(-line.debit_fen, 0) AS found, leg.fen AS wanted
        FROM ({_LEGS}) AS leg LEFT JOIN entries AS line
            ON line.posting_id = leg.posting_id AND line.account = leg.account
        WHERE coalesce(-line.debit_fen, 0) <> leg.fen
        UNION ALL SELECT 'posting ' || post.id, 0, 1 FROM postings AS post
        WHERE post.kind = 'contribution'
            AND post.id NOT IN (SELECT posting_id FROM ({_MONTHS}) AS every)
        UNION ALL SELECT 'month ' || paid.month || ' of posting ' || paid.posting_id, 1, 0
        FROM contributions AS paid JOIN postings AS undoing ON undoing.reverses = paid.posting_id
        UNION ALL SELECT 'month ' || gone.month || ' of posting ' || gone.posting_id, 1, 0
        FROM refunded_months AS gone WHERE NOT EXISTS (SELECT 1 FROM postings AS undoing
            WHERE undoing.reverses = gone.posting_id AND undoing.kind = 'refund_due')""",  # noqa: S608
        "print the person's statement and compare with her receipts",
    ),
    Law(
        "numbers",
        "Receipt numbers follow each other without a gap, from 1 in every year.",
        """SELECT 'receipt ' || receipt_number AS place, serial AS found, before + 1 AS wanted
        FROM (SELECT receipt_number, serial, lag(serial, 1, 0) OVER (
            PARTITION BY substr(receipt_number, 1, 4) ORDER BY serial) AS before
            FROM (SELECT receipt_number,
                CAST(replace(substr(receipt_number, 6, 9), '-', '') AS integer) AS serial
                FROM postings WHERE receipt_number IS NOT NULL) AS numbered) AS followed
        WHERE serial <> before + 1
        UNION ALL SELECT 'counter ' || counted.name, counted.value, coalesce(had.last, 0)
        FROM counters AS counted LEFT JOIN (
            SELECT 'receipt-' || substr(receipt_number, 1, 4) AS name,
            max(CAST(replace(substr(receipt_number, 6, 9), '-', '') AS integer)) AS last
            FROM postings WHERE receipt_number IS NOT NULL
            GROUP BY substr(receipt_number, 1, 4)) AS had ON had.name = counted.name
        WHERE counted.name LIKE 'receipt-%' AND counted.value <> coalesce(had.last, 0)""",
        "a posting is missing: find its receipt at the kiosk's journal",
    ),
    Law(
        "refunds",
        "A refund that was decided has its posting and amount; what is owed is the sum of them.",
        """SELECT 'refund ' || due.id AS place, coalesce(-line.debit_fen, 0) AS found,
            CASE WHEN due.state IN ('asked', 'refused') THEN 0 ELSE due.amount_fen END AS wanted
        FROM refunds AS due LEFT JOIN entries AS line
            ON line.posting_id = due.posting_id AND line.account = 'refunds-payable'
        WHERE coalesce(-line.debit_fen, 0) <>
            CASE WHEN due.state IN ('asked', 'refused') THEN 0 ELSE due.amount_fen END
        UNION ALL SELECT 'account refunds-payable', -booked.fen, owed.fen
        FROM (SELECT coalesce(sum(debit_fen), 0) AS fen FROM entries
            WHERE account = 'refunds-payable') AS booked,
            (SELECT coalesce(sum(amount_fen), 0) AS fen FROM refunds
            WHERE state = 'due') AS owed
        WHERE -booked.fen <> owed.fen
        UNION ALL SELECT 'posting ' || post.id, 0, 1 FROM postings AS post
        WHERE post.kind = 'refund_due'
            AND NOT EXISTS (SELECT 1 FROM refunds WHERE posting_id = post.id)""",
        "look at the refund's decision and at the bank's answer",
    ),
    Law(
        "transfers",
        "A transfer and the bank's answer to it are booked with its amount; what is in transit is"
        " the sum of those without an answer.",
        """SELECT 'transfer ' || sent.reference AS place, coalesce(-line.debit_fen, 0) AS found,
            sent.amount_fen AS wanted
        FROM transfers AS sent LEFT JOIN entries AS line
            ON line.posting_id = sent.posting_id AND line.account = 'transfers'
        WHERE coalesce(-line.debit_fen, 0) <> sent.amount_fen
        UNION ALL SELECT 'answer to ' || sent.reference, coalesce(line.debit_fen, 0),
            CASE WHEN sent.outcome = '' THEN 0 ELSE sent.amount_fen END
        FROM transfers AS sent LEFT JOIN entries AS line
            ON line.posting_id = sent.outcome_id AND line.account = 'transfers'
        WHERE coalesce(line.debit_fen, 0) <>
            CASE WHEN sent.outcome = '' THEN 0 ELSE sent.amount_fen END
        UNION ALL SELECT 'account transfers', -booked.fen, owed.fen
        FROM (SELECT coalesce(sum(debit_fen), 0) AS fen FROM entries
            WHERE account = 'transfers') AS booked,
            (SELECT coalesce(sum(amount_fen), 0) AS fen FROM transfers
            WHERE outcome = '') AS owed
        WHERE -booked.fen <> owed.fen
        UNION ALL SELECT 'posting ' || post.id, 0, 1 FROM postings AS post
        WHERE post.kind = 'transfer'
            AND NOT EXISTS (SELECT 1 FROM transfers WHERE posting_id = post.id)
        UNION ALL SELECT 'posting ' || post.id, 0, 1 FROM postings AS post
        WHERE post.kind IN ('transfer_paid', 'refund_paid', 'transfer_failed')
            AND NOT EXISTS (SELECT 1 FROM transfers WHERE outcome_id = post.id)""",
        "compare the transfer file and the bank's acknowledgement with these rows",
    ),
)
"""In the order in which they are asked; ``ledger_verify`` adds those that SQL cannot ask."""
UNDER_ITSELF = ("balance", "amount", "mirror", "bank")
"""Those about one posting by itself."""
