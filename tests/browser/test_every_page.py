"""Every page, in both themes, both languages, on a telephone and a desk: as it should be."""

import json
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, StorageState

from tests.browser.conftest import Live

PAGES = {
    "today": "/today",
    "settled": "/today?state=settled",
    "nothing": "/today?q=nothing",
    "kiosk": "/today?kiosk=1",
    "calendar": "/calendar?commitment=service-restoration&received=2026-11-20T16:00",
    "compliance": "/compliance",
    "sources": "/sources",
    "set-aside": "/sources?source=rogers-push&done=unreadable",
    "reports": "/reports",
    "dead": "/escalations?state=dead",
    "simulation": "/escalations/simulation",
    "simulated": "/escalations/simulation?case={late}",
    "invented": "/escalations/simulation?commitment=delivery-remote&provider=telus"
    "&received=2026-11-20T16:00&place=Kuujjuaq",
    "impossible": "/escalations/simulation?case=none",
    "escalations": "/escalations?state=sent",
    "journal": "/journal",
    "access": "/access",
    "case": "/cases/telus/ticket/{late}",
    "refused": "/cases/telus/ticket/none",
}
LARGEST = 150_000
"""Bytes of a page, before it is compressed."""
SHOTS = Path("artifacts/board")


@pytest.mark.parametrize(
    "seen",
    [("light", "fr", (1280, 360)), ("dark", "en", (360, 1280))],
)
def test_nobody_is_kept_out(
    chromium: Browser,
    signed_in: StorageState,
    axe: str,
    live: Live,
    seen: tuple[Literal["light", "dark"], str, tuple[int, int]],
) -> None:
    theme, lang, widths = seen
    SHOTS.mkdir(parents=True, exist_ok=True)
    with chromium.new_context(
        locale=f"{lang}-CA",
        color_scheme=theme,
        storage_state=signed_in,
        base_url=live.url,
        reduced_motion="reduce",
    ) as context:
        page = context.new_page()
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            # A page that is not there is what one of them is about.
            lambda said: (
                troubles.append(said.text)
                if said.type == "error" and "404" not in said.text
                else None
            ),
        )
        page.on("dialog", lambda dialog: troubles.append(f"hostile text ran: {dialog.message}"))
        other: Literal["light", "dark"] = "dark" if theme == "light" else "light"
        for name, path in PAGES.items():
            page.goto(path.format(late=live.late))
            assert page.locator("html").get_attribute("lang") == f"{lang}-CA"
            assert len(page.content().encode()) < LARGEST, name
            for width in widths:
                page.set_viewport_size({"width": width, "height": 900})
                page.screenshot(path=SHOTS / f"{name}-{theme}-{width}.png", full_page=True)
                wider = page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                assert wider <= 0, f"{name} is {wider} pixels wider than the screen"
            assert violations(context.new_cdp_session(page), axe) == [], name
            page.emulate_media(color_scheme=other)
            assert violations(context.new_cdp_session(page), axe) == [], (name, other)
            page.emulate_media(color_scheme=theme)
        assert troubles == []


def violations(session: Any, axe: str) -> list[str]:
    """What axe-core finds; by the debugger, for the page's policy lets no other script in."""
    session.send("Runtime.evaluate", {"expression": axe})
    found = session.send(
        "Runtime.evaluate",
        {
            "expression": "axe.run().then(found => JSON.stringify(found.violations.map("
            "each => each.id + ': ' + each.nodes.map(node => node.target.join(' ')).join(', '))))",
            "awaitPromise": True,
        },
    )
    told: list[str] = json.loads(found["result"]["value"])
    session.detach()
    return told
