"""Addresses of the audit trail."""

from __future__ import annotations

from django.urls import path

from shoumi.console.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.Entries.as_view(), name="entries"),
    path("<int:pk>/", views.OneEntry.as_view(), name="entry"),
    path("checkpoints/", views.Checkpoints.as_view(), name="checkpoints"),
    path("checkpoints/add/", views.Add.as_view(), name="add"),
    path("keys/enrol/", views.Enrol.as_view(), name="enrol"),
    path("keys/<int:pk>/withdraw/", views.Withdraw.as_view(), name="withdraw"),
]
