"""What kustomize makes of each overlay, held against the API's own schemas and our promises."""

import shutil
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from monitor.settings import load_settings

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
CUSTOM = {"ServiceMonitor"}
"""Kinds that an operator brings: no schema of the API has them."""

NAME = {"app.kubernetes.io/name": "vigie"}


@pytest.fixture(scope="module", params=["single", "replicated"])
def objects(request):
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        # Debian's is too old to build these: it is no service that CI could install.
        pytest.skip("kubectl is missing, 1.27 or later")
    built = subprocess.run(
        [kubectl, "kustomize", FOLDER / "overlays" / request.param],
        capture_output=True,
        text=True,
        check=True,
    )
    assert built.stderr == ""
    return list(yaml.safe_load_all(built.stdout))


def by_kind(objects, *kinds):
    return [each for each in objects if each["kind"] in kinds]


def pod(objects):
    (workload,) = by_kind(objects, "StatefulSet", "Deployment")
    return workload["spec"]["template"]


def test_the_api_would_take_each(objects):
    for each in objects:
        if each["kind"] not in CUSTOM:
            kubernetes_validate.validate(each, "1.32", strict=True)


def test_no_privilege_is_left(objects):
    spec = pod(objects)["spec"]
    (container,) = spec["containers"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container)
    assert container["image"].partition("@")[2].startswith("sha256:")


def test_all_that_selects_selects_the_pods(objects):
    assert pod(objects)["metadata"]["labels"].items() >= NAME.items()
    (service,) = by_kind(objects, "Service")
    assert service["spec"]["selector"] == NAME
    assert service["metadata"]["labels"].items() >= NAME.items()
    for each in by_kind(objects, "NetworkPolicy"):
        assert each["spec"]["podSelector"]["matchLabels"] == NAME
    for each in by_kind(objects, "ServiceMonitor", "PodDisruptionBudget"):
        assert each["spec"]["selector"]["matchLabels"] == NAME


def test_every_volume_is_one_that_is_there(objects):
    spec = pod(objects)["spec"]
    (workload,) = by_kind(objects, "StatefulSet", "Deployment")
    claims = workload["spec"].get("volumeClaimTemplates", [])
    names = {each["name"] for each in spec["volumes"]}
    names |= {each["metadata"]["name"] for each in claims}
    (container,) = spec["containers"]
    assert {each["name"] for each in container["volumeMounts"]} == names
    (generated,) = by_kind(objects, "ConfigMap")
    (mapped,) = (each["configMap"] for each in spec["volumes"] if "configMap" in each)
    assert mapped["name"] == generated["metadata"]["name"]


def test_its_configuration_is_one_that_vigie_takes(objects, tmp_path):
    (generated,) = by_kind(objects, "ConfigMap")
    (tmp_path / "database").write_text("postgresql://vigie@localhost/vigie", encoding="utf-8")
    text = generated["data"]["vigie.yaml"].replace("/run/secrets/vigie", str(tmp_path))
    (tmp_path / "vigie.yaml").write_text(text, encoding="utf-8")
    assert load_settings(tmp_path / "vigie.yaml").http.port == 9464
