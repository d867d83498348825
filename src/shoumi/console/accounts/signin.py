"""Signing in: password, then one-time code; counting failures; opening and ending sessions; proving oneself again.

The answer to a wrong account, a wrong password and a wrong code is the same sentence, after the same work. Failures are
counted by account and by address; both lock. Every success and failure is in the audit trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth import login, logout
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from shoumi.console.accounts import codes
from shoumi.console.accounts.models import Lock, Office, User, Visit
from shoumi.console.action import Actor, Door, Machine, note
from shoumi.console.audit.models import REFUSED

ADDRESS_FACTOR: Final = 6  # an address may fail so many times more often than an account: offices share one
_BACKEND: Final = "shoumi.console.accounts.signin.Backend"
_HALF: Final = "half"  # session key of who has shown a password, but no code yet
_HALF_LASTS: Final = timedelta(minutes=5)


class Backend(BaseBackend):
    """Loads the account of a session; signing in itself is ``password`` and ``code`` below."""

    def get_user(self, user_id: int) -> User | None:
        """Return an open account."""
        return User.objects.full().filter(pk=user_id, is_active=True).first()


@dataclass(frozen=True, slots=True)
class Locked(Exception):
    """Too many failures; nothing is checked until then."""

    until: datetime


def address(request: HttpRequest) -> str:
    """Return the client's address. Behind a proxy: the last one that the proxy itself wrote down."""
    from django.conf import settings

    forwarded = request.headers.get("X-Forwarded-For", "") if settings.PUBLIC else ""
    return (forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", ""))[:100]


def door(request: HttpRequest) -> Door:
    """Return the door of a page, with the moment of the last proof."""
    proved = request.session.get("proved") if hasattr(request, "session") else None
    return Door("page", address(request), datetime.fromisoformat(proved) if proved else None)


def password(request: HttpRequest, username: str, given: str) -> User | None:
    """Check the first factor. Returns the account, now half signed in, or None. Raises Locked."""
    name = username.strip().lower()[:60]
    _refuse_locked(name, address(request))
    user = User.objects.full().filter(username=name, is_active=True).first()
    if user is None:
        make_password(given)  # the same work as for an account that exists
    if user is None or not user.check_password(given):
        _failed(request, name, "password")
        return None
    request.session.cycle_key()
    request.session[_HALF] = [user.pk, timezone.now().isoformat(), user.get_session_auth_hash()]
    return user


def half(request: HttpRequest) -> User | None:
    """Return who has shown a password within the last five minutes and now owes a code."""
    pending = request.session.get(_HALF)
    if not pending:
        return None
    user = User.objects.full().filter(pk=pending[0], is_active=True).first()
    age = timezone.now() - datetime.fromisoformat(pending[1])
    if user is None or not timedelta() <= age <= _HALF_LASTS or user.get_session_auth_hash() != pending[2]:
        request.session.pop(_HALF, None)
        return None
    return user


def code(request: HttpRequest, user: User, given: str) -> bool:
    """Check the second factor and sign in. Raises Locked."""
    _refuse_locked(user.username, address(request))
    if not codes.spend(user, given):
        _failed(request, user.username, "code")
        return False
    enter(request, user)
    return True


def enter(request: HttpRequest, user: User) -> None:
    """Sign in somebody who has shown both factors; the oldest session beyond the limit ends."""
    now = timezone.now()
    request.session.pop(_HALF, None)
    login(request, user, backend=_BACKEND)
    request.session["proved"] = now.isoformat()
    if not request.session.session_key:
        request.session.save()
    with transaction.atomic():
        Lock.objects.filter(key=_account(user.username)).delete()
        Visit.objects.create(
            user=user,
            session=request.session.session_key,
            address=address(request),
            browser=request.headers.get("User-Agent", "")[:200],
        )
        for visit in user.visits.order_by("-began")[Office.current().sessions :]:
            end(visit)
        User.objects.filter(pk=user.pk).update(last_login=now)
        note(user, "accounts.signin", door=door(request), thing=user)


def leave(request: HttpRequest) -> None:
    """Sign out."""
    if request.user.is_authenticated:
        with transaction.atomic():
            note(request.user, "accounts.signout", door=door(request), thing=request.user)
            Visit.objects.filter(session=request.session.session_key).delete()
    logout(request)


def prove(request: HttpRequest, user: User, given: str, digits: str) -> bool:
    """Check both factors again for a sensitive step. Raises Locked."""
    _refuse_locked(user.username, address(request))
    if not user.check_password(given) or not codes.spend(user, digits):
        _failed(request, user.username, "proof")
        return False
    request.session["proved"] = timezone.now().isoformat()
    return True


def second(request: HttpRequest, user: User, digits: str) -> bool:
    """Check the one-time code of a program's owner, whose token stood for the password. Raises Locked."""
    _refuse_locked(user.username, address(request))
    if codes.spend(user, digits):
        return True
    _failed(request, user.username, "proof")
    return False


def end(visit: Visit) -> None:
    """End a session, wherever it is."""
    SessionStore(visit.session).delete()
    visit.delete()


def end_all(user: User, but: str = "") -> int:
    """End every session of an account but one; return how many."""
    visits = list(user.visits.exclude(session=but))
    for visit in visits:
        end(visit)
    return len(visits)


def locked_until(username: str) -> datetime | None:
    """Return until when an account is locked."""
    lock = Lock.objects.filter(key=_account(username), until__gt=timezone.now()).first()
    return lock.until if lock else None


def unlock(username: str) -> None:
    """Forget an account's failures."""
    Lock.objects.filter(key=_account(username)).delete()


def forget() -> None:
    """Forget failures that lock nothing any more; guessed names would pile up otherwise."""
    Lock.objects.filter(last__lt=timezone.now() - timedelta(days=1)).delete()


def _account(username: str) -> str:
    return f"account:{username}"


def _refuse_locked(username: str, place: str) -> None:
    keys = (_account(username), f"address:{place}")
    until = (
        Lock.objects.filter(key__in=keys, until__gt=timezone.now()).order_by("-until").values_list("until", flat=True)
    )
    found: Any = until.first()
    if found:
        raise Locked(found)


def _failed(request: HttpRequest, username: str, which: str) -> None:
    """Count a failure for account and address; lock what reached its limit; write it down."""
    office, place = Office.current(), address(request)
    with transaction.atomic():
        locks = {
            _account(username): office.failures,
            f"address:{place}": office.failures * ADDRESS_FACTOR,
        }
        locked = [key for key, limit in locks.items() if _count(key, limit, office.lock_minutes)]
        known = User.objects.full().filter(username=username).first()
        facts = {"factor": which, "account": username if known else "?", "locked": locked}
        actor: Actor = known or Machine("sign-in")
        note(actor, "accounts.signin", outcome=REFUSED, door=door(request), thing=known, facts=facts)


def _count(key: str, limit: int, minutes: int) -> bool:
    now = timezone.now()
    lock, _made = Lock.objects.select_for_update().get_or_create(key=key)
    if now - lock.last > timedelta(minutes=minutes):
        lock.failures = 0
    Lock.objects.filter(pk=lock.pk).update(failures=lock.failures, last=now, until=None)
    Lock.objects.filter(pk=lock.pk).update(failures=F("failures") + 1)
    reached = lock.failures + 1 >= limit
    if reached:
        Lock.objects.filter(pk=lock.pk).update(until=now + timedelta(minutes=minutes), failures=0)
    return reached
