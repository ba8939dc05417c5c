"""The documents and their pages."""

from __future__ import annotations

import re
from typing import Any

import yaml

from devkit.fake_upstream import OpenSite, PublishedKeys, Site, Upstream, answer
from events import CATALOGUE
from gateway.openapi import merge
from web.http.route_access import PROBLEM


def document(path: str, schemas: dict[str, Any], schema: str = "Item") -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    refusal = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    operation = {
        "summary": "List things",
        "description": "What there is.",
        "tags": ["things"],
        "parameters": [{"name": "q", "in": "query", "schema": {"type": "string", "maxLength": 200}}],
        "responses": {"200": {"description": "Found", "content": content}, "default": {"content": refusal}},
    }
    return {
        "openapi": "3.1.0",
        "paths": {path: {"get": operation}},
        "components": {"schemas": {**schemas, "Problem": PROBLEM}},
    }


ITEM = {"type": "object", "properties": {"id": {"type": "string"}}}
OTHER_ITEM = {"type": "object", "properties": {"number": {"type": "string"}}}
PAGE = {"type": "object", "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}}}


def merged(**documents: dict[str, Any]) -> dict[str, Any]:
    return merge(documents, unavailable=[], server="http://localhost:8080", is_offered=lambda path: path != "/private")


def test_a_name_that_means_two_things_gets_the_service_in_front() -> None:
    both = merged(
        contracts=document("/a", {"Item": ITEM, "Page": PAGE}, "Page"),
        files=document("/b", {"Item": OTHER_ITEM, "Page": PAGE}, "Page"),
    )
    schemas = both["components"]["schemas"]
    assert schemas["ContractsItem"] == ITEM
    assert schemas["FilesItem"] == OTHER_ITEM
    # Word for word the same page, and yet of two kinds of items.
    assert schemas["FilesPage"]["properties"]["items"]["items"] == {"$ref": "#/components/schemas/FilesItem"}
    answered = both["paths"]["/a"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answered == {"$ref": "#/components/schemas/ContractsPage"}


def test_a_name_that_means_one_thing_is_kept_once() -> None:
    both = merged(contracts=document("/a", {"Item": ITEM}), files=document("/b", {"Item": ITEM}))
    assert set(both["components"]["schemas"]) == {"Item", "Problem"}


def test_operations_are_tagged_with_their_service() -> None:
    one = merged(contracts=document("/a", {"Item": ITEM}))
    assert one["paths"]["/a"]["get"]["tags"] == ["contracts"]
    assert one["tags"] == [{"name": "contracts"}]


def test_what_is_not_offered_outside_is_not_documented() -> None:
    one = merged(contracts=document("/private", {"Item": ITEM}))
    assert one["paths"] == {}
    assert set(one["components"]["schemas"]) == {"Problem"}


def test_a_generic_model_gets_a_name_that_can_be_read() -> None:
    one = merged(contracts=document("/a", {"Item": ITEM, "Page_Item_": PAGE}, "Page_Item_"))
    assert set(one["components"]["schemas"]) == {"Item", "ItemPage", "Problem"}
    answered = one["paths"]["/a"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answered == {"$ref": "#/components/schemas/ItemPage"}


async def test_a_service_that_is_down_costs_only_its_part(open_edge: OpenSite, upstream: Upstream) -> None:
    upstream.handlers["/openapi.json"] = answer(document("/api/v1/contracts", {"Item": ITEM}))
    async with open_edge(files_url="http://127.0.0.1:9") as edge, edge.http.get("/openapi.json") as got:
        whole = await got.json()
    assert whole["openapi"] == "3.1.0"
    assert whole["x-unavailable"] == ["files"]
    assert "/api/v1/contracts" in whole["paths"]
    assert "Not answering now: files." in whole["info"]["description"]


async def test_the_services_are_asked_once_a_minute(edge: Site, upstream: Upstream) -> None:
    upstream.handlers["/openapi.json"] = answer(document("/api/v1/contracts", {"Item": ITEM}))
    for _ in range(3):
        async with edge.http.get("/openapi.json") as got:
            assert got.status == 200
    assert len(upstream.requests("/openapi.json")) == 5


async def test_the_events_are_served_as_asyncapi(edge: Site) -> None:
    async with edge.http.get("/asyncapi.yaml") as got:
        assert got.content_type == "application/yaml"
        written = yaml.safe_load(await got.text())
    assert written["asyncapi"] == "3.0.0"
    assert set(written["components"]["messages"]) == set(CATALOGUE)


async def test_the_page_of_the_api_needs_nothing_from_elsewhere(edge: Site) -> None:
    async with edge.http.get("/docs") as got:
        page = await got.text()
        assert "default-src 'self'" in got.headers["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script>|https?://", page)
    links = re.findall(r'(?:href|src)="([^"]+)"', page)
    assert len(links) == 5
    for link in links:
        async with edge.http.get(link) as got:
            assert got.status == 200, link


async def test_a_page_that_is_not_there_is_a_problem(edge: Site, keys: PublishedKeys) -> None:
    for path in ("/docs/nothing", "/static/nothing.css"):
        async with edge.http.get(path) as got:
            assert got.status == 404
            assert got.content_type == "application/problem+json"
