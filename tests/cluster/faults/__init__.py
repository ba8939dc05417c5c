"""Faults to plant into rendered manifests: what somebody might do in good faith, and the rule that must notice."""

from tests.cluster.faults import of_agreement, of_network, of_numbers, of_pods, of_stores
from tests.cluster.faults.planting import Fault

FAULTS: tuple[Fault, ...] = (
    *of_pods.FAULTS,
    *of_numbers.FAULTS,
    *of_network.FAULTS,
    *of_stores.FAULTS,
    *of_agreement.FAULTS,
)
