"""What the simulated PIN pad's own display says to whoever stands before it."""

import trio

from kioskd.domain.money import Money

IDLE = ("欢迎使用 WELCOME", "")
WORDS = {
    0x01: "请输密码 ENTER PIN",
    0x04: "正在联系银行 PLEASE WAIT",
    0x05: "正在冲正 REVERSING",
    0x0A: "请插卡 INSERT CARD",
    0x0F: "自动结算 SETTLEMENT",
    0x15: "密码错误 WRONG PIN",
    0x18: "密码次数超限 TOO MANY TRIES",
    0x1C: "交易成功 APPROVED",
}
"""By the number of the intermediate status (PA00P015 rev 13.08, 3.2)."""
DECLINED, CANCELLED = "交易失败 DECLINED", "交易取消 CANCELLED"
STAYS_S = 8.0
"""How long the end of a transaction is to be read."""


class PadDisplay:
    """Two lines. Within a trio run: the second goes out by itself."""

    def __init__(self) -> None:
        self._lines, self._amount = IDLE, ""
        self._until = float("inf")

    @property
    def lines(self) -> tuple[str, str]:
        """Return what is to be read now."""
        return self._lines if trio.current_time() < self._until else IDLE

    def ask_for(self, amount: Money) -> None:
        """A payment begins."""
        self._amount = f"RMB {amount.fen / 100:,.2f}"
        self.say("")

    def step(self, status: int) -> None:
        """Say what is going on; a status that is for the kiosk alone changes nothing."""
        self.say(WORDS.get(status, self._lines[1]))

    def say(self, words: str) -> None:
        """Show words under the amount until there are others."""
        self._lines, self._until = (self._amount or IDLE[0], words), float("inf")

    def end(self, words: str = "") -> None:
        """Leave the words, or these, for a while; then welcome the next."""
        if words:
            self.say(words)
        self._amount, self._until = "", trio.current_time() + STAYS_S
