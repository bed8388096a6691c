"""Takes every guard out, one after the other, and demands that its test fails. `make guards`.

The whole run writes docs/security/guards.md; `--only WORDS` tries some and writes nothing. Exits 1 where a test does
not pass as things are, or does not fail, or fails because the copy is broken rather than by what it says.
"""

import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import click

from scripts.guards.memory import Memory
from scripts.guards.page import PAGE, written
from scripts.guards.table import ROOT, Guard, read_guards
from scripts.guards.trial import Trial, make_cluster


@click.command()
@click.option("--only", multiple=True, help="Only guards with these words in name, file or test.")
@click.option("--jobs", default=1, show_default=True, help="Copies at work at the same time.")
@click.option(
    "--resume", is_flag=True, help="Leave out what an earlier run found and nothing has changed of."
)
def main(only: tuple[str, ...], jobs: int, resume: bool) -> None:  # noqa: FBT001  (click passes flags by position)
    guards = read_guards()
    memory = Memory(guards, resume=resume)
    chosen = [guard for guard in guards if not only or any(word in str(guard) for word in only)]
    for guard in chosen:
        guard.planted((ROOT / guard.path).read_text("utf-8"))
    left = [guard for guard in chosen if not memory.has(guard)]
    print(f"→ {len(left)} of {len(guards)} guards", flush=True)
    faults = _tried(left, jobs, memory) if left else []
    for fault in faults:
        print(f"! {fault}")
    if not faults and not only:
        PAGE.write_text(written(guards), "utf-8")
        print(f"→ {PAGE.relative_to(ROOT)}: {len(guards)} guards")
    sys.exit(1 if faults else 0)


def _tried(guards: Sequence[Guard], jobs: int, memory: Memory) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="guards-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        cluster = make_cluster(folder / "cluster")
        trials = [Trial(folder / f"tree-{number}", cluster) for number in range(jobs)]
        return _with_all(trials[0], guards) or _without_each(trials, guards, memory)


def _with_all(trial: Trial, guards: Sequence[Guard]) -> list[str]:
    """With every guard in its place the tests pass, and none is left out."""
    tests = sorted({guard.test for guard in guards})
    print(f"→ {len(tests)} tests with everything in its place", flush=True)
    ended = trial.run(tests)
    bad = [f"{test}: {how['ended']}: {how['why']}" for test, how in ended.items() if how["ended"] != "passed"]
    return bad + [f"{test} did not run" for test in tests if not _cases(test, ended)]


def _cases(test: str, ended: Iterable[str]) -> list[str]:
    """The cases of a test among those that ran."""
    return [name for name in ended if name == test or name.startswith(f"{test}[")]


def _without_each(trials: Sequence[Trial], guards: Sequence[Guard], memory: Memory) -> list[str]:
    free: SimpleQueue[Trial] = SimpleQueue()
    for trial in trials:
        free.put(trial)

    def tried(guard: Guard) -> str:
        trial = free.get()
        try:
            how = trial.without(guard)
        finally:
            free.put(trial)
        good = how["ended"] == "wrong answer"
        print(f"  {'fails' if good else how['ended'].upper():8} {guard.guard}", flush=True)
        if good:
            memory.keep(guard)
            return ""
        return f"{guard.guard} ({guard.test}): {how['ended']}: {how['why']}"

    with ThreadPoolExecutor(len(trials)) as pool:
        return [fault for fault in pool.map(tried, guards) if fault]


if __name__ == "__main__":
    main()
