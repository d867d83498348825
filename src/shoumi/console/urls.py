"""Addresses: each room under its own name, and the few pages that belong to none."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from shoumi.console import rooms, views

urlpatterns = [
    path("", views.Home.as_view(), name="home"),
    path("health", views.health, name="health"),
    path("language/", views.language, name="language"),
    path("keys/", views.Keys.as_view(), name="keys"),
    *(path(f"{rooms.short(room)}/", include(f"{room}.urls")) for room in settings.ROOMS if find_spec(f"{room}.urls")),
]
handler400 = "shoumi.console.views.bad"
handler403 = "shoumi.console.views.denied"
handler404 = "shoumi.console.views.missing"
handler500 = "shoumi.console.views.broken"
