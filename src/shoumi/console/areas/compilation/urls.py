"""Addresses of manuscripts, items, keys and proofs."""

from __future__ import annotations

from django.urls import path

from shoumi.console.areas.compilation.views import items, manuscripts, proofs

app_name = "compilation"
urlpatterns = [
    path("", manuscripts.Manuscripts.as_view(), name="manuscripts"),
    path("add/", manuscripts.Add.as_view(), name="add"),
    path("keys/", proofs.Keys.as_view(), name="keys"),
    path("keys/enrol/", proofs.Enrol.as_view(), name="key-enrol"),
    path("keys/<int:pk>/withdraw/", proofs.WithdrawOwn.as_view(), name="key-withdraw"),
    path("<int:pk>/", manuscripts.One.as_view(), name="manuscript"),
    path("<int:pk>/upload/", manuscripts.Upload.as_view(), name="upload"),
    path("<int:pk>/text/", items.Text.as_view(), name="text"),
    path("<int:pk>/items/", items.Items.as_view(), name="items"),
    path("<int:pk>/record.json", proofs.RecordFile.as_view(), name="record"),
    path("<int:pk>/publish/", proofs.Publish.as_view(), name="publish"),
    path("<int:pk>/compare/", proofs.CompareOne.as_view(), name="compare"),
    path("<int:pk>/<slug:step>/", manuscripts.Steps.as_view(), name="step"),
    path("items/<int:pk>/", items.One.as_view(), name="item"),
    path("items/<int:pk>/<slug:step>/", items.Decide.as_view(), name="decide"),
    path("proofs/<int:pk>/", proofs.OneProof.as_view(), name="proof"),
    path("proofs/<int:pk>/sign-off/", proofs.Off.as_view(), name="sign-off"),
]
