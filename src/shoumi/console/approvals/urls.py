"""Addresses of requests."""

from __future__ import annotations

from django.urls import path

from shoumi.console.approvals import views

app_name = "approvals"
urlpatterns = [
    path("", views.Waiting.as_view(), name="waiting"),
    path("mine/", views.Mine.as_view(), name="mine"),
    path("ask/", views.AskMatterPage.as_view(), name="matter-ask"),
    path("matters/<int:pk>/", views.MatterPage.as_view(), name="matter"),
    path("matters/<int:pk>/change/", views.ChangeMatterPage.as_view(), name="matter-change"),
    path("matters/<int:pk>/done/", views.FinishMatterPage.as_view(), name="matter-finish"),
    path("all/", views.Everything.as_view(), name="all"),
    path("<int:pk>/", views.OneRequest.as_view(), name="request"),
    path("<int:pk>/decide/", views.Decide.as_view(), name="decide"),
    path("<int:pk>/again/", views.Again.as_view(), name="again"),
    path("<int:pk>/withdraw/", views.WithdrawPage.as_view(), name="withdraw"),
]
