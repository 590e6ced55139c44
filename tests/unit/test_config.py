"""Settings come from file and environment, say what is wrong, and show no secret."""

from pathlib import Path

import msgspec
import pytest
from rich.pretty import pretty_repr

from counterfoil.config import Settings, SettingsError, load


class Parrot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    loud: bool = False


def written(folder: Path, text: str) -> Path:
    path = folder / "counterfoil.toml"
    path.write_text(text)
    return path


def test_without_file_the_server_listens_on_loopback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load({})
    assert settings == Settings()
    assert settings.server.host == "127.0.0.1"


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '[database]\nurl = "sqlite:///a.db"\n[server]\nport = 9000\nworkers = 3\n')
    settings = load({"COUNTERFOIL_CONFIG": str(path), "COUNTERFOIL_PORT": "9001", "COUNTERFOIL_LOG_LEVEL": "debug"})
    assert (settings.server.port, settings.server.workers, settings.server.log_level) == (9001, 3, "debug")
    assert settings.database.url == "sqlite:///a.db"


def test_a_contract_reads_its_own_table(tmp_path: Path) -> None:
    settings = load({}, written(tmp_path, "[contracts.parrot]\nloud = true\n"))
    assert settings.of_contract("parrot", Parrot) == Parrot(loud=True)
    assert settings.of_contract("other", Parrot) == Parrot()


@pytest.mark.parametrize(
    ("text", "environment", "message"),
    [
        ("[server]\nprot = 1\n", {}, "server.prot: unknown key"),
        ("nonsense = 1\n", {}, "nonsense: unknown key"),
        ("[server]\nport = 0\n", {}, "server.port: Expected `int` >= 1"),
        ('[server]\nport = "8080"\n', {}, "server.port: Expected `int`, got `str`"),
        ('[server]\ntls_key = "k.pem"\n', {}, "server: tls_certificate and tls_key go together"),
        ("server = 5\n", {"COUNTERFOIL_PORT": "1"}, "server: is not a table"),
        ("", {"COUNTERFOIL_PORT": "http"}, "COUNTERFOIL_PORT: 'http' is not a whole number"),
        ("", {"COUNTERFOIL_LOG_LEVEL": "loud"}, "server.log_level: Invalid enum value"),
        ("[server\n", {}, "counterfoil.toml: Expected"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, environment: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(environment, written(tmp_path, text))
    assert message in str(caught.value)


def test_an_unknown_key_of_a_contract_is_named(tmp_path: Path) -> None:
    settings = load({}, written(tmp_path, "[contracts.parrot]\nquiet = true\n"))
    with pytest.raises(SettingsError, match=r"contracts\.parrot\.quiet: unknown key"):
        settings.of_contract("parrot", Parrot)


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        load({"COUNTERFOIL_CONFIG": str(tmp_path / "none.toml")})


def test_no_secret_is_shown(tmp_path: Path) -> None:
    text = '[contracts.parrot]\nkey = "hush-1"\n'
    url = "postgresql://clerk:hu@sh-2@db/books?password=hush-3&schema=x"
    settings = load({"COUNTERFOIL_DATABASE_URL": url}, written(tmp_path, text))
    for shown in (repr(settings), str(settings.database), pretty_repr(settings), f"{settings}"):
        assert "hush" not in shown
        assert "sh-2" not in shown
    assert "postgresql://db/books" in repr(settings)
