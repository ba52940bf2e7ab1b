"""From a step that fires to the words a person reads. Pure, but for reading its own template."""

from monitor.alerts.render.message import key_of, render
from monitor.alerts.render.story import Story

__all__ = ["Story", "key_of", "render"]
