"""Addresses of the board, of its cells, of the wall."""

from __future__ import annotations

from django.urls import path, re_path

from shoumi.console.board import views
from shoumi.console.steps import AREAS

app_name = "board"
_AREAS = "|".join(key for key, _label in AREAS)
urlpatterns = [
    path("", views.Board.as_view(), name="board"),
    path("wall/", views.Wall.as_view(), name="wall"),
    path("keep/", views.Keep.as_view(), name="keep"),
    path("<int:pk>/", views.OneUnit.as_view(), name="unit"),
    re_path(rf"^(?P<pk>\d+)/(?P<area>{_AREAS}|whole)/$", views.Why.as_view(), name="why"),
]
