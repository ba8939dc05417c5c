"""What a running files service holds besides its database."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.storage.interface import ObjectStorage
from files.scanners import Scanner


@dataclass(frozen=True)
class Resources:
    storage: ObjectStorage
    scanner: Scanner
