"""Widgets: what a person sees and clicks; every click can also be a cell."""
