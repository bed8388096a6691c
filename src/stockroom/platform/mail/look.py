"""How mail looks: the colours of the pages, written on each element, as mail programs read little else."""

from markupsafe import Markup

FONT = "font-family:Inter,Segoe UI,Helvetica,Arial,sans-serif"

LOOK = {
    "canvas": f"margin:0;padding:24px 12px;background:#f5f7f7;color:#1d282a;{FONT};font-size:15px;line-height:1.5",
    "card": (
        "max-width:560px;margin:0 auto;padding:24px;background:#ffffff;border:1px solid #dde3e4;border-radius:6px"
    ),
    "brand": "max-width:560px;margin:0 auto 12px;color:#0d5f59;font-weight:600",
    "title": "margin:0 0 12px;font-size:20px;line-height:1.3;font-weight:600",
    "text": "margin:0 0 12px",
    "button": (
        "display:inline-block;padding:9px 16px;background:#0f6862;color:#ffffff;border-radius:6px;"
        "font-weight:500;text-decoration:none"
    ),
    "link": "color:#0d5f59;word-break:break-all",
    "soft": "margin:0 0 12px;color:#566366;font-size:13px",
    "foot": "max-width:560px;margin:12px auto 0;color:#566366;font-size:12px",
}


def style(name: str) -> Markup:
    """The style attribute of a part of a mail, with a blank before it. Raises KeyError."""
    # Every look is a constant of this file.
    # nosemgrep: escaping-switched-off (see above)
    return Markup(' style="{}"').format(LOOK[name])
