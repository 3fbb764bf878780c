"""Remote people of a domain and its subdomains, on any port: by their server's address, or by their handles."""

from __future__ import annotations

PEOPLE_OF_DOMAIN = """
SELECT da.id FROM accounts da JOIN hosts dh ON dh.id = da.host_id
WHERE da.domain = :name OR da.domain LIKE :below ESCAPE '!'
OR da.domain LIKE :port ESCAPE '!' OR da.domain LIKE :below_port ESCAPE '!'
OR dh.name = :name OR dh.name LIKE :below ESCAPE '!'
OR dh.name LIKE :port ESCAPE '!' OR dh.name LIKE :below_port ESCAPE '!'
"""


def domain_params(name: str) -> dict[str, str]:
    """The parameters of that statement for a normalised name."""
    literal = name.replace("_", "!_")
    return {
        "name": name,
        "below": f"%.{literal}",
        "port": f"{literal}:%",
        "below_port": f"%.{literal}:%",
    }
