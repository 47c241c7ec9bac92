"""The words of a trouble, in the forms screens need."""

from kioskd.domain.trouble import Trouble
from kioskd.screens.words import Public, Words, together


def title(words: Words, trouble: Trouble) -> str:
    """Return what is the matter, in a few words."""
    return words(f"trouble.{trouble.reason.value}.title")


def why(words: Words, trouble: Trouble) -> str:
    """Return the reason as a sentence."""
    return words(f"trouble.{trouble.reason.value}.why")


def what_to_do(words: Words, trouble: Trouble) -> str:
    """Return what the visitor can do about it."""
    return words(f"trouble.{trouble.reason.value}.do")


def on_a_card(words: Words, trouble: Trouble) -> str:
    """Return reason, way out and code for a greyed card."""
    text = words("trouble_card.text", title=title(words, trouble), do=what_to_do(words, trouble))
    return together(text, code_and_ticket(words, trouble), by="")


def code_and_ticket(words: Words, trouble: Trouble) -> str:
    """Return the operator's code, with the number of the ticket where there is one."""
    code = Public(trouble.code)
    if not trouble.ticket:
        return words("trouble_card.code", code=code)
    return words("trouble_card.code_ticket", code=code, ticket=Public(trouble.ticket))
