"""Quiet: arxiv and requests, imported without a word about SOCKS proxies in a person's notebook."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    # urllib3 says on import that PySocks is missing; without such a proxy nobody misses it.
    warnings.filterwarnings("ignore", message="SOCKS support")
    import arxiv
    import requests
    from requests.adapters import HTTPAdapter

__all__ = ["HTTPAdapter", "arxiv", "requests"]
