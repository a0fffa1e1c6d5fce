"""Triage, read, summarize and publish arXiv papers from JupyterLab."""
