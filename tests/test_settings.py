"""Wrong configuration is one line a person can act on: the key, the line, the nearest right key. Secrets stay out."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from config.settings import SettingsError, load_settings


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "chokan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def complaint(tmp_path: Path, text: str, environment: dict[str, str] | None = None) -> str:
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load_settings(environment or {}, path)
    return str(caught.value).replace(str(path), "F")


GOOD = '[[subscriptions]]\nid = "a"\ndestination = "discord:1"\n'


def test_nothing_at_all_is_a_valid_configuration() -> None:
    settings = load_settings({})
    assert (settings.configured, settings.subscriptions, settings.database_url) == (False, (), None)


def test_the_example_is_valid() -> None:
    example = Path(__file__).resolve().parent.parent / "config" / "chokan.example.toml"
    settings = load_settings({}, example)
    assert settings.subscriptions[0].at == time(7, 0)
    assert [feed.role for feed in settings.feeds] == ["source", "reference"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('langage = "ja"\n', "F:1: unknown key «langage»; did you mean «language»?"),
        ("[fetch]\ntimout = 3\n", "F:2: unknown key «fetch.timout»; did you mean «timeout»?"),
        (
            GOOD + GOOD + 'weekday = ["mon"]\n',
            "F:7: unknown key «subscriptions.1.weekday»; did you mean «weekdays»?",
        ),
        ('zone = "Mars"\n', "F:1: zone: «Mars» is not a time zone; write one such as Asia/Tokyo or Europe/Berlin"),
        (GOOD + 'at = "25:00"\n', 'F:4: subscriptions.0.at: «25:00» is not a time of day; write it as "07:00"'),
        ('[[subscriptions]]\nid = "a"\n', "F:1: «subscriptions.0.destination» is missing"),
        ("[fetch]\ntimeout = -1\n", "F:2: fetch.timeout: input should be greater than 0 (is -1)"),
    ],
)  # fmt: skip
def test_a_mistake_names_key_line_and_remedy(tmp_path: Path, text: str, said: str) -> None:
    assert complaint(tmp_path, text) == said


def test_every_mistake_is_said_at_once(tmp_path: Path) -> None:
    assert complaint(tmp_path, 'langage = "ja"\nzone = "Nowhere"\n').count("\n") == 1


def test_two_subscriptions_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    said = complaint(tmp_path, GOOD + GOOD.replace("discord:1", "discord:2"))
    assert said == "F:5: subscriptions.1.id: «a» is the name of another subscription"


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    assert complaint(tmp_path, 'language = "ja"\nzone = \n').startswith("F:2: not TOML:")


def test_a_file_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "chokan.toml"
    path.write_bytes('language = "ja"\n# 朝刊\n'.encode("cp932"))
    with pytest.raises(SettingsError, match=r":2: not UTF-8; save the file as UTF-8"):
        load_settings({}, path)


@pytest.mark.parametrize("key", ["discord_token", "SLACK_BOT_TOKEN", "database_url"])
def test_a_secret_in_the_file_is_refused_without_being_repeated(tmp_path: Path, key: str) -> None:
    said = complaint(tmp_path, f'{key} = "hunter2"\n')
    assert f"set {key.upper()} in the environment" in said
    assert "hunter2" not in said


def test_environment_wins_over_the_file(tmp_path: Path) -> None:
    assert load_settings({"CHOKAN_LANGUAGE": "ja"}, written(tmp_path, 'language = "en"\n')).language == "ja"


def test_other_variables_of_the_environment_mean_nothing() -> None:
    assert load_settings({"LANGUAGE": "de_DE:de", "ZONE": "x"}).language == "en"


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("abc\n", encoding="utf-8")
    token = load_settings({"DISCORD_TOKEN_FILE": str(tmp_path / "token")}).discord_token
    assert token is not None
    assert token.get_secret_value() == "abc"


def test_a_secret_given_twice_or_from_nowhere_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="both set"):
        load_settings({"DISCORD_TOKEN": "a", "DISCORD_TOKEN_FILE": "b"})
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings({"DISCORD_TOKEN_FILE": str(tmp_path / "none")})


def test_secrets_do_not_print() -> None:
    assert "abcdef" not in repr(load_settings({"DISCORD_TOKEN": "abcdef", "SLACK_BOT_TOKEN": "abcdef"}))


def test_a_secret_that_cannot_be_read_is_said_in_words() -> None:
    with pytest.raises(
        SettingsError, match=r"^DISCORD_TOKEN_FILE: /nowhere cannot be read: No such file or directory$"
    ):
        load_settings({"DISCORD_TOKEN_FILE": "/nowhere"})
