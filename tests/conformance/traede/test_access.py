"""How the door is opened, and under which paths it stands."""

from __future__ import annotations

import pytest

from counterfoil.services import credentials
from tests.conformance import given_traede as given
from tests.conformance.golden import parsed
from tests.conformance.traede.puller import Puller

LIST = "/v10/invoices/export?system_id=s"


def test_the_app_key_must_be_known(puller: Puller) -> None:
    for key in ("", "app-key", "app-key-of-the-integrator2"):
        answer = puller.knock.open("GET", LIST, headers={"X-Traede-App-Key": key})
        assert (answer.status_code, parsed(answer.data)["errors"][0]["code"]) == (401, 10401)


def test_the_token_may_stand_in_the_query_and_is_logged_nowhere(
    puller: Puller, capfd: pytest.CaptureFixture[str]
) -> None:
    for query, status in ((f"access_token={given.TOKEN}", 200), ("access_token=wrong", 401), ("access_token[]=x", 401)):
        answer = puller.knock.open("GET", f"{LIST}&{query}", headers={"Authorization": ""})
        assert answer.status_code == status, query
    body = b'{"invoices":[]}'
    path = f"/v10/invoices/mark-as-exported?access_token={given.TOKEN}"
    headers = {"Authorization": "", "Content-Type": "application/json"}
    assert puller.knock.open("POST", path, body, headers).status_code == 422
    out, err = capfd.readouterr()
    assert given.TOKEN not in out + err
    with puller.store.engine.reading() as connection:
        kept = connection.raw.execute("SELECT path || headers || reply FROM message").fetchall()
    assert not any(given.TOKEN in text for (text,) in kept)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/V10/invoices/export?system_id=s"),
        ("GET", "/v10/credit-notes/export?system_id=s"),
        ("GET", "/v10/accounting%20entries/export?system_id=s"),
    ],
)
def test_paths_have_several_spellings(puller: Puller, method: str, path: str) -> None:
    answer = puller.knock.open(method, path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


def test_the_references_own_slip_leads_to_credit_notes(puller: Puller) -> None:
    number = puller.ids["credit note"]
    body = f'{{"credit_notes":[{{"credit_note_id":{number},"system_id":"s"}}]}}'.encode()
    answer = puller.knock.open(
        "POST", "/v10/credit%20notes/mark-as-exported", body, {"Content-Type": "application/json"}
    )
    assert parsed(answer.data)["credit_notes"][0]["credit_note_id"] == number


def test_a_token_that_calls_too_often_is_told_when_to_come_back(puller: Puller) -> None:
    hurried = "token-of-somebody-in-a-hurry"
    puller.desk.change(lambda work: credentials.issue(work, "hurried", "traede", hurried, per_minute=1))
    answers = [puller.knock.open("GET", LIST, headers={"Authorization": f"Bearer {hurried}"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert parsed(answers[1].data)["errors"][0]["code"] == 10429
    assert int(answers[1].headers["Retry-After"]) > 0
