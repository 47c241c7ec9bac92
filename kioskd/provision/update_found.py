"""What became of the newest software, where it was not taken: for whoever reads the card."""

from kioskd.domain.text import Text
from kioskd.provision.findings import Step, Verdict
from kioskd.provision.places import Places
from kioskd.screens.words import Words
from kioskd.update.state import Stage, load

UPDATE = Text("软件更新", "Software update")


def update_not_taken(places: Places) -> tuple[Step, ...]:
    """Return why the wanted version does not run; nothing while none has failed.

    It stops nothing: the version before it serves on.
    """
    newest = load(places.update_state)
    if newest.stage is not Stage.FAILED:
        return ()
    detail = f" ({newest.detail})" if newest.detail else ""
    cause, step = (_both(f"fault.{newest.fault}.{part}") for part in ("cause", "step"))
    reason = Text(f"{newest.version}：{cause.zh}{detail}", f"{newest.version}: {cause.en}{detail}")
    return (Step(UPDATE, Verdict.FAILED, reason, step, newest.fault),)


def _both(key: str) -> Text:
    return Text(Words("zh_CN")(key), Words("en")(key))
