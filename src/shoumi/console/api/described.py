"""The description of the interface (OpenAPI 3.1), made from actions, lists and questions as they are installed."""

from __future__ import annotations

from typing import Any, Final

from shoumi.console.action import Action
from shoumi.console.api import calls, fields, problems, scopes
from shoumi.console.lists import ListPage
from shoumi.version import VERSION

_PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}
_TEXT: Final = {"type": "string"}
_DONE: Final = {
    "type": "object",
    "required": ["action", "thing", "result"],
    "additionalProperties": False,
    "properties": {
        "action": _TEXT,
        "thing": {
            "type": ["object", "null"],
            "required": ["kind", "id", "name"],
            "properties": {"kind": _TEXT, "id": {"type": ["integer", "string"]}, "name": _TEXT},
        },
        "result": {"type": ["string", "integer", "boolean", "null"]},
    },
}
_ROWS: Final = {
    "type": "object",
    "required": ["list", "count", "page", "pages", "rows"],
    "additionalProperties": False,
    "properties": {
        "list": _TEXT,
        "count": {"type": "integer"},
        "page": {"type": "integer"},
        "pages": {"type": "integer"},
        "rows": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "address", "cells"],
                "properties": {
                    "id": {"type": ["integer", "string", "null"]},
                    "address": _TEXT,
                    "cells": {"type": "object"},
                },
            },
        },
    },
}
_FORM: Final = {
    "type": "object",
    "required": ["action", "label", "intro", "sensitive", "grave", "fields"],
    "properties": {
        "action": _TEXT,
        "label": _TEXT,
        "intro": _TEXT,
        "sensitive": {"type": "boolean"},
        "grave": {"type": "boolean"},
        "fields": {"type": "array", "items": {"type": "object", "required": ["name", "label", "required", "schema"]}},
    },
}
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key with the same content is answered as before, and done once.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}
_CODE: Final = {
    "name": "Shoumi-Code",
    "in": "header",
    "description": "A one-time code of the token's owner: the second proof that this step needs.",
    "schema": {"type": "string", "pattern": "^[0-9]{6}$"},
}
_PK: Final = {
    "name": "pk",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[0-9A-Za-z-]{1,40}$"},
}


def openapi() -> dict[str, Any]:
    """Return the whole description."""
    paths: dict[str, Any] = {}
    for name, page in scopes.lists().items():
        paths[f"/api/lists/{name}"] = {"get": _list(name, page)}
    for name, action in scopes.actions().items():
        about = f"/api/actions/{name}" + ("/{pk}" if action.model else "")
        paths[about] = {"get": _asked(name, action), "post": _done(name, action)}
    for name, call in calls.registry().items():
        paths[f"/api/calls/{name}"] = {"post": _call(name, call)}
    schemas = {"Problem": _problem(), "Done": _DONE, "Rows": _ROWS, "Form": _FORM}
    security = {"token": {"type": "http", "scheme": "bearer"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shoumi", "version": VERSION, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "security": [{"token": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": security},
    }


def _problem() -> dict[str, Any]:
    kinds = [f"urn:shoumi:problem:{kind}" for kind in problems.TITLES]
    properties = {
        "type": {"enum": kinds},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "instance": _TEXT,
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}},
    }
    return {"type": "object", "required": ["type", "title", "status"], "properties": properties}


def _call(name: str, call: calls.Call) -> dict[str, Any]:
    kinds = ("application/json", "multipart/form-data") if call.files else ("application/json",)
    texts = {key: schema for key, schema in call.body["properties"].items() if key != "files"}
    bodies = {kinds[0]: {**call.body, "properties": texts}, kinds[-1]: call.body}
    answers = _answers("Done", 400, 401, 403, 404, 413, 415, 422, 429, 503)
    answers["200"] = {"description": "answered", "content": {"application/json": {"schema": call.answer}}}
    return {
        "operationId": f"call {name}",
        "summary": str(call.label),
        "description": str(call.intro),
        "tags": [name.partition(".")[0]],
        "parameters": [],
        "requestBody": {"required": True, "content": {kind: {"schema": bodies[kind]} for kind in kinds}},
        "responses": answers,
    }


def _answers(what: str, *statuses: int) -> dict[str, Any]:
    good = {
        "description": "done",
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{what}"}}},
    }
    bad = {"description": "a problem", "content": {problems.KIND: {"schema": _PROBLEM}}}
    return {"200": good, **{str(status): bad for status in statuses}}


def _list(name: str, page: type[ListPage]) -> dict[str, Any]:
    sorts = [column.key for column in page.columns if column.sort]
    queries: list[tuple[str, dict[str, Any]]] = [("q", {"type": "string", "maxLength": 200})]
    queries += [(key, {"type": "string"}) for key in (*page.also, *(one.key for one in page.filters))]
    queries += [("sort", {"enum": [*sorts, *(f"-{key}" for key in sorts)]})] if sorts else []
    queries += [("page", {"type": "integer", "minimum": 1})]
    return {
        "operationId": f"list {name}",
        "summary": str(page.title),
        "tags": [name.partition(".")[0]],
        "parameters": [{"name": key, "in": "query", "schema": schema} for key, schema in queries],
        "responses": _answers("Rows", 401, 403, 404, 422, 429),
    }


def _asked(name: str, action: type[Action]) -> dict[str, Any]:
    return {
        "operationId": f"form {name}",
        "summary": f"{action.label}?",
        "tags": [name.partition(".")[0]],
        "parameters": [_PK] if action.model else [],
        "responses": _answers("Form", 401, 403, 404, 409, 429),
    }


def _done(name: str, action: type[Action]) -> dict[str, Any]:
    kind = "multipart/form-data" if fields.files(action) else "application/json"
    more = [_CODE] if action.sensitive else []
    return {
        "operationId": f"do {name}",
        "summary": str(action.label),
        "description": str(action.intro),
        "tags": [name.partition(".")[0]],
        "parameters": [*([_PK] if action.model else []), _KEY, *more],
        "requestBody": {"required": True, "content": {kind: {"schema": fields.schema(action)}}},
        "responses": _answers("Done", 400, 401, 403, 404, 409, 413, 415, 422, 429),
    }


def lines() -> list[str]:
    """Return the description as a line for each operation: what the golden file keeps, and a reader compares."""
    from django.utils import translation

    with translation.override("en"):
        paths = openapi()["paths"]
    found = []
    for path in sorted(paths):
        for method, operation in sorted(paths[path].items()):
            if operation["operationId"].startswith("form "):
                continue
            words = [f"{one['name']}{_short(one['schema'])}" for one in operation["parameters"] if one["in"] != "path"]
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                words += [kind] if kind != "application/json" else []
                words += _inputs(content["schema"])
            found.append(f"{method.upper()} {path} {' '.join(words)}".rstrip())
    return found


def _inputs(schema: dict[str, Any]) -> list[str]:
    needed = schema.get("required", [])
    found = [f"{name}{'!' if name in needed else ''}{_short(one)}" for name, one in schema["properties"].items()]
    return [*found, "…"] if schema["additionalProperties"] else found


def _short(schema: dict[str, Any]) -> str:
    kinds = schema.get("type", [])
    kind = "|".join(one for one in ([kinds] if isinstance(kinds, str) else kinds) if one != "null")
    return "" if kind == "string" and "enum" not in schema else f":{kind or 'any'}"
