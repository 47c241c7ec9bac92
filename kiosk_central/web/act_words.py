"""Every act that staff can be written down for, in the words of who reads them.

There is no act without words: ``note_act`` writes down only what stands here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ACTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "login": "登录",
        "login.wrong": "登录未通过",
        "logout": "退出",
        "refused": "打开无权限的页面",
        "account.set-up": "首次登录",
        "account.add": "新开账号",
        "account.reset": "重新开户",
        "account.disable": "停用账号",
        "person.view": "打开个人页面",
        "person.show": "显示完整身份",
        "loss.pre-report": "挂失",
        "loss.cancel": "解除挂失",
        "loss.formal": "正式挂失并补卡",
        "loss.call-refused": "电话身份核对未通过",
        "card.reissue": "申请补卡",
        "card.exchange": "到期换卡",
        "card.receive": "接收新卡",
        "card.hand-out": "发卡",
        "card.activate": "启用新卡",
        "card.certificate": "打印社保卡证明",
        "fee.cash": "收取工本费",
        "fee.exempt": "免收工本费",
        "query-code.set": "设置电话查询码",
        "profile.accept": "同意修改信息",
        "profile.refuse": "不同意修改信息",
        "kiosk.bundle": "收集终端日志",
        "kiosk.restart": "重新启动终端",
        "kiosk.hold": "暂停终端缴费",
        "kiosk.release": "恢复终端缴费",
        "kiosk.cabinet": "解除开门后的暂停",
        "kiosk.technician": "让技术人员进入终端",
        "bundle.view": "下载终端日志",
        "ticket.close": "关闭报修单",
        "rollout.begin": "开始版本发布",
        "rollout.stop": "停止版本发布",
        "rollout.resume": "继续版本发布",
        "rollout.abort": "中止版本发布",
        "rollout.roll_back": "退回原版本",
        "audit.document": "审计：查看证明",
        "audit.acts": "审计：查看某人的记录",
    }
)
