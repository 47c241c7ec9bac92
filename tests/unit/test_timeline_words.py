"""The timeline's words: what each wire carried, read by the kiosk's own protocols."""

import pytest

from kiosk_bench.timeline.decoders import decoder_of
from kiosk_bench.timeline.receipt_words import masked_row


@pytest.mark.parametrize(
    ("direction", "logged", "words"),
    [
        (">", "06 00 06 00 00 00 3e 01 56", "06 00 registration, yuan"),
        (">", "06 01 0a 04 00 00 00 14 00 00 49 01 56", "06 01 authorisation 1,400.00 yuan"),
        (">", "06 01 0a 04 00 00 00 14 00 00 49 09 78",
         "06 01 authorisation 1,400.00 of currency 978"),
        ("<", "04 ff 01 0a", "04 FF insert the card"),
        ("<", "04 ff 01 45", "04 FF reversing by itself, remove the card"),
        ("<", "84 9c 00", "84 9C please wait"),
        ("<", "06 1e 01 6c", "06 1E ended: aborted, or too late"),
        ("<", "04 0f 02 27 05", "04 0F refused by the bank (05)"),
        ("<", "04 0f 0f 27 00 04 00 00 00 14 00 00 49 01 56 87 00 17",
         "04 0F approved, 1,400.00 yuan, receipt 0017"),
        (">", "80 00 00", "80 00 taken"),
        ("<", "06 0f 00", "06 0F completion"),
        ("!", "approval_sent", "approval sent"),
        ("<", "00", "not ZVT"),
        ("<", "04 0f 07 27", "not ZVT"),
        (">", "06 66 00", "not ZVT"),
    ],
)  # fmt: skip
def test_pin_pad(direction: str, logged: str, words: str) -> None:
    """A ZVT message is told by its control field, its name, amount, receipt and code."""
    assert decoder_of("pin-pad")(direction, logged) == words


def test_the_end_of_a_status_enquiry_is_a_status() -> None:
    """06 0F ends a charge, but after 05 01 it tells how the PIN pad is."""
    decode = decoder_of("pin-pad")
    decode(">", "05 01 03 00 00 00")
    assert decode("<", "06 0f 04 f0 f0 f0 00") == "06 0F ready"
    assert decode("<", "06 0f 04 f0 f0 f0 f0") == "06 0F end of day wanted"
    decode(">", "06 10 03 00 00 00")
    assert decode("<", "06 0f 00") == "06 0F completion"


def test_social_card() -> None:
    """Records are named by what they hold in the file that is selected, never by their content."""
    decode = decoder_of("card")
    told = [
        decode(direction, logged)
        for direction, logged in [
            (">", "00 a4 04 00 0f 73 78 31 2e 73 68 2e c9 e7 bb e1 b1 a3 d5 cf"),
            ("<", "[0 bytes] 61 1e"),
            (">", "00 a4 02 00 02 ef 05"),
            (">", "00 b2 01 00 [0 bytes]"),
            ("<", "[0 bytes] 6c 12"),
            ("<", "[18 bytes] 90 00"),
            (">", "00 a4 02 00 02 ef 06"),
            (">", "00 b2 02 04 [0 bytes]"),
            (">", "00 b2 33 00 [0 bytes]"),
            ("<", "[0 bytes] 6a 83"),
            (">", "00 88 00 00 [16 bytes]"),
            (">", "00 20 00 00 [3 bytes]"),
            ("<", "[0 bytes] 63 c2"),
            ("<", "rubbish"),
            (">", ""),
        ]
    ]
    assert told == [
        "SELECT SSSE", "611E 30 bytes wait", "SELECT EF05", "READ RECORD code",
        "6C12 ask for 18 bytes", "9000 OK, 18 bytes", "SELECT EF06", "READ RECORD name",
        "READ RECORD 33", "6A83 record not found", "INTERNAL AUTHENTICATE", "VERIFY PIN",
        "63C2 wrong PIN, 2 tries left", "not an answer", "not an APDU",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("direction", "logged", "words"),
    [
        (">", "20 01", "find card"),
        (">", "12 ff", "SAM id"),
        ("<", "9f and 4 bytes", "a card is there, 4 bytes"),
        ("<", "80 and 0 bytes", "no card"),
        ("<", "41 and 0 bytes", "read failed"),
        ("<", "77 and 0 bytes", "status 77"),
        (">", "ff", "not a request"),
    ],
)
def test_id_reader(direction: str, logged: str, words: str) -> None:
    """A request is named, an answer by its status; a card's text is only counted."""
    assert decoder_of("id-reader")(direction, logged) == words


def test_receipt_printer() -> None:
    """An answer of one byte is told by the question that it answers."""
    decode = decoder_of("receipt")
    told = []
    for question, answer in [("DLE EOT 2", "16"), ("DLE EOT 4", "1e"), ("GS r", "00")]:
        told += [decode(">", question), decode("<", answer)]
    assert told == [
        "why offline?", "cover open", "paper?", "paper near its end", "all printed?", "all printed",
    ]  # fmt: skip
    decode(">", "DLE EOT 1")
    assert decode("<", "ff") == "not an answer"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("姓名                        张 *", "姓名  ▒▒▒"),
        ("实缴金额               2,800.00 元", "实缴金额  2,800.00 元"),
        ("证件尾号                    0017", "证件尾号  ▒▒▒▒"),
        ("月份             2026-10 2026-11", "月份  2026-10 2026-11"),
        ("业务号         K0123-62FT-000001", "业务号  K0123-62FT-000001"),
        ("收据号        2026-0000-0001-52", "收据号  2026-0000-0001-52"),
        ("张三丰您好", "▒▒▒▒▒"),
        ("--------------------------------", "--------------------------------"),
    ],
)
def test_rows_name_nobody(row: str, told: str) -> None:
    """Of a printed row the label stays, and of values only amounts, times and references."""
    assert masked_row(row) == told
