"""Triage, read, summarize and publish arXiv papers from JupyterLab.

The public names stand in ``__init__.pyi``, once; each is loaded from its module when first used,
so that ``import paperkit`` stays quick.
"""

import lazy_loader

__version__ = "0.2.0"
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
