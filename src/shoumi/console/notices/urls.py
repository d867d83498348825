"""Addresses of the inbox and of the ways out."""

from __future__ import annotations

from django.urls import path

from shoumi.console.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.Inbox.as_view(), name="inbox"),
    path("<int:pk>/", views.OneNotice.as_view(), name="notice"),
    path("<int:pk>/read/", views.MarkRead.as_view(), name="read"),
    path("read/", views.MarkAllRead.as_view(), name="read-all"),
    path("told/", views.HowTold.as_view(), name="choose"),
    path("channels/", views.Channels.as_view(), name="channels"),
    path("channels/add/", views.ChannelAdd.as_view(), name="channel-add"),
    path("channels/<int:pk>/", views.OneChannel.as_view(), name="channel"),
    path("channels/<int:pk>/try/", views.ChannelTry.as_view(), name="channel-try"),
    path("channels/<int:pk>/remove/", views.ChannelRemove.as_view(), name="channel-remove"),
]
