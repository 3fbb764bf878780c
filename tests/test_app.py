"""The application itself: its routes, which no page or program asks to be made into addresses, could be."""

from __future__ import annotations

from tests.peer import World


def test_a_route_can_still_be_made_into_an_address(world: World) -> None:
    routes = world.app.url_map.bind("a.test")
    assert routes.build("api_statuses.one", {"status_id": "7", "x": "y"}) == "/api/v1/statuses/7?x=y"
    assert routes.match("/api/v1/statuses/7/", "GET") == ("api_statuses.one", {"status_id": "7"})
