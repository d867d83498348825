"""Addresses of repairs, disposals, snapshots and rounds of inspections."""

from __future__ import annotations

from django.urls import path, re_path

from shoumi.console.areas.devices.views import disposals, repairs, rounds, snapshots

app_name = "devices"
_REPAIR = "|".join(repairs.STEPS)
_DISPOSAL = "|".join(disposals.STEPS)
_PROOF = "|".join(disposals.PROOFS)
_STRANGER = "|".join(snapshots.STEPS)
urlpatterns = [
    path("", repairs.Repairs.as_view(), name="repairs"),
    path("mine/", repairs.Mine.as_view(), name="mine"),
    path("ask/<int:pk>/", repairs.AskForRepair.as_view(), name="repair-ask"),
    path("repairs/<int:pk>/", repairs.OneRepair.as_view(), name="repair"),
    re_path(rf"^repairs/(?P<pk>\d+)/(?P<step>{_REPAIR})/$", repairs.RepairStep.as_view(), name="repair-step"),
    path("disposals/", disposals.Disposals.as_view(), name="disposals"),
    path("disposals/methods/", disposals.Methods.as_view(), name="methods"),
    path("disposals/ask/<int:pk>/", disposals.AskForDisposal.as_view(), name="disposal-ask"),
    path("disposals/<int:pk>/", disposals.OneDisposal.as_view(), name="disposal"),
    re_path(rf"^disposals/(?P<pk>\d+)/(?P<step>{_DISPOSAL})/$", disposals.DisposalStep.as_view(), name="disposal-step"),
    re_path(rf"^media/(?P<pk>\d+)/(?P<proof>{_PROOF})/$", disposals.Proof.as_view(), name="proof"),
    path("snapshots/", snapshots.Snapshots.as_view(), name="snapshots"),
    path("snapshots/upload/", snapshots.Upload.as_view(), name="snapshot-upload"),
    path("snapshots/<int:pk>/", snapshots.OneSnapshot.as_view(), name="snapshot"),
    path("snapshots/<int:pk>/explain/", snapshots.Explain.as_view(), name="explain"),
    re_path(rf"^snapshots/(?P<pk>\d+)/(?P<step>{_STRANGER})/$", snapshots.StrangerStep.as_view(), name="snapshot-step"),
    path("rounds/", rounds.Rounds.as_view(), name="rounds"),
    path("rounds/open/", rounds.Open.as_view(), name="round-open"),
    path("rounds/<int:pk>/", rounds.OneRound.as_view(), name="round"),
    path("rounds/<int:pk>/sign/", rounds.Sign.as_view(), name="round-sign"),
]
