from .batch import read as read, summarize as summarize, update as update
from .checks import check as check
from .digests import Digest as Digest
from .errors import PaperkitError as PaperkitError
from .library import Library as Library
from .outlines import Outline as Outline, Question as Question
from .papers import Paper as Paper
from .posts import Post as Post, bibliography as bibliography
from .posts import compose as compose, export as export
from .queries import Query as Query
from .ranking import rank as rank
from .sources import load as load, search as search
from .topics import Topic as Topic
from .trends import chart as chart, papers_per as papers_per
from .trends import rising_terms as rising_terms, themes as themes
from .widgets.explorer import Explorer as Explorer
from .widgets.review import Review as Review
from .widgets.triage import Triage as Triage

__version__: str
