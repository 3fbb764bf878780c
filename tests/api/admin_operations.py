"""The operations of the admin API that Mastodon documents: the published schema of the client API leaves them out."""

from __future__ import annotations

_CRUD = ("GET {}", "POST {}", "GET {}/{{id}}", "PUT {}/{{id}}", "DELETE {}/{{id}}")
_NO_CHANGE = ("GET {}", "POST {}", "GET {}/{{id}}", "DELETE {}/{{id}}")
_REVIEW = ("GET {}", "POST {}/{{id}}/approve", "POST {}/{{id}}/reject")


def _of(path: str, forms: tuple[str, ...]) -> list[str]:
    return [form.format(f"/api/v1/admin/{path}") for form in forms]


ADMIN_OPERATIONS = (
    "GET /api/v1/admin/accounts",
    "GET /api/v2/admin/accounts",
    "GET /api/v1/admin/accounts/{id}",
    "DELETE /api/v1/admin/accounts/{id}",
    *(
        f"POST /api/v1/admin/accounts/{{id}}/{verb}"
        for verb in ("action", "approve", "reject", "enable", "unsensitive", "unsilence", "unsuspend")
    ),
    *_of("canonical_email_blocks", _NO_CHANGE),
    "POST /api/v1/admin/canonical_email_blocks/test",
    "POST /api/v1/admin/dimensions",
    *_of("domain_allows", _NO_CHANGE),
    *_of("domain_blocks", _CRUD),
    *_of("email_domain_blocks", _NO_CHANGE),
    *_of("ip_blocks", _CRUD),
    "POST /api/v1/admin/measures",
    "GET /api/v1/admin/reports",
    "GET /api/v1/admin/reports/{id}",
    "PUT /api/v1/admin/reports/{id}",
    *(
        f"POST /api/v1/admin/reports/{{id}}/{verb}"
        for verb in ("assign_to_self", "unassign", "resolve", "reopen")
    ),
    "POST /api/v1/admin/retention",
    "GET /api/v1/admin/tags",
    "GET /api/v1/admin/tags/{id}",
    "PUT /api/v1/admin/tags/{id}",
    *_of("trends/links", _REVIEW),
    *_of("trends/statuses", _REVIEW),
    *_of("trends/tags", _REVIEW),
    "GET /api/v1/admin/trends/links/publishers",
    "POST /api/v1/admin/trends/links/publishers/{id}/approve",
    "POST /api/v1/admin/trends/links/publishers/{id}/reject",
)
