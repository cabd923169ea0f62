"""A flood, ordinary users, and someone who asks for too large a page."""

from __future__ import annotations

from collections import Counter

from workbench.emulator.behaviour.waf import Answer, Request, WebAcl
from workbench.emulator.stage import Stage

CRITERION = "Rate limits stop a flood and nobody else; a page of 51 items is refused; a 429 says when to come back."
MINUTES = 12
FLOOD_IP = "203.0.113.9"
ORDINARY_USERS = 40
TICKS_A_MINUTE = 6


def play(stage: Stage) -> None:
    """Twelve minutes: forty users with a request every ten seconds each, and one address with a flood."""
    acl = WebAcl.live(stage.account.api, stage.entry("aws:wafv2/webAcl:WebAcl"))
    limits = [
        rule["Statement"]["RateBasedStatement"]["Limit"]
        for rule in acl.rules
        if "RateBasedStatement" in rule["Statement"]
    ]
    flood = max(limits) // 20  # requests in ten seconds: over the largest limit within five minutes
    users: Counter[int] = Counter()
    flooder: list[Answer] = []
    for _ in range(MINUTES * TICKS_A_MINUTE):
        for number in range(ORDINARY_USERS):
            request = Request("/plants", f"198.51.100.{number + 1}", headers={"authorization": f"Bearer user-{number}"})
            users[acl.answer(request).status] += 1
        request = Request("/plants", FLOOD_IP, headers={"authorization": "Bearer flood"})
        flooder.extend(acl.answer(request) for _ in range(flood))
        acl.tick()
    refused = [answer for answer in flooder if answer.status == 429]
    share = len(refused) / len(flooder)
    stage.demand("the flood is limited", share > 0.3, f"{len(refused)} of {len(flooder)} refused ({share:.0%})")
    last_minute = flooder[-flood * TICKS_A_MINUTE :]
    stage.demand(
        "and stays limited while it lasts",
        all(answer.status == 429 for answer in last_minute),
        Counter(a.status for a in last_minute),
    )
    stage.demand("no ordinary user is", set(users) == {200}, dict(users))
    stage.demand(
        "a 429 carries Retry-After",
        bool(refused) and all(answer.headers.get("Retry-After", "").isdigit() for answer in refused),
        refused[0].headers if refused else "none was refused",
    )
    stage.demand("and is JSON", bool(refused) and refused[0].body.startswith("{"), refused[0].body if refused else "")
    pages = {size: acl.answer(Request("/plants", "198.51.100.200", query={"page_size": size})).status for size in PAGES}
    stage.demand("page sizes up to 50 pass, 51 and more do not", pages == PAGES, pages)
    large = acl.answer(Request("/plants", "198.51.100.201", method="POST", body=b"x" * 200_000))
    stage.demand("an oversized body is refused", large.status == 413, large)


PAGES = {"1": 200, "49": 200, "50": 200, "51": 400, "100": 400, "0051": 400, "%2B99": 400, "1000000": 400}
"""Page size → status."""
