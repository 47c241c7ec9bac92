"""How something on the rig is done: by its command, or by the operator's hand."""

from kiosk_bench.needs import NotOffered
from kiosk_bench.rig.commands import filled, run
from kiosk_bench.rig.file import Words
from kiosk_bench.rig.operator import Operator


class Hand:
    """Moves what a story moves."""

    def __init__(self, operator: Operator | None) -> None:
        self.operator = operator

    async def do(self, key: str, words: Words | None, what: str, **values: object) -> None:
        """Run the command, else ask for ``what``. Raises CommandFailed, OperatorFailed, NotOffered.

        ``key`` is where rig.toml would name the command.
        """
        if words is not None:
            await run(filled(words, **values))
        else:
            await self.person(key).do(what)

    def person(self, key: str) -> Operator:
        """Return who is to be asked. Raises NotOffered."""
        if self.operator is None:
            raise NotOffered(f"neither {key} nor [operator] is in rig.toml")
        return self.operator
