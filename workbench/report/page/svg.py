"""SVG as text: escaped, with numbers in as few digits as they need, and coloured by classes of the page's own style."""

from __future__ import annotations

from html import escape


def number(value: float) -> str:
    """At most one digit after the point."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def element(name: str, content: str = "", /, **attributes: object) -> str:
    """``<name key="value">content</name>``; underscores in keys become dashes, `content` is markup already."""
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{number(value) if isinstance(value, float) else escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None and value != ""
    )
    return f"<{name}{pairs}>{content}</{name}>" if content else f"<{name}{pairs}/>"


def text(words: str, x: float, y: float, *, class_: str = "", anchor: str = "") -> str:
    """A line of text; `anchor` is start, middle or end."""
    return element("text", escape(words), x=float(x), y=float(y), class_=class_, text_anchor=anchor)


def picture(content: str, width: float, height: float, *, title: str, description: str, class_: str = "") -> str:
    """A picture that scales with its place, with what it shows in words for those who can't see it."""
    told = element("title", escape(title)) + element("desc", escape(description))
    return element(
        "svg",
        told + content,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_label=f"{title}. {description}",
        class_=class_,
    )


def shortened(words: str, longest: int) -> str:
    """`words` cut to `longest` characters."""
    return words if len(words) <= longest else words[: longest - 1] + "…"
