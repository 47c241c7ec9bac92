"""A configuration that is wrong names its file and key; a right one becomes frozen settings."""

from datetime import time
from pathlib import Path

import pytest

from kioskd.cli import main
from kioskd.config import load
from kioskd.errors import ConfigError

GOOD = """\
[kiosk]
id = "K0123"
outlet = { zh = "示例", en = "Example" }
production = false
[central]
url = "https://127.0.0.1:8470"
[pin_pad]
port = "/dev/pinpad"
[id_reader]
port = "/dev/idreader"
[receipt_printer]
port = "/dev/receipt"
[screen]
idle_limit_s = 90
"""
PRODUCTION = GOOD.replace("production = false\n", "")


def written(folder: Path, text: str) -> Path:
    """Write ``text`` as a configuration file."""
    file = folder / "kioskd.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refusal(folder: Path, text: str) -> ConfigError:
    """Return the error that loading ``text`` raises."""
    with pytest.raises(ConfigError) as caught:
        load(written(folder, text))
    return caught.value


def test_good_file_becomes_settings(tmp_path: Path) -> None:
    """Keys land in the settings of their part; what is left out has its default."""
    config = load(written(tmp_path, GOOD))
    assert (config.kiosk.id, config.screen.idle_limit_s) == ("K0123", 90)
    assert config.pin_pad.baud == 9600


@pytest.mark.parametrize(
    ("right", "wrong", "key"),
    [
        ("idle_limit_s = 90", "idel_limit_s = 90", "screen.idel_limit_s"),
        ("[screen]", "[screens]", "screens"),
        ('port = "/dev/pinpad"\n', "", "pin_pad.port"),
        ("[central]\nurl", "[centre]\nurl", "centre"),
        ('id = "K0123"', "id = 123", "kiosk.id"),
        ("idle_limit_s = 90", "idle_limit_s = 90000", "screen.idle_limit_s"),
        ("idle_limit_s = 90", 'idle_limit_s = "90"', "screen.idle_limit_s"),
    ],
)
def test_wrong_key_is_named_with_its_file(tmp_path: Path, right: str, wrong: str, key: str) -> None:
    """Unknown, missing, of the wrong type or out of any sense: file and key are named."""
    error = refusal(tmp_path, GOOD.replace(right, wrong))
    assert (error.key, Path(error.file).name) == (key, "kioskd.toml")


def test_same_key_in_another_unit_is_recognised(tmp_path: Path) -> None:
    """``idle_limit_ms`` is answered with the key this kiosk reads."""
    error = refusal(tmp_path, GOOD.replace("idle_limit_s = 90", "idle_limit_ms = 90000"))
    assert "idle_limit_s" in error.reason and "unit" in error.reason


def test_time_of_the_day_end(tmp_path: Path) -> None:
    """A local time as TOML has it; left out, the bank closes the batch and not the kiosk."""
    assert load(written(tmp_path, GOOD)).payments.day_end is None
    config = load(written(tmp_path, GOOD + "[payments]\nday_end = 23:30:00\n"))
    assert config.payments.day_end == time(23, 30)


@pytest.mark.parametrize("wrong", ["2330", '"half past eleven"', "2026-11-22", "true", "[]"])
def test_no_time_of_day_is_named(tmp_path: Path, wrong: str) -> None:
    """What is no time of day is refused with its key."""
    error = refusal(tmp_path, GOOD + f"[payments]\nday_end = {wrong}\n")
    assert error.key == "payments.day_end"


@pytest.mark.parametrize(
    ("addition", "key"),
    [
        ('console = "/run/x"\n', "screen.console"),
        ('[log]\nlevel = "traffic"\n', "log.level"),
    ],
)
def test_production_refuses_what_shows_citizens_data(
    tmp_path: Path, addition: str, key: str
) -> None:
    """The screen console and raw wire logs are refused where citizens are served."""
    load(written(tmp_path, PRODUCTION))
    assert refusal(tmp_path, PRODUCTION + addition).key == key


@pytest.mark.parametrize("text", [GOOD, PRODUCTION], ids=["bench", "production"])
def test_there_is_no_plain_http(tmp_path: Path, text: str) -> None:
    """Names and numbers never leave a kiosk over plain HTTP, not even to this machine."""
    assert refusal(tmp_path, text.replace("https://", "http://")).key == "central.url"


def test_check_names_file_and_key_and_exits_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``kioskd check`` prints the file and the key, and fails; on a good file it exits 0."""
    file = written(tmp_path, GOOD + "colour = 3\n")
    assert main(["check", "--config", str(file)]) == 1
    told = capsys.readouterr().err
    assert str(file) in told and "screen.colour" in told
    assert main(["check", "--config", str(written(tmp_path, GOOD))]) == 0


def test_missing_file_is_a_config_error(tmp_path: Path) -> None:
    """A file that is not there is named, not a trace."""
    with pytest.raises(ConfigError):
        load(tmp_path / "none.toml")
