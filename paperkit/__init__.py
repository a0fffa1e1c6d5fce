"""Triage, read, summarize and publish arXiv papers from JupyterLab.

Each name below is loaded from its module when it is first used, so ``import paperkit`` is quick.
"""

import lazy_loader

__version__ = "0.2.0"
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
