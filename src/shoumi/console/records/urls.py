"""Addresses of records: those that were issued, the check, and each record by name and key."""

from __future__ import annotations

from django.urls import path, re_path

from shoumi.console.records import views

app_name = "records"
urlpatterns = [
    path("", views.Issues.as_view(), name="issues"),
    path("check/", views.Check.as_view(), name="check"),
    re_path(r"^check/(?P<number>\d{4}-\d{5,9})/$", views.CheckNumber.as_view(), name="check-number"),
    path("issued/<int:pk>/", views.OneIssue.as_view(), name="issue"),
    path("issued/<int:pk>/file/", views.File.as_view(), name="file"),
    re_path(r"^(?P<name>[\w.-]+)/(?P<pk>[\w-]+)\.(?P<form>html|pdf|xlsx)$", views.OneRecord.as_view(), name="record"),
]
