"""Tool tips that say exactly what stands in the register: Qt takes what looks like markup for markup."""

from __future__ import annotations

import html


def plain_tip(text: str) -> str:
    """``text`` as a tool tip shows it letter by letter."""
    if "<" not in text and "&lt;" not in text:
        return text
    return f'<span style="white-space: pre-wrap">{html.escape(text)}</span>'
