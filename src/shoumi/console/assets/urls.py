"""Addresses of devices, counts, labels, vendors and house rules."""

from __future__ import annotations

from django.urls import path, re_path

from shoumi.console.assets.views import ledger, registers, stock, wrong

app_name = "assets"
_LIFE = "|".join(ledger.LIFE)
_ANSWERS = "|".join(ledger.ANSWERS)
urlpatterns = [
    path("", ledger.Devices.as_view(), name="devices"),
    path("mine/", ledger.Mine.as_view(), name="mine"),
    path("wrong/", wrong.Wrong.as_view(), name="wrong"),
    path("wrong/number/", ledger.NumberExplain.as_view(), name="number"),
    path("add/", ledger.DeviceAdd.as_view(), name="add"),
    path("buy/", ledger.DeviceBuy.as_view(), name="buy"),
    path("import/", ledger.Import.as_view(), name="import"),
    path("import/<int:pk>/", ledger.ImportPlan.as_view(), name="import-plan"),
    re_path(r"^template\.(?P<form>csv|xlsx)$", ledger.Template.as_view(), name="template"),
    path("<int:pk>/", ledger.OneDevice.as_view(), name="device"),
    path("<int:pk>/change/", ledger.DeviceChange.as_view(), name="change"),
    path("<int:pk>/assign/", ledger.DeviceAssign.as_view(), name="assign"),
    path("<int:pk>/inspect/", ledger.DeviceInspect.as_view(), name="inspect"),
    re_path(rf"^(?P<pk>\d+)/(?P<step>{_LIFE})/$", ledger.LifeStep.as_view(), name="life"),
    re_path(rf"^handovers/(?P<pk>\d+)/(?P<answer>{_ANSWERS})/$", ledger.HandoverAnswer.as_view(), name="handover"),
    path("inspections/<int:pk>/", stock.OneInspection.as_view(), name="inspection"),
    path("q/<str:code>/", stock.Scanned.as_view(), name="scanned"),
    path("labels/new/", stock.LabelsNew.as_view(), name="labels-new"),
    path("labels/<int:pk>/", stock.Labels.as_view(), name="labels"),
    path("stocktakes/", stock.StockTakes.as_view(), name="stocktakes"),
    path("stocktakes/open/", stock.StockTakeOpen.as_view(), name="stocktake-open"),
    path("stocktakes/<int:pk>/", stock.OneStockTake.as_view(), name="stocktake"),
    path("stocktakes/<int:pk>/count/", stock.StockTakeCount.as_view(), name="stocktake-count"),
    path("stocktakes/<int:pk>/sign/", stock.StockTakeSign.as_view(), name="stocktake-sign"),
    path("vendors/", registers.Vendors.as_view(), name="vendors"),
    path("vendors/add/", registers.VendorAdd.as_view(), name="vendor-add"),
    path("vendors/<int:pk>/", registers.OneVendor.as_view(), name="vendor"),
    path("vendors/<int:pk>/change/", registers.VendorChange.as_view(), name="vendor-change"),
    path("vendors/<int:pk>/end/", registers.VendorEnd.as_view(), name="vendor-end"),
    path("vendors/<int:pk>/engineer/", registers.EngineerAdd.as_view(), name="engineer-add"),
    path("engineers/<int:pk>/change/", registers.EngineerChange.as_view(), name="engineer-change"),
    path("engineers/<int:pk>/end/", registers.EngineerEnd.as_view(), name="engineer-end"),
    path("rules/", registers.AllRules.as_view(), name="rules"),
    path("rules/add/", registers.RulesAdd.as_view(), name="rules-add"),
    path("rules/<int:pk>/revise/", registers.RulesRevise.as_view(), name="rules-revise"),
    path("rules/<int:pk>/end/", registers.RulesEnd.as_view(), name="rules-end"),
    path("rules/text/<int:pk>/", registers.OneVersion.as_view(), name="rules-version"),
    path("rules/text/<int:pk>/acknowledge/", registers.RulesAcknowledge.as_view(), name="rules-acknowledge"),
    path("rules/text/<int:pk>/paper/", registers.RulesPaper.as_view(), name="rules-paper"),
]
