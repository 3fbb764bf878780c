"""Who may use which part of the admin API: by the role of the person, and by what the token lets the app do."""

from __future__ import annotations

import pytest

from tests.api.admin.conftest import SCOPES, House

_MODERATORS = {
    "GET /api/v1/admin/accounts": "admin:read:accounts",
    "GET /api/v2/admin/accounts": "admin:read:accounts",
    "GET /api/v1/admin/accounts/1": "admin:read:accounts",
    "POST /api/v1/admin/accounts/1/action": "admin:write:accounts",
    "POST /api/v1/admin/accounts/1/approve": "admin:write:accounts",
    "POST /api/v1/admin/accounts/1/reject": "admin:write:accounts",
    "POST /api/v1/admin/accounts/1/enable": "admin:write:accounts",
    "POST /api/v1/admin/accounts/1/unsilence": "admin:write:accounts",
    "POST /api/v1/admin/accounts/1/unsuspend": "admin:write:accounts",
    "POST /api/v1/admin/accounts/1/unsensitive": "admin:write:accounts",
    "GET /api/v1/admin/reports": "admin:read:reports",
    "GET /api/v1/admin/reports/1": "admin:read:reports",
    "PUT /api/v1/admin/reports/1": "admin:write:reports",
    "POST /api/v1/admin/reports/1/assign_to_self": "admin:write:reports",
    "POST /api/v1/admin/reports/1/unassign": "admin:write:reports",
    "POST /api/v1/admin/reports/1/resolve": "admin:write:reports",
    "POST /api/v1/admin/reports/1/reopen": "admin:write:reports",
    "POST /api/v1/admin/measures": "admin:read",
    "POST /api/v1/admin/dimensions": "admin:read",
    "POST /api/v1/admin/retention": "admin:read",
    "GET /api/v1/admin/tags": "admin:read",
    "GET /api/v1/admin/tags/cats": "admin:read",
    "PUT /api/v1/admin/tags/cats": "admin:write",
    "GET /api/v1/admin/trends/tags": "admin:read",
    "POST /api/v1/admin/trends/tags/cats/approve": "admin:write",
    "GET /api/v1/admin/trends/statuses": "admin:read",
    "POST /api/v1/admin/trends/statuses/1/reject": "admin:write",
    "GET /api/v1/admin/trends/links": "admin:read",
    "POST /api/v1/admin/trends/links/1/approve": "admin:write",
    "GET /api/v1/admin/trends/links/publishers": "admin:read",
    "POST /api/v1/admin/trends/links/publishers/1/reject": "admin:write",
}
_ADMINS = {
    "DELETE /api/v1/admin/accounts/1": "admin:write:accounts",
    **{
        f"{method} /api/v1/admin/{kind}{path}": f"admin:{'read' if method == 'GET' else 'write'}:{kind}"
        for kind in (
            "domain_blocks",
            "domain_allows",
            "ip_blocks",
            "email_domain_blocks",
            "canonical_email_blocks",
        )
        for method, path in (("GET", ""), ("GET", "/1"), ("POST", ""), ("DELETE", "/1"))
    },
    "PUT /api/v1/admin/domain_blocks/1": "admin:write:domain_blocks",
    "PUT /api/v1/admin/ip_blocks/1": "admin:write:ip_blocks",
    "POST /api/v1/admin/canonical_email_blocks/test": "admin:read:canonical_email_blocks",
}
_ROLES = ("user", "moderator", "admin", "owner")


@pytest.mark.parametrize("role", _ROLES)
async def test_each_role_may_do_its_part(house: House, role: str) -> None:
    _, client = await house.staff("mia", role)
    for part, allowed in ((_MODERATORS, _ROLES[1:]), (_ADMINS, _ROLES[2:])):
        for operation in part:
            reply = await client.ask(*operation.split(" "), json={})
            denied = reply.status == 403 and reply.json["error"] == "This action is not allowed"
            assert denied == (role not in allowed), (operation, reply.status, reply.data)
            assert reply.status in (200, 400, 403, 404, 422), (operation, reply.status)


async def test_each_operation_asks_for_its_own_scope(house: House) -> None:
    oli, _ = await house.staff("oli", "owner")
    clients = {scope: await house.client(oli, scope) for scope in {*_MODERATORS.values(), *_ADMINS.values()}}
    other = {scope: await house.client(oli, _without(scope)) for scope in clients}
    for operation, scope in {**_MODERATORS, **_ADMINS}.items():
        method, path = operation.split(" ")
        assert (await clients[scope].ask(method, path, json={})).status != 403, operation
        refused = await other[scope].ask(method, path, json={})
        assert refused.status == 403, operation
        assert refused.json["error"] == "This action is outside the authorized scopes", operation


async def test_nobody_gets_in_without_a_token(house: House) -> None:
    for operation in {**_MODERATORS, **_ADMINS}:
        assert (await house.anybody.ask(*operation.split(" "))).status == 401, operation


def _without(scope: str) -> str:
    """Everything but this scope and those above it, and of its neighbours all."""
    way = "read" if scope.startswith("admin:read") else "write"
    fine = "accounts reports domain_blocks domain_allows ip_blocks email_domain_blocks canonical_email_blocks"
    others = [f"admin:{way}:{name}" for name in fine.split() if f"admin:{way}:{name}" != scope]
    return " ".join(["read", "write", f"admin:{'write' if way == 'read' else 'read'}", *others])


def test_the_scopes_of_the_tests_are_those_of_the_api() -> None:
    assert set(SCOPES.split()) == {"read", "write", "admin:read", "admin:write"}
