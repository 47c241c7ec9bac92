"""Personal information of the sample city: made-up numbers that no network has given out."""

from typing import Any

from kiosk_central.sample_people import ZHANG, Persona

STREETS = ("中山路", "人民路", "解放东路", "示例大街")


def profile_row(key: int, persona: Persona) -> dict[str, Any]:
    """Return what is on file; ZHANG has a contact with a character beyond the BMP."""
    contact = "李𠮷" if persona.key == ZHANG.key else "李四"
    return {
        "person_id": key,
        "phone": f"139{key:08d}",
        "address": f"示例市鼓楼区{STREETS[key % len(STREETS)]}{key}号",
        "contact_name": contact,
        "contact_phone": f"138{key:08d}",
    }
