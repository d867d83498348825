"""Addresses of carriers and of everything that happens to them."""

from __future__ import annotations

from django.urls import path, re_path

from shoumi.console.custody.views import carriers, counting, passing, places

app_name = "custody"


def _steps(prefix: str, steps: object, view: object, name: str) -> object:
    words = "|".join(steps)  # type: ignore[arg-type]
    return re_path(rf"^{prefix}(?P<pk>\d+)/(?P<step>{words})/$", view.as_view(), name=name)  # type: ignore[attr-defined]


urlpatterns = [
    path("", carriers.Ledger.as_view(), name="ledger"),
    path("add/", carriers.Add.as_view(), name="add"),
    path("receive/", carriers.Receive.as_view(), name="receive"),
    path("compile/", carriers.Compile.as_view(), name="compile"),
    path("import/", carriers.Import.as_view(), name="import"),
    path("import/<int:pk>/", carriers.ImportPlan.as_view(), name="import-plan"),
    re_path(r"^template\.(?P<form>csv|xlsx)$", carriers.Template.as_view(), name="template"),
    path("labels/", carriers.Labels.as_view(), name="labels"),
    path("mine/", carriers.Mine.as_view(), name="mine"),
    path("mine/ask/", carriers.LoanAsk.as_view(), name="loan-ask"),
    _steps("mine/", carriers.OWN_STEPS, carriers.OwnLoan, "own-loan"),
    path("rules/", carriers.Rules.as_view(), name="rules"),
    path("rules/change/", carriers.RulesChange.as_view(), name="rules-change"),
    path("scan/<str:token>/", carriers.Scan.as_view(), name="scan"),
    path("<int:pk>/", carriers.OneCarrier.as_view(), name="carrier"),
    _steps("", carriers.STEPS, carriers.CarrierStep, "step"),
    path("loans/", carriers.Loans.as_view(), name="loans"),
    _steps("loans/", carriers.LOAN_STEPS, carriers.LoanStep, "loan-step"),
    _steps("copies/", carriers.OrderStep.steps, carriers.OrderStep, "order-step"),
    path("dispatches/", passing.Dispatches.as_view(), name="dispatches"),
    path("dispatches/add/", passing.DispatchAdd.as_view(), name="dispatch-add"),
    path("dispatches/<int:pk>/", passing.OneDispatch.as_view(), name="dispatch"),
    _steps("dispatches/", passing.DISPATCH_STEPS, passing.DispatchStep, "dispatch-step"),
    path("handovers/", passing.HandOvers.as_view(), name="handovers"),
    path("handovers/add/", passing.HandOverAdd.as_view(), name="handover-add"),
    path("handovers/<int:pk>/", passing.OneHandOver.as_view(), name="handover"),
    _steps("handovers/", passing.HANDOVER_STEPS, passing.HandOverStep, "handover-step"),
    path("destructions/", passing.Destructions.as_view(), name="destructions"),
    path("destructions/add/", passing.DestructionAdd.as_view(), name="destruction-add"),
    path("destructions/<int:pk>/", passing.OneDestruction.as_view(), name="destruction"),
    _steps("destructions/", passing.DESTRUCTION_STEPS, passing.DestructionStep, "destruction-step"),
    path("places/", places.Places.as_view(), name="places"),
    path("places/add/", places.PlaceAdd.as_view(), name="place-add"),
    path("places/<int:pk>/", places.OnePlace.as_view(), name="place"),
    _steps("places/", places.PLACE_STEPS, places.PlaceStep, "place-step"),
    path("lockers/", places.Tickets.as_view(), name="tickets"),
    path("lockers/add/", places.TicketAdd.as_view(), name="ticket-add"),
    path("lockers/<int:pk>/", places.OneTicket.as_view(), name="ticket"),
    path("lockers/<int:pk>/return/", places.TicketReturn.as_view(), name="ticket-return"),
    path("zones/", places.Zones.as_view(), name="zones"),
    path("zones/add/", places.ZoneAdd.as_view(), name="zone-add"),
    path("zones/<int:pk>/", places.ZoneChange.as_view(), name="zone-change"),
    path("stocktakes/", counting.StockTakes.as_view(), name="stocktakes"),
    path("stocktakes/add/", counting.Begin.as_view(), name="stocktake-add"),
    path("stocktakes/<int:pk>/", counting.Counting.as_view(), name="stocktake"),
    path("stocktakes/<int:pk>/lines/", counting.Lines.as_view(), name="lines"),
    _steps("stocktakes/", counting.CountStep.steps, counting.CountStep, "stocktake-step"),
]
