"""Parts: what the sentences of each part of a deep reading say, as a table of cues to extend."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Part:
    """One part of a deep reading: which sentences it takes.

    ``cues`` are regular expressions of which one must be found (case does not count), ``never``
    such that none may; ``roles`` are the sentence roles that suit it; ``most`` is how many
    sentences it takes; ``counts`` says that sentences with numbers come first; ``bonus`` is added
    where two parts want one sentence. ``sections`` are words of the headings it is found under.
    """

    most: int
    roles: frozenset[str]
    cues: tuple[str, ...]
    never: tuple[str, ...] = ()
    counts: bool = False
    bonus: float = 0.0
    sections: str = ""

    def says(self, text: str) -> bool:
        """Tell whether the words of a sentence fit this part."""
        return _any(self.cues, text) and not _any(self.never, text)

    def at_home(self, section: str) -> bool:
        """Tell whether a sentence of this part is to be expected under a section's heading."""
        return re.search(self.sections, section, re.IGNORECASE) is not None


def _any(patterns: tuple[str, ...], text: str) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


_OWN = (r"\b(?:we|our|this (?:paper|work|article|study)|here)\b", r"本文|我们")

PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "approach": Part(
            most=3,
            roles=frozenset({"method", "objective"}),
            cues=(
                r"\b(?:we|this (?:paper|work|article|study)|our)\b.{0,50}?\b(?:propos|present"
                r"|introduc|develop|describ|design|devis|address|aim|study|investigat|extend|combin)",
                r"\b(?:our|the proposed) (?:method|approach|framework|algorithm)",
                r"本文提出|我们提出|本文介绍|提出了",
            ),
            never=(r"\b(?:future work|we plan|we will|rest of th|achiev|outperform|surpass)",),
            sections=r"introduction|overview|conclusion|method|approach|引言|方法",
        ),
        "prior_work": Part(
            most=3,
            roles=frozenset({"background"}),
            cues=(
                r"\b(?:existing|previous|prior|conventional|traditional|current|earlier"
                r"|recent)\b.{0,40}\b(?:work|method|approach|technique|model|algorithm|system|stud"
                r"|research|solution)",
                r"^(?:however|unfortunately|but)\b",
                r"\b(?:suffer|fail|lack|limited to|neglect|ignore|struggle|drawback|shortcoming)",
                r"现有|以往|传统方法|然而",
            ),
            never=_OWN,
            sections=r"introduction|related|background|previous|prior|引言|相关",
        ),
        "background": Part(
            most=3,
            roles=frozenset({"background"}),
            cues=(
                r"\b(?:is|are|has|have|been|become|becom|play|remain|important|challeng|fundamental"
                r"|widely|problem|task)\b",
                r"是|已成为|重要",
            ),
            never=_OWN,
            bonus=-0.3,
            sections=r"introduction|background|motivation|preliminar|引言|背景",
        ),
        "task": Part(
            most=2,
            roles=frozenset({"method", "result"}),
            cues=(
                r"\b(?:on|across|over)\b.{0,80}\b(?:dataset|benchmark|task|data set)",
                r"数据集|任务上",
            ),
            counts=True,
            bonus=-0.5,
            sections=r"experiment|result|evaluat|data|setup|实验|结果",
        ),
        "performance": Part(
            most=3,
            roles=frozenset({"result"}),
            cues=(
                r"outperform|surpass|exceed|achiev|attain|improv|reduc|accura|faster|speed|better",
                r"superior|compar|state[- ]of[- ]the[- ]art|score|error|gain|higher|lower",
                r"优于|提高|提升|达到|降低|准确率",
            ),
            counts=True,
            sections=r"experiment|result|evaluat|comparison|discussion|conclusion|实验|结果|结论",
        ),
        "evidence": Part(
            most=2,
            roles=frozenset({"method", "result"}),
            cues=(
                r"\b(?:experiment|evaluat|dataset|data set|benchmark|ablation|user stud|simulation"
                r"|case stud|participants|proof|theorem|corpus)",
                r"实验|数据集|消融",
            ),
            sections=r"experiment|result|evaluat|ablation|data|setup|user stud|实验|结果",
        ),
        "methods": Part(
            most=6,
            roles=frozenset({"method"}),
            cues=(
                r"\b(?:first(?:ly)?|then|next|second(?:ly)?|subsequently|finally|step|stage"
                r"|consists? of|module|encod|decod|train|optimi[sz]|by \w+ing|using|based on|comput"
                r"|estimat)",
                r"首先|然后|接着|最后|步骤|模块",
            ),
            never=(r"\b(?:outperform|state[- ]of[- ]the[- ]art|future work)",),
            sections=r"method|approach|model|architecture|algorithm|framework|overview"
            r"|pipeline|train|implement|方法|模型",
        ),
        "innovation": Part(
            most=2,
            roles=frozenset({"method", "objective", "result"}),
            cues=(
                r"\b(?:novel|for the first time|the first (?:to|work|method|approach)|unlike"
                r"|in contrast|differ(?:s|ent) from|instead of|contribution)",
                r"首次|创新|不同于",
            ),
            sections=r"introduction|contribution|conclusion|related|引言|结论",
        ),
        "significance": Part(
            most=2,
            roles=frozenset({"objective", "other", "result"}),
            cues=(
                r"\b(?:pave|potential|implication|enabl|open(?:s|ing)? (?:up|the|new)|promis"
                r"|benefit|applicab|practical|generali[sz]|useful|insight|facilitat|help)",
                r"意义|应用|有助于|潜力",
            ),
            sections=r"introduction|conclusion|discussion|implication|broader|引言|结论|讨论",
        ),
    }
)
