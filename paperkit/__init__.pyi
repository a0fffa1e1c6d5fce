from .batch import (
    Run as Run,
    ask as ask,
    estimate as estimate,
    read as read,
    show as show,
    summarize as summarize,
)
from .batch import update as update
from .batch import refresh as refresh
from .checks import check as check
from .digests import Answer as Answer, Digest as Digest, Evidence as Evidence
from .digests import Finding as Finding, Statement as Statement
from .errors import ModelError as ModelError, PaperkitError as PaperkitError
from .errors import PublishError as PublishError, ReadError as ReadError, SourceError as SourceError
from .library import Library as Library
from .models.extractive import Extractive as Extractive
from .models.gemini import Gemini as Gemini
from .models.genai import GenAI as GenAI
from .models.openai import OpenAIChat as OpenAIChat
from .models import Limit as Limit, Pace as Pace
from .outlines import DIGEST as DIGEST, Outline as Outline, Question as Question
from .papers import Paper as Paper
from .posts import Post as Post, bibliography as bibliography, compose as compose
from .posts import adopt as adopt, export as export, load_posts as load_posts, notes as notes
from .posts import preview as preview
from .queries import Query as Query
from .ranking import off_topic as off_topic, rank as rank, remaining as remaining
from .reading import read_pdf as read_pdf
from .readings import Reading as Reading
from .widgets.review import Review as Review
from .sources import announcements as announcements, explain as explain, load as load
from .sources import load_chunks as load_chunks, pack as pack, search as search
from .topics import Topic as Topic, load_topics as load_topics
from .widgets.explorer import Explorer as Explorer
from .trends import chart as chart, chart_image as chart_image, papers_per as papers_per
from .trends import rising_terms as rising_terms, themes as themes
from .widgets.triage import Triage as Triage

__version__: str
