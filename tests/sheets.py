"""An acceptance sheet of a sample kiosk."""

from kioskd.technician.sheet import Occasion
from tests.goldens.gallery_technician import FINDINGS

OCCASION = Occasion(
    "K0123-0123456789ab",
    "K0123",
    "第一人民医院 · 门诊大厅 2 号机",
    "SAMPLE00000001",
    "0.1.0",
    3,
    "2026-11-22T02:00:00Z",
    "测试甲",
    "zh_CN",
)

__all__ = ["FINDINGS", "OCCASION"]
