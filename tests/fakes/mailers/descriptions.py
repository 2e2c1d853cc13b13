"""The machine-readable descriptions of the services, and requests held against them."""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.real import DATA

if TYPE_CHECKING:
    from tests.fakes.mailers import Call

FOLDER = DATA / "mailer_apis"


class Description:
    """One service's description. Without the data, or without openapi-core, the test is skipped."""

    def __init__(self, file: str, prefix: str) -> None:
        self.openapi = _loaded(file, prefix)
        self.prefix = prefix

    def wrong(self, call: Call) -> str:
        """What is not as described in a request, or empty."""
        from openapi_core.exceptions import OpenAPIError
        from openapi_core.testing import MockRequest

        request = MockRequest(
            "http://fake",
            call.method.lower(),
            self.prefix + call.path,
            args=_many(call.query),
            headers=dict(call.headers),
            data=call.raw or None,
            content_type=call.headers.get("content-type", "application/json"),
        )
        try:
            self.openapi.validate_request(request)
        except OpenAPIError as error:
            inner = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or error]
            return f"{call.method} {call.path}: {type(error).__name__} {'; '.join(map(str, inner))[:600]}"
        return ""


def _many(query: tuple[tuple[str, str], ...]) -> Any:
    from werkzeug.datastructures import ImmutableMultiDict

    return ImmutableMultiDict(list(query))


@cache
def _loaded(file: str, prefix: str) -> Any:
    path = FOLDER / file
    if not path.exists():
        pytest.skip(f"no description: {file} is not in {FOLDER} (DIGEST_DATA names its parent)")
    openapi_core = pytest.importorskip("openapi_core")
    text = path.read_text(encoding="utf-8")
    spec = (
        yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        if file.endswith("yaml")
        else json.loads(text)
    )
    if "swagger" in spec:
        spec = modern(spec)
    spec["servers"] = [{"url": f"http://fake{prefix}"}]
    _mend(file, spec)
    return openapi_core.OpenAPI.from_dict(spec)


def _mend(file: str, spec: dict[str, Any]) -> None:
    """What the descriptions get wrong, as the services' own sources and texts say."""
    for operations in spec["paths"].values():
        for operation in operations.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    spec.pop("security", None)
    if file.startswith("listmonk"):
        # a schedule is taken back by the status `draft`, and a test names its subscribers
        schema = spec["paths"]["/campaigns/{id}/status"]["put"]["requestBody"]["content"]["application/json"]
        schema["schema"] = {
            "type": "object",
            "required": ["status"],
            "properties": {"status": {"enum": ["draft", "scheduled", "running", "paused", "cancelled"]}},
        }
    if file.startswith("sendgrid"):
        schedule = spec["paths"]["/v3/marketing/singlesends/{id}/schedule"]["put"]["requestBody"]
        at = schedule["content"]["application/json"]["schema"]["properties"]["send_at"]
        at.pop("format", None)  # an instant, or the word "now"


def modern(old: dict[str, Any]) -> dict[str, Any]:
    """Swagger 2.0 as OpenAPI 3.0, as far as requests need it."""
    spec = json.loads(json.dumps(copy.deepcopy(old)).replace("#/definitions/", "#/components/schemas/"))
    paths = {
        path: {
            method: _operation(spec, operation, operations.get("parameters", []))
            for method, operation in operations.items()
            if method != "parameters"
        }
        for path, operations in spec["paths"].items()
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": spec["info"]["title"], "version": spec["info"].get("version", "1")},
        "paths": paths,
        "components": {"schemas": {name: _clean(one) for name, one in spec.get("definitions", {}).items()}},
    }


def _operation(spec: dict[str, Any], old: dict[str, Any], shared: list[Any]) -> dict[str, Any]:
    new: dict[str, Any] = {"responses": {"200": {"description": "done"}}}
    parameters = []
    for one in (*shared, *old.get("parameters", [])):
        if "$ref" in one:
            one = spec["parameters"][one["$ref"].rpartition("/")[2]]
        if one["in"] == "body":
            content = {"application/json": {"schema": _clean(one["schema"])}}
            new["requestBody"] = {"required": one.get("required", False), "content": content}
        elif one["in"] in ("query", "path"):
            kept = {key: value for key, value in one.items() if key in ("type", "enum", "items", "format")}
            if kept.get("type") == "boolean":
                kept.pop("enum", None)
            parameters.append(
                {"name": one["name"], "in": one["in"], "required": one.get("required", False), "schema": kept}
            )
    return {**new, "parameters": parameters}


_DROPPED = ("readOnly", "x-nullable", "discriminator", "example", "examples")


def _clean(schema: Any) -> Any:
    """A schema without what Swagger 2.0 allows and OpenAPI 3.0 does not."""
    if isinstance(schema, list):
        return [_clean(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _clean(value) for key, value in schema.items() if key not in (*_DROPPED, "properties")}
    if isinstance(named := schema.get("properties"), dict):
        kept["properties"] = {name: _clean(value) for name, value in named.items()}
    return kept
