"""Addresses of the interface for programs, and of the pages about its tokens."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from shoumi.console.api import views
from shoumi.console.api.doors import api

app_name = "api"
urlpatterns = [
    path("", views.Tokens.as_view(), name="tokens"),
    path("tokens/make/", views.TokenMake.as_view(), name="token-make"),
    path("tokens/<int:pk>/", views.OneToken.as_view(), name="token"),
    path("tokens/<int:pk>/end/", views.TokenEnd.as_view(), name="token-end"),
    path("tokens/<int:pk>/withdraw/", views.TokenWithdraw.as_view(), name="token-withdraw"),
    path("", api.urls),
    path("<path:rest>", csrf_exempt(views.nothing)),
]
