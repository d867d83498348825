"""With whom a remote file is shared: ``private``, ``internal``, ``external``, ``public-link``, or "": not told.

Nextcloud and ownCloud tell by the OCS Share API, S3 by policy status and ACL of bucket and object. Asked only for
files in which something was found; one answer of a Nextcloud holds for the whole scan.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from shoumi.engine.remote import connect
from shoumi.engine.remote.address import Place
from shoumi.engine.remote.login import login

ORDER: Final = ("private", "internal", "external", "public-link")
# OCS share types: 0 user, 1 group, 3 link, 4 mail, 6 remote user, 7 circle, 9 remote group, 10 talk, 11 deck …
_OCS: Final = {3: "public-link", 4: "external", 6: "external", 9: "external"}
_GROUPS: Final = "http://acs.amazonaws.com/groups/global/"


def state(place: Place, path: str) -> str:
    """Return with whom the file at ``path`` is shared. Never raises: what cannot be asked is not known."""
    try:
        if place.kind == "nextcloud":
            return _nextcloud(place, path)
        if place.kind == "s3":
            return _s3(place, path)
    except Exception:  # servers that lack the call, refuse it or do not answer: not known, and so not said
        return ""
    return ""


def _widest(states: list[str]) -> str:
    return max(states, key=ORDER.index, default="private")


def _nextcloud(place: Place, path: str) -> str:
    """A file is shared as the widest share of itself or of a folder above it."""
    above = [f"/{path}"]
    while above[-1] != "/":
        above.append(above[-1].rpartition("/")[0] or "/")
    shares = _ocs(place)
    return _widest([shares[one] for one in above if one in shares])


@lru_cache(maxsize=8)
def _ocs(place: Place) -> dict[str, str]:
    """Return path → widest share of everything that the user shares, and of what is shared with the user."""
    import httpx

    who = login(place)
    shares: dict[str, str] = {}
    with httpx.Client(
        auth=(who.user, who.password), timeout=connect.TIMEOUT, headers={"OCS-APIRequest": "true"}
    ) as web:
        for query in ({"format": "json"}, {"format": "json", "shared_with_me": "true"}):
            answer = web.get(f"{place.web}/ocs/v2.php/apps/files_sharing/api/v1/shares", params=query)
            answer.raise_for_status()
            for share in answer.json()["ocs"]["data"]:
                mine = "shared_with_me" not in query
                name = "/" + str(share.get("path" if mine else "file_target") or share["path"]).strip("/")
                kind = _OCS.get(int(share["share_type"]), "internal")
                shares[name] = _widest([kind, shares.get(name, "private")])
    return shares


def _s3(place: Place, path: str) -> str:
    drive = connect.connect(place)
    bucket, _, key = str(drive.inside(path)).partition("/")
    states = list(_bucket(place, bucket))
    acl = drive.files.call_s3("get_object_acl", Bucket=bucket, Key=key)
    return _widest([*states, *_grants(acl)])


@lru_cache(maxsize=64)
def _bucket(place: Place, bucket: str) -> tuple[str, ...]:
    """Return what holds for all of a bucket. A call that a server lacks says nothing; one that works decides."""
    files = connect.connect(place).files
    states: list[str] = []
    status = _ask(files, "get_bucket_policy_status", bucket)
    if status.get("PolicyStatus", {}).get("IsPublic"):
        states.append("public-link")
    states += _grants(_ask(files, "get_bucket_acl", bucket))
    return tuple(states)


def _ask(files: Any, call: str, bucket: str) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = files.call_s3(call, Bucket=bucket)
    except Exception:
        return {}
    return answer


def _grants(acl: dict[str, Any]) -> list[str]:
    owner = acl.get("Owner", {}).get("ID")
    states = []
    for grant in acl.get("Grants", []):
        who = grant.get("Grantee", {})
        if who.get("URI") == f"{_GROUPS}AllUsers":
            states.append("public-link")
        elif who.get("URI") == f"{_GROUPS}AuthenticatedUsers":
            states.append("external")
        elif who.get("ID") and who["ID"] != owner:
            states.append("internal")
    return states
