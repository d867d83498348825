"""Addresses of scans, places, uploads, registered documents, checks and questions."""

from __future__ import annotations

from django.urls import path, re_path

from shoumi.console.scans import views

app_name = "scans"
_PLAN, _RUN, _DOCUMENT = ("|".join(steps) for steps in (views.PLAN_STEPS, views.RUN_STEPS, views.DOCUMENT_STEPS))
urlpatterns = [
    path("", views.Plans.as_view(), name="plans"),
    path("define/", views.PlanDefine.as_view(), name="plan-define"),
    path("<int:pk>/", views.OnePlan.as_view(), name="plan"),
    re_path(rf"^(?P<pk>\d+)/(?P<step>{_PLAN})/$", views.PlanStep.as_view(), name="plan-step"),
    path("runs/<int:pk>/", views.OneRun.as_view(), name="run"),
    re_path(rf"^runs/(?P<pk>\d+)/(?P<step>{_RUN})/$", views.RunStep.as_view(), name="run-step"),
    path("places/", views.Roots.as_view(), name="roots"),
    path("places/allow/", views.RootAllow.as_view(), name="root-allow"),
    path("places/<int:pk>/forbid/", views.RootForbid.as_view(), name="root-forbid"),
    path("upload/", views.Upload.as_view(), name="upload"),
    path("announced/", views.Announced.as_view(), name="announced"),
    path("documents/", views.Documents.as_view(), name="documents"),
    path("documents/register/", views.DocumentRegister.as_view(), name="document-register"),
    path("documents/<int:pk>/", views.OneDocument.as_view(), name="document"),
    re_path(rf"^documents/(?P<pk>\d+)/(?P<step>{_DOCUMENT})/$", views.DocumentStep.as_view(), name="document-step"),
    path("check/", views.Check.as_view(), name="check"),
    path("check/ask/", views.AskFrom.as_view(), name="check-ask"),
    path("questions/", views.Questions.as_view(), name="questions"),
    path("questions/ask/", views.Ask.as_view(), name="question-ask"),
    path("questions/<int:pk>/", views.OneQuestion.as_view(), name="question"),
    path("questions/<int:pk>/answer/", views.QuestionAnswer.as_view(), name="question-answer"),
]
