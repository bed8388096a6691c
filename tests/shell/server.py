"""A small server for the demonstration pages, with the same Content-Security-Policy as the product's.

Run by hand to look at the shell: `python -m tests.shell.server 8099`.
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from tests.shell import pages

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
PICKS = [("1", "Amoxicillin 500 mg", "1,060 caps."), ("2", "Amoxicillin 1 g", "84 tabl."), ("3", "Enoxaparin 40 mg", "22 syr.")]


class Demonstration(BaseHTTPRequestHandler):
    posted: list[list[tuple[str, str]]] = []

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query))
        if url.path.startswith("/static/"):
            return self.send_static(url.path)
        if url.path.startswith("/lookup/"):
            return self.answer(200, lookup(query.get("q", "")))
        if url.path == "/palette":
            return self.answer(200, palette(query.get("q", "")))
        return self.send_page(url.path, query)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.posted.append(parse_qsl(body, keep_blank_values=True))
        if self.path == "/receive":
            return self.render(422, "form.html", "/receive", {}, pages.form_page(pages.ERRORS))
        return self.answer(200, "ok")

    def send_page(self, path: str, query: dict[str, str]) -> None:
        if query.get("q") == "refused":
            refusal = {"title": "Too many words.", "detail": "Search for fewer."}
            return self.render(422, "partials/problem.html", path, query, refusal)
        if path == "/products":
            rows = {} if query.get("q") != "nothing" else {"rows": []}
            name = "_rows.html" if self.headers.get("HX-Request") else "list.html"
            return self.render(200, name, path, query, pages.list_page() | rows)
        if path == "/products/1":
            return self.render(200, "detail.html", path, query, pages.detail_page())
        if path == "/receive":
            return self.render(200, "form.html", path, query, pages.form_page([]))
        if path == "/sign-in":
            return self.render(200, "sign_in.html", path, query, {"user": None})
        facts = {"status": 404, "title": "This page does not exist", "retry_url": None, "home_url": "/products"}
        detail = "The address may be mistyped, or the document was archived. Search for its number instead."
        return self.render(404, "error.html", path, query, {**facts, "detail": detail})

    def render(self, status: int, name: str, path: str, query: dict[str, str], facts: dict[str, object]) -> None:
        theme = query.get("theme", "auto")
        self.answer(status, pages.environment().get_template(name).render({**pages.context(path, query, theme), **facts}))

    def send_static(self, path: str) -> None:
        file = pages.STATIC / path.removeprefix("/static/")
        self.answer(200, file.read_bytes(), TYPES[file.suffix])

    def answer(self, status: int, body: str | bytes, kind: str = "text/html; charset=utf-8") -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), "Content-Security-Policy": CSP}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def lookup(words: str) -> str:
    found = [pick for pick in PICKS if words.lower() in pick[1].lower()]
    return "".join(
        f'<div role="option" data-id="{i}" data-label="{name}" data-show-unit="packs" data-fill-price="17,00">'
        f"<span>{name}</span><span>{stock}</span></div>"
        for i, name, stock in found
    )


def palette(words: str) -> str:
    links = [("/products", "Products"), ("/products/1", "Amoxicillin 500 mg"), ("/receive", "Receive goods")]
    return "".join(f'<a href="{url}"><span>{name}</span></a>' for url, name in links if words.lower() in name.lower())


def serve(port: int) -> ThreadingHTTPServer:
    return ThreadingHTTPServer(("127.0.0.1", port), Demonstration)


if __name__ == "__main__":
    serve(int(sys.argv[1])).serve_forever()
