"""Extractive: hands on the embedded model, which `paperkit.extractive` holds."""

from __future__ import annotations

from paperkit.extractive import Extractive, one_line, roles

__all__ = ["Extractive", "one_line", "roles"]
