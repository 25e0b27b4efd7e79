"""A probe: people and machines log in again and again while something else goes on; every answer is kept."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import urllib3

from sandbox.logins import Door, Login

UNREACHED = 0
"""Status of a request to which nothing answered."""


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks what, always the same."""

    who: str
    """Of one way in, for messages: ``hanako by team operators``."""
    path: str
    login: Login = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one login."""

    question: Question
    status: int
    at: float
    """Seconds since the probe began, when the answer was there."""


class Probe:
    """Asks questions in turn, so many times a second altogether."""

    def __init__(self, door: Door, *, rate: float = 20, threads: int = 6) -> None:
        self._door = door
        self._pause = 1 / rate
        self._threads = threads
        self.answers: list[Answer] = []

    def ask(self, question: Question) -> int:
        """Ask once and return the status of the answer."""
        try:
            return self._door.ask(question.login, "GET", question.path)[0]
        except urllib3.exceptions.HTTPError:
            return UNREACHED

    @contextmanager
    def watching(self, questions: Sequence[Question]) -> Iterator[list[Answer]]:
        """Ask them in turn while the block runs; the list that is given grows meanwhile."""
        answers: list[Answer] = []
        stop = threading.Event()
        began = time.monotonic()

        def once(question: Question) -> None:
            status = self.ask(question)
            answers.append(Answer(question, status, time.monotonic() - began))

        def pace() -> None:
            with ThreadPoolExecutor(self._threads, thread_name_prefix="probe") as pool:
                number = 0
                while not stop.is_set():
                    pool.submit(once, questions[number % len(questions)])
                    number += 1
                    # where answers are slower than questions, a queue would only tell of the past
                    behind = number - len(answers) > 2 * self._threads
                    stop.wait(self._pause if not behind else 5 * self._pause)

        pacing = threading.Thread(target=pace, name="probe", daemon=True)
        pacing.start()
        try:
            yield answers
        finally:
            stop.set()
            pacing.join()
            self.answers += answers


def refusals(answers: Sequence[Answer]) -> Counter[int]:
    """Count the answers that are refusals: 401, 403."""
    return Counter(answer.status for answer in answers if answer.status in (401, 403))
