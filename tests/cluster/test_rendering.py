"""The site's registry and version are used as written."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from tests.cluster import rendering
from tests.cluster.reading import name_of, of_kind, ours


def at_a_site(folder: Path, registry: str, version: str) -> list[rendering.Manifest]:
    """Production with the site's registry and version changed as docs/operations/cluster.md says."""
    shutil.copytree(rendering.ROOT / "k8s", folder / "k8s")
    site = folder / "k8s/overlays/production/site/kustomization.yaml"
    text = site.read_text()
    changed = text.replace("newName: sqp/", f"newName: {registry}").replace("version=0.1.0", f"version={version}")
    assert changed.count(f"newName: {registry}") == 7
    site.write_text(changed)
    command = [rendering.kubectl(), "kustomize", str(site.parents[1])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return [manifest for manifest in yaml.load_all(done.stdout, rendering.Loader) if manifest]


@pytest.mark.parametrize("registry", ["registry.example:5000/any/path/", "registry.example/sqp/", "sqp/"])
# The second would be a number if it were not quoted.
@pytest.mark.parametrize("version", ["2026.11-rc1", "1.10"])
def test_a_releases_jobs_are_named_after_its_version_wherever_its_images_lie(
    tmp_path: Path, registry: str, version: str
) -> None:
    manifests = at_a_site(tmp_path, registry, version)
    assert len(of_kind(manifests, "Job")) == 5
    for workload in ours(manifests):
        assert workload.main["image"] == f"{registry}{workload.service}:{version}"
        labels = workload.manifest["metadata"]["labels"]
        assert labels["app.kubernetes.io/version"] == workload.labels["app.kubernetes.io/version"] == version
    for job in of_kind(manifests, "Job"):
        assert name_of(job) == f"{job['metadata']['labels']['app.kubernetes.io/name']}-migrate-{version}"
