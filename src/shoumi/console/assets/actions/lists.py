"""Lists of devices: read, looked at, written."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Done, Unmet
from shoumi.console.assets import importing, ledger
from shoumi.console.assets.models import DeviceList
from shoumi.console.sheets import Plan, ReadList, WriteList


class UploadDevices(ReadList):
    """A list is read and kept until it is confirmed. Nothing about devices changes yet."""

    name = "assets.devices.upload"
    roles = ledger.KEEPERS
    sheet, waiting = importing.SHEET, DeviceList


class ImportDevices(WriteList):
    """The good rows of a list become devices; rows with errors are left out and named."""

    name = "assets.devices.import"
    label = _("Import devices")
    roles = ledger.KEEPERS
    model = DeviceList

    def plans(self) -> Plan:
        return importing.plan(self.target.rows, self.actor.reach(self.roles))

    def write(self) -> Done:
        facts = {
            "file": self.target.name,
            "added": [row.values["number"] for row in self.plan.added],
            "changed": {row.values["number"]: row.changed for row in self.plan.altered},
            "left_out": len(self.plan.bad),
        }
        try:
            with transaction.atomic():
                importing.write(self.plan, self.actor, self.name)
        except IntegrityError as error:
            raise Unmet(_("Somebody else has just registered one of these numbers. Read the list again.")) from error
        result = (len(facts["added"]), len(facts["changed"]), facts["left_out"])
        self.target.delete()
        return Done(None, facts, result=result)
