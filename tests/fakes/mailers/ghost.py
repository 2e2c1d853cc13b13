"""Ghost's Admin API, as a Ghost 5 was seen to behave; it has no machine-readable description."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from datetime import datetime
from typing import Any, ClassVar

from tests.fakes.mailers import Answer, Call, Fake

IDENTITY, SECRET = "64f0c1", "00112233445566778899aabbccddeeff"


class Ghost(Fake):
    name = "ghost"
    prefix = "/ghost/api/admin"
    settings: ClassVar[dict[str, Any]] = {"key": f"{IDENTITY}:{SECRET}"}
    lists = ("default-newsletter",)
    no_such_list = "no-such-newsletter"
    reads_clicks = True

    def allowed(self, call: Call) -> bool:
        token = call.headers.get("authorization", "").removeprefix("Ghost ")
        head, _, sign = token.rpartition(".")
        good = hmac.new(bytes.fromhex(SECRET), head.encode(), hashlib.sha256).digest()
        if base64.urlsafe_b64encode(good).decode().rstrip("=") != sign:
            return False
        kid, claims = (json.loads(base64.urlsafe_b64decode(part + "===")) for part in head.split("."))
        lives = int(claims["exp"]) - int(claims["iat"])
        return bool(kid["kid"] == IDENTITY and claims["aud"] == "/admin/" and 0 < lives <= 300)

    def name_of(self, row: dict[str, Any]) -> str:
        return str(row["slug"]).replace("-", " ")

    def named(self, name: str) -> list[str]:
        slug = re.sub("[^a-z0-9]+", "-", name.lower())
        return [key for key, row in self.campaigns.items() if re.fullmatch(rf"{slug}(-\d)?", row["slug"])]

    def route(self, call: Call) -> Answer:
        match call.method, call.path.strip("/").split("/"):
            case "GET", ["newsletters"]:
                more = [{"slug": slug, "name": name} for slug, name in self.parts.items()]
                return Answer(200, {"newsletters": [{"slug": "default-newsletter", "name": "Daily"}, *more]})
            case "GET", ["posts"]:
                slugs = call.asked("filter").removeprefix("slug:").strip("[]").split(",")
                found = [row for row in self.campaigns.values() if row["slug"] in slugs]
                return Answer(200, {"posts": found[: int(call.asked("limit", "15"))]})
            case "POST", ["posts"]:
                return self._made(call.body["posts"][0])
            case "GET", ["links"]:
                return self._links(call)
            case _, ["posts", key]:
                if key not in self.campaigns:
                    return Answer(
                        404, {"errors": [{"message": "Resource not found", "context": "Post not found."}]}
                    )
                row = self.campaigns[key]
                return self._changed(call, row) if call.method == "PUT" else Answer(200, {"posts": [row]})
        return Answer(404, {"errors": [{"message": "no such route"}]})

    def _made(self, post: dict[str, Any]) -> Answer:
        taken = {row["slug"] for row in self.campaigns.values()}
        slug, number = post["slug"], 1
        while slug in taken:
            number += 1
            slug = f"{post['slug']}-{number}"
        key = f"p{self.id()}"
        self.campaigns[key] = post | {"id": key, "slug": slug, "updated_at": "v1", "email": None}
        return Answer(201, {"posts": [self.campaigns[key]]})

    def _changed(self, call: Call, row: dict[str, Any]) -> Answer:
        change = dict(call.body["posts"][0])
        if change.pop("updated_at") != row["updated_at"]:
            return Answer(
                409,
                {
                    "errors": [
                        {
                            "type": "UpdateCollisionError",
                            "message": "Saving failed! Someone else is editing this post.",
                        }
                    ]
                },
            )
        status = change.get("status", row["status"])
        if status == "scheduled" and datetime.fromisoformat(change["published_at"]) <= self.now:
            return Answer(422, {"errors": [{"message": "Date must be at least 2 minutes in the future."}]})
        if status in ("scheduled", "published") and call.asked("newsletter") not in (
            *self.lists,
            *self.parts,
        ):
            return Answer(422, {"errors": [{"message": "the newsletter does not exist"}]})
        if status == "published" and row["status"] != "published":
            row["email"] = {"status": "pending"}
            self.sends.append(row["id"])
        row["newsletter"] = call.asked("newsletter") or row.get("newsletter")
        row |= change | {"updated_at": f"v{int(row['updated_at'][1:]) + 1}"}
        return Answer(200, {"posts": [row]})

    def _links(self, call: Call) -> Answer:
        if not self.reads_clicks:
            return Answer(
                501,
                {"errors": [{"type": "NotImplementedError", "message": "An integration may not do this."}]},
            )
        key = call.asked("filter").removeprefix("post_id:").strip("'")
        links = self.campaigns[key].get("links", {})
        return Answer(
            200,
            {
                "links": [
                    {"link": {"from": "/r/1", "to": url}, "count": {"clicks": unique}}
                    for url, (_, unique) in links.items()
                ]
            },
        )

    def part(self, number: int) -> str:
        return f"variant-{number}"

    def part_of(self, row: dict[str, Any]) -> str:
        return str(row["newsletter"])

    def finish(self, campaign: str) -> None:
        if campaign not in self.sends:
            self.sends.append(campaign)
        email = {"status": "submitted", "email_count": 1000, "delivered_count": 990, "opened_count": 400}
        self.campaigns[campaign] |= {
            "status": "sent",
            "email": email,
            "published_at": "2026-01-23T11:30:00.000Z",
        }
