"""All clusters of clusters/, a few at a time, through Pulumi's Automation API.

    python fleet.py up                        # the people first, then every cluster, two at a time
    python fleet.py preview --expect-no-changes --parallel 8
    python fleet.py up shop batch             # these only
    python fleet.py list                      # as JSON, for a CI matrix

Exit code 0: all went well; 1: some failed, the others were done all the same; 130: interrupted.
"""

import argparse
import json
import re
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

from progress import Progress, say_how_it_went, showing
from pulumi import automation as auto

HERE = Path(__file__).resolve().parent
PEOPLE = "people"
CLUSTERS = sorted(file.stem for file in (HERE / "clusters").glob("*.yaml"))

interrupted = threading.Event()
selecting = threading.Lock()


def main() -> int:
    """Do what was asked for, and say in the exit code how it went."""
    asked = arguments()
    if asked.action == "list":
        sys.stdout.write(json.dumps(CLUSTERS) + "\n")
        return 0
    # No exception is raised in the middle of anything: what runs winds up, what waits isn't started.
    signal.signal(signal.SIGINT, lambda *_: interrupted.set())
    people = [Progress(PEOPLE)] if asked.action != "destroy" and not asked.clusters else []
    clusters = [Progress(name) for name in asked.clusters or CLUSTERS]
    with showing([*people, *clusters]):
        # Clusters name the users, so they wait for them, and aren't tried without.
        run(people, asked)
        run(clusters, asked, "" if all(row.ok for row in people) else f"{PEOPLE} failed")
    rows = [*people, *clusters]
    say_how_it_went(rows)
    return 130 if interrupted.is_set() else int(not all(row.ok for row in rows))


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["up", "preview", "destroy", "list"])
    parser.add_argument("clusters", nargs="*", metavar="CLUSTER", help=f"some of {', '.join(CLUSTERS)}; all if none")
    parser.add_argument("--parallel", type=int, default=2, metavar="N", help="clusters at a time (2)")
    parser.add_argument("--expect-no-changes", action="store_true", help="changes are a failure")
    asked = parser.parse_args()
    if unknown := set(asked.clusters) - {PEOPLE, *CLUSTERS}:
        parser.error(f"no such cluster: {', '.join(sorted(unknown))}")
    if asked.parallel < 1:
        parser.error("--parallel takes 1 or more")
    return asked


def run(rows: list[Progress], asked: argparse.Namespace, not_tried: str = "") -> None:
    """Work on stacks, as many at a time as was asked for."""
    with ThreadPoolExecutor(max_workers=asked.parallel) as pool:
        working = [pool.submit(work, row, asked, not_tried) for row in rows]
        while wait(working, timeout=0.2).not_done:  # in slices, so that Ctrl-C is heard
            pass
    for one in working:
        one.result()


def work(row: Progress, asked: argparse.Namespace, not_tried: str) -> None:
    """Preview, update or destroy one stack; what goes wrong is written down and stops nobody else."""
    if not_tried or interrupted.is_set():
        row.end("not started", not_tried or "interrupted before its turn")
        return
    row.start()
    errors: list[str] = []

    def heard(event: auto.events.EngineEvent) -> None:
        if event.res_outputs_event and event.res_outputs_event.metadata.op != "same":
            row.changed += 1
        if event.diagnostic_event and event.diagnostic_event.severity == "error":
            errors.append(re.sub(r"<\{%.*?%\}>", "", event.diagnostic_event.message).strip())

    try:
        with selecting:  # the engine remembers the selected stack in one file
            stack = auto.create_or_select_stack(stack_name=row.name, work_dir=str(HERE))
        if asked.action == "preview":
            stack.preview(on_event=heard, expect_no_changes=asked.expect_no_changes)
        elif asked.action == "up":
            stack.up(on_event=heard, expect_no_changes=asked.expect_no_changes, show_secrets=False)
        else:
            stack.destroy(on_event=heard, show_secrets=False)
    except auto.CommandError as error:
        state = "interrupted" if interrupted.is_set() else "failed"
        row.end(state, "\n".join(dict.fromkeys(errors)) or str(error))
    else:
        row.end("done")


if __name__ == "__main__":
    sys.exit(main())
