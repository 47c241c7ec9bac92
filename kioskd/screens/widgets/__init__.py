"""Parts that several screens share, drawn on a canvas."""

from kioskd.screens.widgets.actions import Action, action_row, between_action, pager
from kioskd.screens.widgets.facts import key_values, key_values_height, legend, money
from kioskd.screens.widgets.headings import (
    Sign,
    heading,
    reason_strip,
    result_sign,
    sign,
    steps_bar,
)
from kioskd.screens.widgets.tabs import tabs

__all__ = [
    "Action",
    "Sign",
    "action_row",
    "between_action",
    "heading",
    "key_values",
    "key_values_height",
    "legend",
    "money",
    "pager",
    "reason_strip",
    "result_sign",
    "sign",
    "steps_bar",
    "tabs",
]
