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
// Of the rows of a table whose markup is the same, texts aside, one is judged: the contrast of each word takes seconds.
for (const body of document.querySelectorAll("tbody")) {
  const judged = new Set();
  for (const row of [...body.rows]) {
    const markup = row.outerHTML.replace(/>[^<]*/g, ">");
    if (judged.has(markup)) row.remove();
    judged.add(markup);
  }
}
const wanted = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
axe.run(document, {runOnly: wanted}).then((found) => {
  const problems = found.violations.map(({id, help, nodes}) => ({id, help, nodes: nodes.map((node) => node.html)}));
  document.body.innerHTML = "";
  document.body.append(Object.assign(document.createElement("pre"), {
    id: "result",
    textContent: JSON.stringify({
      problems,
      passed: found.passes.length,
      overflow,
    }),
  }));
});
</script>
</body>
"""
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


def judged(chromium, page, folder, width, *flags):
    """What axe says of `page` in a window of `width`: everything unfolded, as a reader would."""
    path = folder / "page.html"
    script = f"<script>{AXE.read_text('utf-8')}</script>{RUN}"
    path.write_text(page.replace("<details", "<details open").replace("</body>", "").replace("</html>", "") + script)
    command = [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", f"--window-size={width},900", *flags]
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


DARK = ("--blink-settings=preferredColorScheme=0",)


@pytest.mark.parametrize(
    ("width", "flags"),
    [
        pytest.param(500, (), id="phone"),
        pytest.param(800, DARK, id="tablet, dark"),
        pytest.param(1280, (), id="desk"),
        pytest.param(1280, DARK, id="desk, dark"),
    ],
)
def test_axe_finds_nothing(chromium, page, tmp_path, width, flags):
    found = judged(chromium, page, tmp_path, width, *flags)
    assert found["problems"] == []
    assert found["passed"] > 20
    assert found["overflow"] <= 0


def test_axe_would_find_something(chromium, page, tmp_path):
    broken = page.replace("--quiet: #57606a", "--quiet: #c9d1d9").replace('<html lang="en">', "<html>")
    problems = {one["id"] for one in judged(chromium, broken, tmp_path, 1280)["problems"]}
    assert {"color-contrast", "html-has-lang"} <= problems


@pytest.mark.parametrize(
    ("width", "flags"), [pytest.param(500, DARK, id="phone, dark"), pytest.param(1280, (), id="desk")]
)
def test_axe_finds_nothing_on_an_audits_page(chromium, audit_page, tmp_path, width, flags):
    for section in (
        "Could not be judged",
        "Locked",
        "Since the last audit",
        "Over budget",
        "Without a price",
        "Waivers",
    ):
        assert f">{section}" in audit_page
    found = judged(chromium, audit_page, tmp_path, width, *flags)
    assert found["problems"] == []
    assert found["passed"] > 20
    assert found["overflow"] <= 0
