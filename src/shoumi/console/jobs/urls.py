"""Addresses of background work."""

from __future__ import annotations

from django.urls import path

from shoumi.console.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.Jobs.as_view(), name="jobs"),
    path("<int:pk>/", views.OneJob.as_view(), name="job"),
    path("<int:pk>/again/", views.Again.as_view(), name="again"),
    path("<int:pk>/drop/", views.Drop.as_view(), name="drop"),
]
