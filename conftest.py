"""Fixtures that every member's tests share, and which tests stay together where several processes run them."""

# These members' folders have their packages' names: known first, a package is not taken for the folder (importlib
# mode).
import gateway  # noqa: F401
import portal  # noqa: F401

pytest_plugins = ["devkit.plugin", "devkit.grouping", "devkit.fake_upstream"]
