"""Finding a policy by a few letters: initials of Chinese, or beginnings of English words."""

from collections.abc import Iterable

from kioskd.domain.region_info import PolicyText

NO_MATCH = 99


def find_policies(policies: Iterable[PolicyText], typed: str) -> tuple[PolicyText, ...]:
    """Return what fits ``typed`` (letters only), the best first; everything where it is empty.

    A title that begins with the letters comes before one that holds them; English words count
    from the beginning of any of them, written together: ``pensionacc``.
    """
    wanted = "".join(letter for letter in typed.lower() if "a" <= letter <= "z")
    ranked = [(_rank(policy, wanted), order, policy) for order, policy in enumerate(policies)]
    fitting = [one for one in ranked if one[0] < NO_MATCH]
    return tuple(policy for _, _, policy in sorted(fitting, key=lambda one: one[:2]))


def _rank(policy: PolicyText, wanted: str) -> int:
    if not wanted:
        return 0
    if any(key.startswith(wanted) for key in policy.keys):
        return 0
    if any(tail.startswith(wanted) for tail in _word_tails(policy.title.en)):
        return 1
    if any(wanted in key for key in policy.keys):
        return 2
    return NO_MATCH


def _word_tails(title: str) -> Iterable[str]:
    """Yield the title from each of its words on, letters only."""
    words = ["".join(c for c in word.lower() if c.isalnum()) for word in title.split()]
    return ("".join(words[at:]) for at in range(len(words)))
