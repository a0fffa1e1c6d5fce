"""The words of made-up papers: topics, sentences and formulas, all our own (CC0).

A sentence is TeX with holes: ``@method@`` and the like are the topic's words, ``@1@``, ``@2@`` and
``@3@`` a number with that many decimals, ``@n@`` a count, ``@f@`` a formula, ``@c@`` a citation.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """What one paper is about; ``layout`` names a document class in ``html_samples``."""

    layout: str
    title: str
    category: str
    license: str
    authors: tuple[tuple[str, int], ...]
    places: tuple[str, ...]
    task: str
    method: str
    rivals: tuple[str, ...]
    data: tuple[str, ...]
    metrics: tuple[str, ...]
    unit: str
    tables: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(w.strip() for w in text.split(";"))


def _topic(layout: str, title: str, category: str, license: str, people: str, *rest: str) -> Topic:
    authors = tuple((n.strip(), int(p)) for n, p in (a.split(":") for a in people.split(";")))
    places, task, method, rivals, data, metrics, unit, tables = rest
    lists = [_words(text) for text in (rivals, data, metrics)]
    front = (_words(places), task, method)
    return Topic(
        layout, title, category, license, authors, *front, *lists, unit, tuple(tables.split())
    )


TOPICS = (
    _topic(
        *("article", "Strided Memory Lets Small Models Read Long Files", "cs.CL", "CC BY 4.0"),
        "Ilse Vanderberg:1; Tomoko Hayashi:2; Ferran Puig:1",
        "Institute for Text Systems, Ghent; Northern Language Laboratory, Sapporo",
        *("long-document reading", "StrideMem"),
        "Window-512; Longcache; FlatRetriever; ReRead-2",
        "CourtFiles; LabNotes; ShipLogs; CodeMinutes",
        "Accuracy; F1; Exact match; Latency",
        *("ms", "booktabs grouped merged notes"),
    ),
    _topic(
        *("ieee", "Gesture Recognition from Coarse Doppler Profiles", "eess.SP", "CC BY-SA 4.0"),
        "Adaora Nwosu:1; Lukas Brandt:2; Mei-Ling Chou:1",
        "Department of Radio Engineering, University of Harwick; Sensor Works GmbH, Ulm",
        *("gesture recognition", "DopNet"),
        "HOG-SVM; CubeCNN; Micro-LSTM; PhaseTree",
        "Handwave; Kitchen-60; CarCabin; Gloves",
        "Precision; Recall; Accuracy; Energy",
        *("mJ", "grouped ruled merged wide"),
    ),
    _topic(
        *("revtex", "Slow Dephasing of Hole Spins in Strained Ring Islands", "quant-ph"),
        "arXiv.org perpetual non-exclusive license",
        "Oluwaseun Adeyemi:1; Klara Weiss:2",
        "Centre for Quantum Devices, Porto Novo; Physics Faculty, Graz School of Science",
        *("spin dephasing", "echo-3"),
        "Ramsey; Hahn echo; CPMG-8; UDD-5",
        "island A; island B; island C; island D",
        "$T_2$; $T_2^{*}$; Fidelity; Contrast",
        *("ns", "errors decimals booktabs"),
    ),
    _topic(
        *("aastex", "Dust Lanes in Seven Quiet Lenticular Galaxies", "astro-ph.GA", "CC0 1.0"),
        "Petra Novotna:1; Samir Haddad:2; Joan Wetherby:2",
        "Observatory of the High Plain, Brno; Skywatch Institute, Beirut",
        *("dust mapping", "LaneFit"),
        "Ellipse; GalSub; TwoDisk; Prior-free",
        "NGC A17; NGC B23; NGC C31; NGC D48",
        "Mass; Radius; Tilt; Opacity",
        *("kpc", "errors notes wide"),
    ),
    _topic(
        *(
            "mnras",
            "A Second Look at Flares from the Dwarf Wolf Binary",
            "astro-ph.SR",
            "CC BY 4.0",
        ),
        "Hugo Lindqvist:1; Naledi Mokoena:2",
        "Department of Astronomy, Lund Annex; Karoo Centre for Radio Science, Sutherland",
        *("flare counting", "FlarePick"),
        "Sigma-clip; Wavelet; Hand; PeakNet",
        "Sector 4; Sector 11; Sector 31; Sector 58",
        "Energy; Duration; Rate; Delay",
        *("min", "booktabs errors decimals"),
    ),
    _topic(
        *("llncs", "Checking Ledger Contracts by Bounded Replay", "cs.SE", "CC BY-NC-SA 4.0"),
        "Marta Kowalczyk:1; Ravi Subramanian:2; Eoin Daly:1",
        "Formal Methods Group, Technical College of Lublin; Replay Labs, Cork",
        *("contract checking", "Replayer"),
        "FuzzPot; SymWalk; LintFour; TraceDiff",
        "tokens; auctions; votes; escrow",
        "Bugs; False alarms; Coverage; Time",
        *("s", "ruled answers merged"),
    ),
    _topic(
        *("acm", "How Readers Skim Charts on Narrow Screens", "cs.HC", "CC BY 4.0"),
        "Beatriz Fonseca:1; Jonas Eklund:2; Priya Raman:1",
        "Interaction Laboratory, University of Aveiro; Screen Studies Unit, Umea",
        *("chart reading", "FoldView"),
        "Pinch; Scroll; Thumbnail; Paged",
        "bars; lines; maps; scatter",
        "Time; Errors; Comfort; Recall",
        *("s", "worded grouped answers"),
    ),
    _topic(
        *("neurips", "Forgetting Less: Replay-Free Tuning of Mixture Adapters", "cs.LG"),
        "CC BY 4.0",
        "Yara Delgado:1; Wen-Hao Tsai:2; Aino Salmi:2; Kofi Mensah:1",
        "Open Learning Collective; Aurora Research, Tampere",
        *("continual tuning", "MixKeep"),
        "Full tuning; EWC-L; LoRA-seq; Frozen",
        "Chem-QA; Legal-9; Math-Word; Dialog",
        "Accuracy; Forgetting; Transfer; Memory",
        *("GB", "pm pair grouped averaged"),
    ),
    _topic(
        *("elsarticle", "Fatigue Life of Printed Lattice Struts under Mixed Loads"),
        *("cond-mat.mtrl-sci", "CC BY-NC-ND 4.0"),
        "Zeynep Aydin:1; Pavel Sokolov:2",
        "Mechanics Department, Izmir Coast University; Additive Works, Tartu",
        *("fatigue prediction", "StrutLife"),
        "Basquin; Miner sum; Goodman; Walker",
        "octet; diamond; gyroid; cubic",
        "Cycles; Stress; Strain; Scatter",
        *("MPa", "decimals merged worded long"),
    ),
    _topic(
        *("amsart", "Counting Balanced Walks on Windmill Graphs", "math.CO", "CC BY 4.0"),
        "Ines Carvalho:1; Dmitri Volkov:2",
        "Mathematics Section, University of Minho South; Combinatorics Seminar, Kazan",
        *("walk counting", "fold recursion"),
        "transfer matrix; sieve; sampling; brute force",
        "W(3,4); W(4,4); W(5,6); W(6,8)",
        "Walks; Ratio; Bound; Time",
        *("s", "ruled booktabs"),
    ),
    _topic(
        *("cjk", "基于分段记忆的长文本阅读方法", "cs.CL", "CC BY 4.0"),
        "李文博:1; 陈思雨:2",
        "江南语言技术研究所; 北方计算中心",
        *("长文本阅读", "分段记忆"),
        "滑动窗口; 平铺检索; 二次阅读; 缓存法",
        "法庭文书; 实验记录; 航海日志; 会议纪要",
        "准确率; 召回率; 延迟; 内存",
        *("毫秒", "booktabs grouped ruled"),
    ),
    _topic(
        *("report", "A Survey of Low-Cost River Gauges and Their Drift", "physics.ao-ph"),
        "CC BY-SA 4.0",
        "Gwen Hughes:1; Mateus Oliveira:2",
        "Hydrology Group, Bangor Institute; Water Agency of Minas, Belo Horizonte",
        *("gauge calibration", "DriftBook"),
        "Staff; Pressure; Radar; Camera",
        "Upper Teme; Rio Claro; Sava; Ouse",
        "Bias; Drift; Cost; Uptime",
        *("cm", "long turned boxed worded"),
    ),
    _topic(
        *("icml", "Calibrated Stopping for Early-Exit Speech Models", "eess.AS", "CC BY 4.0"),
        "Leila Farahani:1; Bruno Castelli:2; Anneke de Wit:2",
        "Speech Group, Shiraz Polytechnic; Voice Systems, Turin",
        *("early exit", "StopCal"),
        "Entropy; Patience; Confidence; Always-12",
        "Calls; Lectures; Radio; Noisy-7",
        "WER; Speedup; ECE; Exit layer",
        *("ms", "marks stacked pm merged"),
    ),
    _topic(
        *("acl", "Terse Prompts Suffice for Dialect Tagging", "cs.CL", "CC BY 4.0"),
        "Rhian Morgan:1; Abdul Karim:2; Sofia Lindholm:1",
        "Language Technology Unit, Cardiff Bay; School of Computing, Sylhet",
        *("dialect tagging", "TersePrompt"),
        "CRF; Tagger-XL; Few-shot; Chain",
        "Gog; Scouse; Sylheti; Geordie",
        "Accuracy; Macro-F1; Cost; Tokens",
        *("cents", "nested tabularx pair marks"),
    ),
)

HEADS = (
    ("Introduction", ()),
    ("Method", ("Model", "Training and selection")),
    ("Experiments", ("Main results", "Ablations")),
    ("Limits and outlook", ()),
)
APPENDIX = ("Further numbers", "Settings")

OPENING = (
    "Work on @task@ has grown fast, yet most systems still fail on @data0@ and @data1@.",
    "We present \\emph{@method@}, which reaches @1@\\% on @data0@, @1@ points above @rival0@.",
    "Earlier systems needed @n@ examples for the same result~@c@.",
    "Our study covers @n@ cases, of which @k@ were set aside before any number was seen.",
    "The idea is simple: what does not change need not be stored twice.",
)
SENTENCES = (
    "The first setting uses @n@ samples, the second only @k@.",
    "With a budget of @n@ steps, @method@ gains @2@ points over @rival1@.",
    "We ran every configuration @k@ times and report the mean.",
    "Differences below @2@ are within the noise of our set-up, so we do not discuss them.",
    "On @data2@ the gap shrinks to @1@ points, and on @data3@ it vanishes.",
    "A ``warm'' start---one that keeps the first @k@ blocks---costs @1@~@unit@ more.",
    "Efficient filtering of difficult and fluffy suffixes is sufficient here.",
    "Between 2019--2024 the cost fell from @2@ to @3@ per case.",
    "It's worth noting that @rival2@ was tuned for @data0@, not for @data3@.",
    "The coefficient of variation is @3@, well under the usual limit of @2@.",
    "This agrees with the estimate of Garc\\'ia and M\\\"uller~@c@.",
    "Removing the second stage lowers @metric0@ from @1@ to @1@.",
    "Users rated the result @1@ out of 10 on average (range @k@--@k@).",
    "At a rate of @f@ the process stays stable for @n@ steps.",
    "We set @f@ and keep it fixed throughout.",
    "The quantity @f@ is bounded, as shown in the appendix.",
    "All of this holds when @f@ is small compared with @f@.",
    "Neither @rival0@ nor @rival3@ comes within @2@ of that value.",
    "Training took @1@ hours on one machine; inference needs @3@~@unit@ per case.",
    "Table values are rounded half up to the digits shown.",
    "The re-implementation of @rival1@ is @1@\\% slower than the published one.",
    "Two annotators agreed on @1@\\% of the pairs, leaving @n@ for the test.",
    "Roughly one case in @k@ is affected \\& none was repaired by hand.",
    "Costs are given in \\$ and stay below \\$@2@ per run.",
    "An \\textbf{off-the-shelf} model with \\texttt{beam\\_size=4} is the reference.",
)
CLOSING = (
    "Our numbers come from one group and one set of machines, which limits what they show.",
    "A wider study with @n@ cases is planned, and the code for it will be open.",
    "Until then, the gain of @2@ points on @data1@ should be read with care.",
)
NOTES = (
    "Measured on a quiet machine; the spread over @k@ runs was @2@.",
    "We thank the maintainers of @data0@ for @n@ corrected labels.",
)
CAPTIONS = (
    "Results on @data0@ and its neighbours; higher is better.",
    "Ablation of @method@ with @k@ seeds; mean of @n@ cases.",
    "Settings used for @data2@, where not said otherwise.",
    "Cost of each system in @unit@, measured on one machine.",
)
DRAWINGS = (
    "Error of @method@ against the number of steps; the dashed bar is @rival0@ at @1@.",
    "Share of cases solved within @2@~@unit@.",
)

INLINE = (
    (r"\alpha=0.05", r"\alpha=0.05"),
    (r"x_i \in \R^{d}", r"x_{i}\in\mathbb{R}^{d}"),
    (r"1.7\times 10^{-3}", r"1.7\times 10^{-3}"),
    (r"\loss(\theta)", r"\mathcal{L}(\theta)"),
    (r"p(y \mid \vect{x})", r"p(y\mid\mathbf{x})"),
    (r"\sqrt{n}/2", r"\sqrt{n}/2"),
    (r"\beta_{1}=0.9", r"\beta_{1}=0.9"),
    (r"O(n \log n)", r"O(n\log n)"),
    (r"\lambda^{2}+\mu^{2}", r"\lambda^{2}+\mu^{2}"),
    (r"k < 12", r"k<12"),
    (r"\hat{y}_{t+1}", r"\hat{y}_{t+1}"),
    (r"\frac{a+b}{2c}", r"\frac{a+b}{2c}"),
)
DISPLAY = (
    (
        "equation",
        r"\loss(\theta) = \frac{1}{N} \sum_{i=1}^{N} \ell(f_{\theta}(\vect{x}_{i}), y_{i})",
        (r"\mathcal{L}(\theta)=\frac{1}{N}\sum_{i=1}^{N}\ell(f_{\theta}(\mathbf{x}_{i}),y_{i})",),
    ),
    (
        "equation*",
        r"\int_{0}^{\infty} e^{-\kappa t} \, dt = \frac{1}{\kappa}, \qquad \kappa > 0.35",
        (r"\int_{0}^{\infty}e^{-\kappa t}\,dt=\frac{1}{\kappa},\qquad\kappa>0.35",),
    ),
    (
        "align",
        r"u_{t} &= \rho u_{t-1} + 0.25 v_{t}, \\ v_{t} &= \tanh(W u_{t} + b) .",
        (r"u_{t}=\rho u_{t-1}+0.25v_{t},", r"v_{t}=\tanh(Wu_{t}+b)."),
    ),
    (
        "equation",
        r"g(s) = \begin{cases} s^{2} & \text{if } s < 1.5, \\ 3s - 2.25 & \text{otherwise.}"
        r" \end{cases}",
        (r"g(s)=\begin{cases}s^{2}&\text{if }s<1.5,\\3s-2.25&\text{otherwise.}\end{cases}",),
    ),
    (
        "equation",
        r"A = \begin{pmatrix} 1 & 0.5 \\ 0.5 & 2 \end{pmatrix}, \quad \det A = 1.75",
        (r"A=\begin{pmatrix}1&0.5\\0.5&2\end{pmatrix},\quad\det A=1.75",),
    ),
    (
        "multline",
        r"H = -\sum_{k=1}^{K} p_{k} \log p_{k} \\ + \gamma \left( \sum_{k=1}^{K} p_{k}^{2}"
        r" - 1 \right)",
        (
            r"H=-\sum_{k=1}^{K}p_{k}\log p_{k}",
            r"+\gamma\left(\sum_{k=1}^{K}p_{k}^{2}-1\right)",
        ),
    ),
)
MACROS = r"""\newcommand{\loss}{\mathcal{L}}
\newcommand{\vect}[1]{\mathbf{#1}}
\newcommand{\R}{\mathbb{R}}
"""

CHINESE = {
    "heads": (
        ("引言", ()),
        ("方法", ("模型", "训练与选择")),
        ("实验", ("主要结果", "消融实验")),
        ("局限与展望", ()),
    ),
    "appendix": ("补充数据", "参数设置"),
    "opening": (
        "@task@的研究发展很快，但多数系统在@data0@和@data1@上仍然失败。",
        "本文提出@method@，在@data0@上达到@1@\\%，比@rival0@高@1@个百分点。",
        "此前的系统需要@n@个样本才能得到同样的结果@c@。",
    ),
    "sentences": (
        "第一种设置使用@n@个样本，第二种只用@k@个。",
        "每种配置运行@k@次，报告平均值。",
        "在@data2@上差距缩小到@1@个百分点，在@data3@上消失。",
        "变异系数为@3@，远低于常用的上限@2@。",
        "去掉第二阶段后，@metric0@从@1@降到@1@。",
        "训练用时@1@小时，推理每例需要@3@@unit@。",
        "我们取@f@，全文保持不变。",
        "当@f@远小于@f@时，上述结论成立。",
        "两位标注者在@1@\\%的样本上意见一致，剩下@n@个用于测试。",
        "@rival0@与@rival3@都没有达到这个数值的@1@\\%。",
    ),
    "closing": (
        "这些数值来自一个小组和一批机器，因此说明的范围有限。",
        "更大的实验计划包括@n@个样本。",
    ),
    "notes": ("在空闲的机器上测量，@k@次运行的差异为@2@。",),
    "captions": ("@data0@及相近数据上的结果，数值越高越好。", "@method@的消融实验，共@k@个种子。"),
    "drawings": ("@method@的误差随步数的变化，虚线为@rival0@的@1@。",),
}
