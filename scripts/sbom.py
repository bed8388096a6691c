"""The bill of materials: every package that the lock files name, as CycloneDX JSON.

What only tests, checks and builds need is in it with scope "excluded". `scripts/sbom.py FILE`.
"""

import base64
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.contrib.hash.factories import HashTypeFactory
from cyclonedx.model import HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).parents[1]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
RUNTIME = "runtime"

Package = tuple[str, str, str]
"""Where it comes from (pypi, npm), name, version."""


def python_packages(lock: Path) -> set[Package]:
    return {("pypi", name.lower(), version) for name, version in PINNED.findall(lock.read_text("utf-8"))}


def npm_packages(lock: Path, *, development: bool) -> dict[Package, str]:
    """With the integrity of each, as the lock gives it."""
    entries: dict[str, dict[str, str]] = json.loads(lock.read_text("utf-8"))["packages"]
    return {
        ("npm", place.rpartition("node_modules/")[2], entry["version"]): entry.get("integrity", "")
        for place, entry in entries.items()
        if place and bool(entry.get("dev")) is development and "version" in entry
    }


def components() -> Iterator[Component]:
    runtime = python_packages(ROOT / "requirements" / f"{RUNTIME}.txt")
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    others = {package for lock in locks for package in python_packages(lock)} - runtime
    npm = npm_packages(ROOT / "package-lock.json", development=False)
    tools = npm_packages(ROOT / "package-lock.json", development=True)
    for package in sorted(runtime | npm.keys()):
        yield _component(package, ComponentScope.REQUIRED, npm.get(package, ""))
    for package in sorted(others | tools.keys()):
        yield _component(package, ComponentScope.EXCLUDED, tools.get(package, ""))


def _component(package: Package, scope: ComponentScope, integrity: str) -> Component:
    kind, name, version = package
    group, _, short = name.rpartition("/")
    address = PackageURL(kind, group or None, short, version)
    hashes = [_hash(integrity)] if integrity else []
    return Component(
        name=short,
        group=group or None,
        version=version,
        type=ComponentType.LIBRARY,
        scope=scope,
        purl=address,
        bom_ref=address.to_string(),
        hashes=hashes,
    )


def _hash(integrity: str) -> HashType:
    algorithm, _, value = integrity.partition("-")
    return HashTypeFactory().from_hashlib_alg(algorithm, base64.b64decode(value).hex())


def make_bom() -> str:
    named = list(components())
    bom = Bom(components=named)
    product = Component(name="stockroom", type=ComponentType.APPLICATION, bom_ref="stockroom")
    bom.metadata.component = product
    bom.register_dependency(product, named)
    return JsonV1Dot6(bom).output_as_string(indent=1)


def main(path: str) -> None:
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(make_bom() + "\n", "utf-8")
    print(f"→ Wrote {target}")


if __name__ == "__main__":
    main(*sys.argv[1:])
