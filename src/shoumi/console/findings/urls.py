"""Addresses of findings, inspections, cases, self-inspections, reveals and reports."""

from __future__ import annotations

from django.urls import path, re_path

from shoumi.console.findings.views import cases, evidence, reports, triage

app_name = "findings"
_CASE, _REVEAL, _REPORT = ("|".join(steps) for steps in (cases.STEPS, evidence.STEPS, reports.STEPS))
urlpatterns = [
    path("", triage.Queue.as_view(), name="queue"),
    path("<int:pk>/", triage.OneFinding.as_view(), name="finding"),
    path("dismiss/", triage.Dismiss.as_view(), name="dismiss"),
    path("reconsider/", triage.Reconsider.as_view(), name="reconsider"),
    path("assign/", triage.Assign.as_view(), name="assign"),
    path("inspections/", triage.Inspections.as_view(), name="inspections"),
    path("inspections/<int:pk>/", triage.OneInspection.as_view(), name="inspection"),
    path("gaps/", triage.Gaps.as_view(), name="gaps"),
    path("gaps/settle/", triage.GapSettle.as_view(), name="gap-settle"),
    path("cases/", cases.Cases.as_view(), name="cases"),
    path("cases/open/", triage.CaseOpen.as_view(), name="case-open"),
    path("cases/add/", triage.CaseAdd.as_view(), name="case-add"),
    path("cases/<int:pk>/", cases.OneCase.as_view(), name="case"),
    re_path(rf"^cases/(?P<pk>\d+)/(?P<step>{_CASE})/$", cases.CaseStep.as_view(), name="case-step"),
    path("self/", cases.SelfChecks.as_view(), name="selfchecks"),
    path("self/begin/", cases.SelfCheckBegin.as_view(), name="selfcheck-begin"),
    path("self/<int:pk>/", cases.OneSelfCheck.as_view(), name="selfcheck"),
    path("self/<int:pk>/answer/", cases.SelfCheckAnswer.as_view(), name="selfcheck-answer"),
    path("self/<int:pk>/end/", cases.SelfCheckEnd.as_view(), name="selfcheck-end"),
    path("keys/", evidence.Keys.as_view(), name="keys"),
    path("keys/enrol/", evidence.KeyEnrol.as_view(), name="key-enrol"),
    path("keys/<int:pk>/withdraw/", evidence.KeyWithdraw.as_view(), name="key-withdraw"),
    path("places/<int:pk>/keep/", evidence.PlaceKeep.as_view(), name="place-keep"),
    path("places/<int:pk>/reveal/", evidence.RevealAsk.as_view(), name="place-reveal"),
    path("reveals/<int:pk>/", evidence.OneReveal.as_view(), name="reveal"),
    re_path(rf"^reveals/(?P<pk>\d+)/(?P<step>{_REVEAL})/$", evidence.RevealStep.as_view(), name="reveal-step"),
    path("report/", reports.File.as_view(), name="report"),
    path("report/mine/", reports.Mine.as_view(), name="my-reports"),
    path("report/anonymous/", reports.Anonymous.as_view(), name="anonymous"),
    path("report/code/", reports.Code.as_view(), name="code"),
    path("report/rules/", reports.ReportRules.as_view(), name="report-rules"),
    path("reports/", reports.Reports.as_view(), name="reports"),
    path("reports/<int:pk>/", reports.OneReport.as_view(), name="report-one"),
    re_path(rf"^reports/(?P<pk>\d+)/(?P<step>{_REPORT})/$", reports.ReportStep.as_view(), name="report-step"),
]
