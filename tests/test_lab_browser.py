"""JupyterLab in a real browser: a notebook is opened, a parameter changed, all cells run, and the exhibits are those asked for.

Needs Debian's chromium with its driver; without them the test says so and skips.
"""

import os
import re
import shutil
import subprocess
import sys
import time

import pandas as pd
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from analysis import paths

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
NOTEBOOK = "02_china_share.ipynb"
# a machine with other work to do
PATIENCE = 180

pytestmark = [
    pytest.mark.skipif(not (BROWSER and DRIVER), reason="no chromium with chromedriver on this machine"),
]


def until(ask, what):
    """Ask again and again; the last answer if it is true."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if answer := ask():
            return answer
        time.sleep(0.5)
    raise AssertionError(f"waited {PATIENCE} s for {what}")


@pytest.fixture
def lab(tmp_path):
    """Address of a JupyterLab over a folder with a copy of the notebook."""
    folder = tmp_path / "work"
    folder.mkdir()
    shutil.copy(paths.notebooks() / NOTEBOOK, folder)
    environment = {
        **os.environ,
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0", "--ip=127.0.0.1",
        "--expose-app-in-browser", f"--ServerApp.root_dir={folder}", "--IdentityProvider.token=t",
        "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    log = tmp_path / "lab.log"
    with log.open("w") as file:
        server = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
    try:
        address = until(
            lambda: re.search(r"http://127\.0\.0\.1:\d+/", log.read_text(encoding="utf-8")), "JupyterLab"
        )
        yield address[0]
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture
def driver(tmp_path):
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--window-size=1280,900",
    ):
        options.add_argument(argument)
    options.add_argument(f"--user-data-dir={tmp_path / 'profile'}")
    made = webdriver.Chrome(options=options, service=Service(DRIVER))
    made.set_script_timeout(PATIENCE)
    yield made
    made.quit()


def test_a_changed_parameter_ends_in_the_exhibits_asked_for(lab, driver, tmp_path):
    driver.get(f"{lab}lab/tree/{NOTEBOOK}?token=t")
    panel = "window.jupyterapp && window.jupyterapp.shell.currentWidget"
    until(
        lambda: driver.execute_script(
            f"const p = {panel}; return Boolean(p && p.content && p.content.widgets && p.content.widgets.length"
            " && p.sessionContext && p.sessionContext.isReady && p.sessionContext.session)"
        ),
        "the notebook and its kernel",
    )
    out = tmp_path / "out"
    driver.execute_script(
        f"const cell = ({panel}).content.widgets.find(w => (w.model.getMetadata('tags') || []).includes('parameters'));"
        "const source = cell.model.sharedModel.getSource();"
        "cell.model.sharedModel.setSource(source + '\\n' + arguments[0])",
        f'first_year = 2018\noutput_dir = "{out}"',
    )
    driver.execute_async_script(
        "const done = arguments[0]; window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => done())"
    )
    shown = until(
        lambda: driver.execute_script(
            "return [...document.querySelectorAll('.jp-OutputArea figure[id]')].map(f => f.id)"
        ),
        "exhibits",
    )
    assert any(name.startswith("table-2-") for name in shown), shown
    errors = driver.execute_script(
        f"return ({panel}).content.widgets.flatMap(w => w.model.type === 'code' ? "
        "w.model.outputs.toJSON().filter(o => o.output_type === 'error').map(o => o.evalue) : [])"
    )
    assert errors == []
    table = pd.read_csv(
        until(
            lambda: (out / "tables" / "table-2.csv").is_file() and out / "tables" / "table-2.csv", "the file"
        )
    )
    years = [column for column in table.columns if column.isdigit()]
    assert years == ["2018", "2019", "2020", "2021"]
