"""Who may do what: every right and every refusal, over HTTP."""

from __future__ import annotations

import pytest

from tests.admin.conftest import API, ENTRY, REASON, Staff

EDITORS = frozenset({"elena", "aida", "ada"})
APPROVERS = frozenset({"aida", "ada"})
EVERYBODY = frozenset({"elena", "aida", "omar", "ada"})

# Method, path, who gets in. Things that do not exist: whoever gets in is told 404 or 422, not 403.
DOORS = [
    ("GET", "/entries", EDITORS),
    ("GET", "/services", EDITORS),
    ("GET", "/entries/nada/draft", EDITORS),
    ("PUT", "/entries/nada/draft", EDITORS),
    ("DELETE", "/entries/nada/draft", EDITORS),
    ("POST", "/entries/nada/submit", EDITORS),
    ("POST", "/entries/nada/publish", APPROVERS),
    ("POST", "/entries/nada/reject", APPROVERS),
    ("POST", "/entries/nada/retire", APPROVERS),
    ("POST", "/entries/nada/verify", EDITORS),
    ("GET", "/entries/nada/revisions", EDITORS),
    ("POST", "/entries/nada/revert/1", EDITORS),
    ("GET", "/entries/nada/findings", EDITORS),
    ("GET", "/entries/nada/comments", EDITORS),
    ("POST", "/entries/nada/comments", EDITORS),
    ("PUT", "/services/nada/draft", EDITORS),
    ("POST", "/services/nada/publish", APPROVERS),
    ("POST", "/try", EDITORS),
    ("GET", "/unanswered", EDITORS),
    ("POST", "/unanswered/nada/assign", EDITORS),
    ("POST", "/unanswered/nada/draft", EDITORS),
    ("POST", "/unanswered/nada/out-of-scope", EDITORS),
    ("POST", "/unanswered/nada/discard", EDITORS),
    ("POST", "/near", EDITORS),
    ("GET", "/stale", EDITORS),
    ("GET", "/stats", EVERYBODY),
    ("GET", "/stats.csv", EVERYBODY),
    ("GET", "/reports", EDITORS),
    ("POST", "/reports/nada/settle", EDITORS),
    ("GET", "/audit", APPROVERS),
    ("GET", "/audit.csv", APPROVERS),
    ("GET", "/parked", frozenset({"omar", "ada"})),
    ("POST", "/import", APPROVERS),
    ("GET", "/export", EDITORS),
    ("GET", "/me", EVERYBODY),
    ("GET", "/me/tokens", EVERYBODY),
    ("GET", "/people", frozenset({"ada"})),
    ("POST", "/people", frozenset({"ada"})),
    ("POST", "/people/nadie/disable", frozenset({"ada"})),
    ("POST", "/people/nadie/reset", frozenset({"ada"})),
]


@pytest.mark.parametrize(("method", "path", "allowed"), DOORS)
def test_each_door_opens_for_its_roles_alone(
    staff: Staff, method: str, path: str, allowed: frozenset[str]
) -> None:
    for name in EVERYBODY:
        status = staff.people[name].call(method, path).status_code
        assert (status not in (401, 403)) == (name in allowed), (name, status)


@pytest.mark.parametrize(("method", "path", "allowed"), DOORS)
def test_nobody_gets_in_without_a_token(
    staff: Staff, method: str, path: str, allowed: frozenset[str]
) -> None:
    assert staff.client.request(method, f"{API}{path}").status_code == 401


def test_a_wrong_token_is_refused(staff: Staff) -> None:
    for header in ("Bearer hn_wrong", "Bearer  x y", "Basic YTpi", "hn_wrong"):
        answer = staff.client.get(f"{API}/me", headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_author_cannot_approve_her_own_change(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}"
    assert staff.aida.put(f"{path}/draft", ENTRY).status_code == 200
    assert staff.aida.post(f"{path}/submit").status_code == 200
    assert staff.aida.post(f"{path}/publish").status_code == 403
    assert staff.elena.post(f"{path}/publish").status_code == 403
    assert staff.ada.post(f"{path}/publish", REASON).status_code == 200


def test_who_added_a_word_to_a_change_is_an_author_of_it(staff: Staff) -> None:
    path = f"/entries/{staff.new_id()}"
    tag = staff.elena.put(f"{path}/draft", ENTRY).headers["ETag"]
    added = {"title": "¿Me operan de los ojos gratis?"}
    assert staff.aida.put(f"{path}/draft", added, headers={"If-Match": tag}).status_code == 200
    staff.elena.post(f"{path}/submit")
    assert staff.aida.post(f"{path}/publish").status_code == 403
    assert staff.ada.post(f"{path}/publish", REASON).status_code == 200


def test_the_openapi_document_describes_the_api(staff: Staff) -> None:
    paths = staff.client.get("/openapi.json").json()["paths"]
    for path in ("/entries/{item_id}/draft", "/try", "/unanswered", "/import", "/audit"):
        assert f"{API}{path}" in paths
