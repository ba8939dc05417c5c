"""Fixtures that every member's tests share."""

pytest_plugins = ["chassis.testkit.plugin"]
