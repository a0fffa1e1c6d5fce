"""Labels: every word of a post that paperkit itself writes, per language, in one table."""

from __future__ import annotations

from collections.abc import Mapping

from paperkit.outlines import label_of

LABELS: Mapping[str, Mapping[str, str]] = {
    "update": {"en": "{date} Update", "zh": "{date} 更新"},
    "description": {
        "en": "New papers on {topic}, {date}: {title}",
        "zh": "{topic} 方向最新论文（{date}）：{title}",
    },
    "written": {
        "en": "⚠️ The summaries below were written by {authors}{approval}. They may be wrong: "
        "use them with care.",
        "zh": "⚠️ 以下总结内容由 {authors} 生成{approval}。如有错误，仅供参考，谨慎使用。",
    },
    "nothing": {
        "en": "⚠️ This post holds the papers' own words only; no summary was written.",
        "zh": "⚠️ 本文仅含论文自身的文字，未生成任何总结。",
    },
    "person": {"en": "a person", "zh": "人工"},
    "extractive": {
        "en": "a program that picks the papers' own sentences",
        "zh": "自动摘录论文原句的程序",
    },
    "approved": {
        "en": ", and approved by a person (last on {date})",
        "zh": "，并经人工审核（最近一次：{date}）",
    },
    "scripted": {
        "en": ", and approved in a script by {names} (last on {date})",
        "zh": "，并由 {names} 通过脚本批准（最近一次：{date}）",
    },
    "mixed": {
        "en": ", and approved by a person, {count} of {all} in a script by {names} "
        "(last on {date})",
        "zh": "，并经人工审核，其中 {count}/{all} 篇由 {names} 通过脚本批准（最近一次：{date}）",
    },
    "override": {
        "en": "Approved although a check objects; the reason given: {reason}",
        "zh": "审核者在检查存有异议时予以批准，理由：{reason}",
    },
    "unapproved": {"en": ", and not approved by a person", "zh": "，尚未经人工审核"},
    "partly": {
        "en": "; a person approved {approved} of {all}",
        "zh": "，其中 {approved}/{all} 篇经人工审核",
    },
    "partly_scripted": {
        "en": "; {approved} of {all} are approved, {count} of them in a script by {names}",
        "zh": "，其中 {approved}/{all} 篇已批准（{count} 篇由 {names} 通过脚本批准）",
    },
    "screening": {
        "en": "🔴 Not for serious scholarly use: it helps to decide which papers to read.",
        "zh": "🔴 请勿用于严肃的学术场景，仅供阅读论文前的初筛。",
    },
    "tool": {"en": "💗 Made with {tool} on {date}.", "zh": "💗 由 {tool} 于 {date} 整理。"},
    "shortened": {
        "en": "✂️ Shortened to fit a mail: {left} left out.",
        "zh": "✂️ 受邮件长度所限，已略去{left}。",
    },
    "readings": {"en": "the deep readings are", "zh": "深度阅读"},
    "abstracts": {"en": "the deep readings and the abstracts are", "zh": "深度阅读和摘要"},
    "draft": {
        "en": "🚧 **DRAFT: not for publication.** {count} of the papers below can't be published "
        "yet.",
        "zh": "🚧 **草稿：请勿发布。** 下列论文中有 {count} 篇尚不能发布。",
    },
    "draft_card": {"en": "🚧 Draft: {findings}", "zh": "🚧 草稿：{findings}"},
    "authors": {"en": "Authors", "zh": "作者"},
    # A bold full-width colon before a letter would be no emphasis in CommonMark.
    "authors_line": {"en": "**Authors:** {authors}", "zh": "**作者**：{authors}"},
    "reading": {"en": "Deep reading", "zh": "深度阅读"},
    "title": {"en": "Title", "zh": "标题"},
    "affiliation": {"en": "Affiliation", "zh": "单位"},
    "keywords": {"en": "Keywords", "zh": "关键词"},
    "links": {"en": "Links", "zh": "链接"},
    "paper": {"en": "Paper", "zh": "论文"},
    "code": {"en": "Code", "zh": "代码"},
    "link": {"en": "Link", "zh": "链接"},
    "project": {"en": "Project", "zh": "项目主页"},
    "data": {"en": "Data", "zh": "数据"},
    "video": {"en": "Video", "zh": "视频"},
    "missing": {"en": "Not covered here", "zh": "此处未涉及"},
    "colon": {"en": ": ", "zh": "："},
    "comma": {"en": ", ", "zh": "、"},
    "and": {"en": " and ", "zh": "和"},
    "newer": {
        "en": "Written about version {version}; version {newest} has appeared since.",
        "zh": "以下内容基于第 {version} 版；论文现已更新至第 {newest} 版。",
    },
    "figures": {"en": "Figures and tables of the paper", "zh": "点此查看论文截图"},
    "licence": {"en": "Figures: {authors}, {licence}.", "zh": "图片：{authors}，{licence}。"},
    "linked": {
        "en": "The paper's licence doesn't settle whether its figures may be shown here; they are "
        "in the PDF:",
        "zh": "论文许可未明确允许在此转载图片，请在 PDF 中查看：",
    },
    "others": {"en": "{first} et al.", "zh": "{first} 等"},
    "overview": {"en": "In detail", "zh": "详述"},
    "page": {"en": "p. {page}", "zh": "第 {page} 页"},
    "paragraph": {"en": "¶ {id}", "zh": "¶ {id}"},
    "evidence": {"en": "What this rests on", "zh": "依据"},
    "references": {"en": "References", "zh": "参考文献"},
    "chart": {"en": "Chart", "zh": "图表"},
    "image": {"en": "Image", "zh": "图片"},
}
"""The words per name and language; `{…}` are filled in by `label`."""

OBSTACLES: Mapping[str, Mapping[str, str]] = {
    code: {"zh": words}
    for code, words in {
        "approval": "尚未经人工审核。",
        "digest": "尚未撰写内容。",
        "figure": "图片文件缺失。",
        "card": "笔记本中的内容经手工改动，尚未写入文献库。",
        "picture": "文中的图片缺失。",
        "cited": "引用的论文不在文献库中。",
        "copied": "笔记本的单元格中含有未经人工审核的草稿。",
        "twice": "在本文中出现了两次。",
        "published": "已在另一篇文章中发布。",
        "missing": "没有回答。",
        "filler": "含有面向提问者的套话。",
        "refusal": "写的是无法完成之事，而非论文内容。",
        "placeholder": "留有未填写的占位符。",
        "echo": "含有写给模型的指令。",
        "markup": "含有多余的标记。",
        "cut-off": "文字不完整。",
        "run-on": "句子过长。",
        "repeated": "同一句话重复出现。",
        "duplicate": "两个条目几乎相同。",
        "count": "条目数量不符合要求。",
        "too-long": "篇幅过长。",
        "language": "语言不符。",
        "no-method": "未提及方法名称。",
        "foreign-link": "链接不属于该论文。",
        "evidence-missing": "引用的依据在论文中找不到。",
        "evidence-altered": "引用的依据与论文中的数字或否定不一致。",
        "number-not-in-source": "含有论文中没有的数字。",
        "hidden-instruction": "PDF 中藏有给模型的指令。",
        "swapped": "内容更像是另一篇论文的。",
    }.items()
}
"""What an obstacle's code says where the post isn't in English; English is the finding's own."""


def label(name: str, language: str, **values: object) -> str:
    """Return the words called `name` in a BCP-47 language (English where there are none)."""
    return (
        label_of(LABELS[name], language).format_map(values)
        if values
        else label_of(LABELS[name], language)
    )
