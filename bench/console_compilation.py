"""Compilation as ``bench.console`` measures it: 5,000 manuscripts, one with 2,000 items."""

from __future__ import annotations

from typing import Any, Final

MANUSCRIPTS, ITEMS = 5_000, 2_000
STATES: Final = ("compiling", "reviewing", "approving", "signing", "cleared", "printed")


def fill(world: Any, share: float) -> Any:
    """Fill the room; return the manuscript with many items."""
    from shoumi.console.accounts.models import User
    from shoumi.console.areas.compilation import store
    from shoumi.console.areas.compilation.models import Item, Manuscript, Version

    compiler = User.objects.create(username="compiler", person=world.people[0])
    made = Manuscript.objects.bulk_create(
        (
            Manuscript(
                number=f"M-2026-{number:05}", title=f"年鉴（{number}）送审稿",
                unit=world.units[number % len(world.units)],
                compiler=compiler, reviewer=world.officer, state=STATES[number % 6], level="机密", term="10y",
                items_count=number % 40, unsettled=number % 20,
            )
            for number in range(max(int(MANUSCRIPTS * share), 60))
        ),
        batch_size=500,
    )  # fmt: skip
    Version.objects.bulk_create(
        (
            Version(
                manuscript=one, number=1, name="年鉴.docx", size=1000, sha256="0" * 64, token=f"{one.pk:032x}", pages=1
            )
            for one in made
        ),
        batch_size=500,
    )  # fmt: skip
    thing = made[1]
    Item.objects.bulk_create(
        (
            Item(manuscript=thing, content=f"{number:032x}", rule="cn.mark", category="state-secret", rank=1, first=1,
                 last=1, level="秘密")
            for number in range(max(int(ITEMS * share), 60))
        ),
        batch_size=500,
    )  # fmt: skip
    text = "城市建设概况。" * 1500
    marks = [[number * 50, number * 50 + 20, f"{number:032x}"] for number in range(50)]
    store.keep_json(thing.current.token, "page-1", [{"where": {}, "inside": "", "text": text, "marks": marks}])
    return thing


def pages(thing: Any) -> list[str]:
    """Return the pages that are measured."""
    here = f"/compilation/{thing.pk}/"
    lists = ["/compilation/", "/compilation/?state=reviewing&sort=-unsettled", "/compilation/?q=4711"]
    return [*lists, here, f"{here}items/", f"{here}text/"]
