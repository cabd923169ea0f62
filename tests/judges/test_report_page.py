"""The report page before axe-core (Deque's accessibility rules) in a real Chromium: light and dark, three widths."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from audited import backend, checkpoint, lock, put, state
from conftest import recorded

from workbench.cli.main import run
from workbench.report.page.page import render
from workbench.report.page.view import view

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
RUN = """
<script>
const overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
// Of the rows of a table whose markup is the same, texts aside, one is judged, and so of the blocks that unfold: the
// contrast of each word takes seconds. From the inside out: blocks are alike once their tables have a row of each kind.
for (const within of ["tbody > tr", "details details", "details"]) {
  const judged = new Map();
  for (const part of document.querySelectorAll(within)) {
    const markup = part.outerHTML.replace(/>[^<]*/g, ">");
    const beside = judged.get(part.parentElement) ?? new Set();
    judged.set(part.parentElement, beside);
    if (beside.has(markup)) part.remove();
    beside.add(markup);
  }
}
const wanted = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
axe.run(document, {runOnly: wanted}).then((found) => parent.postMessage({
  name: window.name,
  problems: found.violations.map(({id, help, nodes}) => ({id, help, nodes: nodes.map((node) => node.html)})),
  passed: found.passes.length,
  overflow,
  dark: matchMedia("(prefers-color-scheme: dark)").matches,
}, "*"));
</script>
</body>
"""
GATHER = """
<script>
const found = {};
onmessage = ({data}) => {
  found[data.name] = data;
  if (Object.keys(found).length < frames.length) return;
  document.body.innerHTML = "";
  document.body.append(
    Object.assign(document.createElement("pre"), {id: "result", textContent: JSON.stringify(found)}),
  );
};
</script>
<body>
"""
LIGHT, DARK = (), ("--blink-settings=preferredColorScheme=0",)
SHOWN = {
    "phone": ("report", 500, LIGHT),
    "tablet, dark": ("report", 800, DARK),
    "desk": ("report", 1280, LIGHT),
    "desk, dark": ("report", 1280, DARK),
    "audit, phone, dark": ("audit", 500, DARK),
    "audit, desk": ("audit", 1280, LIGHT),
    "broken": ("broken", 1280, LIGHT),
}
"""What is judged: a page, the width of its window, and flags of Chromium."""
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium():
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip("no Chromium on PATH; apt-get install chromium")
    if not AXE.exists():
        pytest.skip("axe-core is not installed; .ci/run installs it")
    return found


@pytest.fixture(scope="module")
def page():
    stacks = [view(stack, base=None, day=date(2026, 11, 23), simulate=stack == "dev") for stack in ("dev", "prod")]
    return render(stacks)


@pytest.fixture(scope="module")
def audit_page(tmp_path_factory):
    """The page of an audit with something in every section."""
    root = backend(tmp_path_factory.mktemp("audit"), "web/dev", "web/prod", keys=3, tags={"Team": "web"})
    more = [("aws:qldb/ledger:Ledger", "book", {"permissionsMode": "STANDARD"})]
    put(root, "data/dev", checkpoint(state("data", "dev", more=more)))
    put(root, "data/broken", b"{")
    put(root, "story/dev", recorded("dev"))
    lock(root, "web/prod")
    earlier, out = root / "earlier.json", root / "audit.html"
    common = ["audit", root.as_uri(), "--on", "2026-11-27", "--soon", "3660", "--limit", "2"]
    run([*common, "--format", "json", "--out", str(earlier)])
    put(root, "web/new", checkpoint(state("web", "new")))
    run([*common, "--format", "html", "--out", str(out), "--since", str(earlier)])
    return out.read_text("utf-8")


@pytest.fixture(scope="module")
def judged(chromium, page, audit_page, tmp_path_factory):
    """What axe says of all SHOWN, everything unfolded, as a reader would. One Chromium for each colour scheme, with a
    frame for each window: to start takes it as long as to judge a page."""
    folder, script = tmp_path_factory.mktemp("pages"), f"<script>{AXE.read_text('utf-8')}</script>{RUN}"
    broken = page.replace("--quiet: #57606a", "--quiet: #c9d1d9").replace('<html lang="en">', "<html>")
    for name, text in {"report": page, "audit": audit_page, "broken": broken}.items():
        unfolded = text.replace("<details", "<details open").replace("</body>", "").replace("</html>", "")
        (folder / f"{name}.html").write_text(unfolded + script)
    return {**shown(chromium, folder, LIGHT), **shown(chromium, folder, DARK)}


def shown(chromium, folder, scheme):
    wanted = [(name, file, width) for name, (file, width, flags) in SHOWN.items() if flags == scheme]
    frames = [
        f'<iframe name="{name}" src="{file}.html" width={width} height=900></iframe>' for name, file, width in wanted
    ]
    path = folder / "frames.html"
    path.write_text("\n".join(["<!doctype html>", GATHER, *frames]))
    command = [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,900", *scheme]
    told = subprocess.run(
        [*command, "--virtual-time-budget=60000", "--dump-dom", path.as_uri()],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    ).stdout
    result = re.search(r'<pre id="result">(.*?)</pre>', told, re.DOTALL)
    assert result, told[-2000:]
    return json.loads(result[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def holds(found, scheme):
    assert found["problems"] == []
    assert found["passed"] > 20
    assert found["overflow"] <= 0
    assert found["dark"] == (scheme == DARK)


@pytest.mark.parametrize("name", [name for name, (file, *_) in SHOWN.items() if file == "report"])
def test_axe_finds_nothing(judged, name):
    holds(judged[name], SHOWN[name][-1])


def test_axe_would_find_something(judged):
    assert {"color-contrast", "html-has-lang"} <= {one["id"] for one in judged["broken"]["problems"]}


@pytest.mark.parametrize("name", [name for name, (file, *_) in SHOWN.items() if file == "audit"])
def test_axe_finds_nothing_on_an_audits_page(judged, audit_page, name):
    for section in (
        "Could not be judged",
        "Locked",
        "Since the last audit",
        "Over budget",
        "Without a price",
        "Waivers",
    ):
        assert f">{section}" in audit_page
    holds(judged[name], SHOWN[name][-1])
