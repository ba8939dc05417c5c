"""Every event that was ever released still reads, and says the same when it is written again."""

from __future__ import annotations

from typing import Any

import pytest

from events import CATALOGUE, Envelope, samples


def test_every_event_has_a_sample_and_every_sample_an_event() -> None:
    assert samples.types() == sorted(CATALOGUE)


@pytest.mark.parametrize("type_", samples.types())
class TestSample:
    def test_is_an_envelope_around_its_event(self, type_: str) -> None:
        envelope = Envelope.model_validate(samples.sample(type_))
        event = CATALOGUE[type_].model_validate(envelope.data)
        assert (envelope.type, envelope.subject) == (type_, event.aggregate_id)
        assert (envelope.aggregateversion, envelope.tenantid) == (event.version, event.tenant_id)
        assert envelope.source == f"/{type_.split('.')[0]}"

    def test_goes_round(self, type_: str) -> None:
        """A field that the sample has and the model lost would be missing here."""
        released = samples.sample(type_)
        event = CATALOGUE[type_].model_validate(released["data"])
        written = Envelope.of(event, traceparent=released["traceparent"]).model_dump(mode="json")
        assert {**written, "id": released["id"], "time": released["time"]} | {"data": {}} == released | {"data": {}}
        assert released["data"].items() <= written["data"].items()

    def test_unknown_fields_are_ignored_at_every_depth(self, type_: str) -> None:
        released = samples.sample(type_)
        known = CATALOGUE[type_].model_validate(released["data"])
        assert CATALOGUE[type_].model_validate(_with_strangers(released["data"])) == known
        assert Envelope.model_validate({**released, "added": "later"}) == Envelope.model_validate(released)


def _with_strangers(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_strangers(item) for item in value]
    if isinstance(value, dict):
        return {**{key: _with_strangers(item) for key, item in value.items()}, "added_later": {"by": "somebody"}}
    return value


def test_a_sample_that_was_never_released_is_missing() -> None:
    with pytest.raises(FileNotFoundError):
        samples.sample("contracts.contract.forgotten.v1")
