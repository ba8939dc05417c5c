"""Fixtures that every member's tests share."""

# The member's folder has its package's name: known first, the package is not taken for the folder (importlib mode).
import gateway  # noqa: F401

pytest_plugins = ["chassis.testkit.plugin"]
