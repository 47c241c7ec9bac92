"""The operator's words for what is stored by keys."""

from typing import Final

MODULES: Final = {
    "card_reader": "社保卡读卡器",
    "id_reader": "身份证阅读器",
    "pin_pad": "密码键盘",
    "receipt_printer": "凭条打印机",
    "document_printer": "A4 打印机",
    "seal": "电子印章校验",
    "door": "机门",
    "voice": "语音",
    "letters": "字库",
    "panel": "屏幕",
    "words": "文字",
    "journal": "缴费日志",
    "held": "缴费状态",
    "central": "中心线路",
    "region": "参数包",
    "update": "程序更新",
}
PAPERS: Final = {"enough": "充足", "low": "将尽", "out": "缺纸", "unknown": "未知"}
FILTERS: Final = {
    "": "全部",
    "down": "离线",
    "stuck": "卡住",
    "fault": "故障",
    "paper": "缺纸或将尽",
    "door": "机门打开",
    "undelivered": "未上报",
    "unknown": "结果不明的缴费",
    "unable": "不能缴费",
    "never": "从未上线",
}
EVENTS: Final = {
    "fault": "故障",
    "mended": "恢复",
    "down": "离线",
    "up": "上线",
    "stuck": "卡住",
    "moving": "不再卡住",
    "able": "可以缴费",
    "unable": "不能缴费",
    "started": "程序启动",
    "software": "程序版本",
    "region": "参数包版本",
    "door_opened": "机门打开",
    "door_closed": "机门关闭",
    "payment_unknown": "有结果不明的缴费",
}
ORDERS: Final = {"restart": "重新启动", "bundle": "收集日志"}
ORDER_STATES: Final = {
    "asked": "已下达",
    "seen": "终端已收到",
    "done": "已完成",
    "failed": "失败",
    "expired": "已过期",
}
ACTS: Final = {
    "bundle": "收集日志",
    "restart": "空闲时重新启动",
    "hold": "暂停缴费",
    "release": "恢复缴费",
    "cabinet": "解除开门后的暂停",
}
"""What may be done to one kiosk, in the order of the list."""
RESULTS: Final = {"pass": "正常", "fail": "不合格", "unknown": "未测完"}
"""Of an acceptance sheet."""
KINDS: Final = {"config": "参数包", "software": "程序"}
ROLLOUT_STATES: Final = {
    "running": "进行中",
    "stopped": "已停止",
    "done": "已完成",
    "aborted": "已中止",
    "rolled_back": "已退回",
}
MOVES: Final = {
    "stop": "停止，不再扩大",
    "resume": "继续",
    "abort": "中止，已升级的保留",
    "roll_back": "全部退回原版本",
}
"""What may be done to a roll-out by hand."""
WHY: Final = {
    "fault": "升级后出现故障",
    "went back": "退回了原版本",
    "down": "升级后离线",
    "not believed": "参数包未通过签名校验",
}
