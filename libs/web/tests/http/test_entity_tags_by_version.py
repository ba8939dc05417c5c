"""If-Match compares versions; what else an answer shows makes its tag differ without making a change stale."""

from __future__ import annotations

import pytest

from web.errors import PreconditionFailed
from web.http.preconditions import Precondition, etag


@pytest.mark.parametrize("tag", [etag(5), etag(5, "shown"), f"W/{etag(5)}", f'"1", {etag(5)}', "*"])
def test_a_tag_of_this_version_passes_whatever_else_was_shown(tag: str) -> None:
    Precondition(tag).check(5)


@pytest.mark.parametrize("tag", [etag(4), etag(55), etag(4, "shown"), "5", '"', "nonsense"])
def test_a_tag_of_another_version_is_stale(tag: str) -> None:
    with pytest.raises(PreconditionFailed):
        Precondition(tag).check(5)


def test_the_tag_differs_when_what_is_shown_differs() -> None:
    assert len({etag(5), etag(5, "one"), etag(5, "two")}) == 3
