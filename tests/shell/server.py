"""A small server for the demonstration pages, with the same Content-Security-Policy as the product's.

Run by hand to look at the shell: `python -m tests.shell.server 8099`.
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from tests.shell import pages

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
REFUSAL = {"title": "Too many words.", "detail": "Search for fewer."}
NOT_FOUND: dict[str, Any] = {
    "status": 404,
    "title": "This page does not exist",
    "detail": "The address may be mistyped, or the document was archived. Search for its number instead.",
    "retry_url": None,
    "home_url": "/products",
}


class Demonstration(BaseHTTPRequestHandler):
    posted: ClassVar[list[list[tuple[str, str]]]] = []

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        if url.path.startswith("/static/"):
            file = pages.STATIC / url.path.removeprefix("/static/")
            self.answer(200, file.read_bytes(), TYPES[file.suffix])
        elif url.path.startswith("/lookup/"):
            self.answer(200, lookup(query["q"]))
        elif url.path == "/palette":
            self.answer(200, palette(query["q"]))
        else:
            self.send_page(url.path, query)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.posted.append(parse_qsl(body, keep_blank_values=True))
        if self.path == "/receive":
            self.draw(422, "form.html", "/receive", {}, pages.form_page(pages.FACTS["errors"]))
        else:
            self.answer(200, "ok")

    def send_page(self, path: str, query: dict[str, str]) -> None:
        words = query.get("q")
        rows = [] if words == "nothing" else pages.FACTS["products"]
        of_list = {"rows": rows, "chips": pages.FACTS["chips"], "flashes": pages.FACTS["flashes"]}
        fragment = self.headers.get("HX-Request") is not None
        table: dict[str, tuple[int, str, dict[str, Any]]] = {
            "/products": (200, "_rows.html" if fragment else "list.html", of_list),
            "/products/1": (200, "detail.html", pages.FACTS),
            "/receive": (200, "form.html", pages.form_page([])),
            "/sign-in": (200, "sign_in.html", {"user": None}),
        }
        status, name, facts = table.get(path, (404, "error.html", NOT_FOUND))
        if words == "refused":
            status, name, facts = 422, "partials/problem.html", REFUSAL
        self.draw(status, name, path, query, facts)

    def draw(self, status: int, name: str, path: str, query: dict[str, str], facts: dict[str, Any]) -> None:
        template = pages.environment().get_template(name)
        self.answer(status, template.render({**facts, **pages.context(path, query), **overrides(facts)}))

    def answer(self, status: int, body: str | bytes, kind: str = "text/html; charset=utf-8") -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Security-Policy", CSP)
        self.end_headers()
        self.wfile.write(data)


def overrides(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in ("flashes", "user") if name in facts and "nav" not in facts}


def lookup(words: str) -> str:
    return "".join(
        f'<div role="option" data-id="{pick["id"]}" data-label="{pick["name"]}" data-show-unit="packs" '
        f'data-fill-price="17,00"><span>{pick["name"]}</span><span>{pick["stock"]}</span></div>'
        for pick in pages.FACTS["picks"]
        if words.lower() in pick["name"].lower()
    )


def palette(words: str) -> str:
    return "".join(
        f'<a href="{link["url"]}"><span>{link["name"]}</span></a>'
        for link in pages.FACTS["palette"]
        if words.lower() in link["name"].lower()
    )


def serve(port: int) -> ThreadingHTTPServer:
    return ThreadingHTTPServer(("127.0.0.1", port), Demonstration)


if __name__ == "__main__":
    serve(int(sys.argv[1])).serve_forever()
