"""Documents name files that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md", "docs/asvs.md", "SECURITY.md")
PATH = re.compile(r"`((?:benchmarks|deploy|dev|docs|gateway|k8s|libs|portal|scripts|services|tests)/[\w./-]+)`")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_names_files_that_exist(document: str) -> None:
    named = set(PATH.findall((ROOT / document).read_text(encoding="utf-8")))
    assert [path for path in sorted(named) if not (ROOT / path).exists() and "quotes" not in path] == []
