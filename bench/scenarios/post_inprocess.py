"""Posting through the services, without a door: what one process can file, one durable commit per invoice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from itertools import count, islice

from bench import company
from bench.floors.posting import Poster, poster
from bench.orders import Order, orders
from bench.scenario import Bench, Scenario, Target, Trial
from bench.verify import require_sound
from counterfoil.services import credentials, invoicing
from counterfoil.store import Principal, Store

Post = Callable[[Order, bytes], object]
_books = count(1)


@contextmanager
def ours(bench: Bench, threads: int) -> Iterator[Trial]:
    """Through once(): key, effect, evidence and answer in one unit of work."""
    name = f"posted_{next(_books)}"
    store = company.make(bench.place.url(name))
    caller = credentials.principal(store, company.CALLER)
    yield _trial(bench, [partial(_post, store, caller)] * threads, name)
    store.engine.dispose()
    require_sound(bench.place.url(name))
    bench.place.drop(name)


def _post(store: Store, caller: Principal, order: Order, body: bytes) -> None:
    with company.context(store, caller, body, order.reference).work() as work:
        content = sha256(body).digest()
        outcome = work.once([order.reference], content, lambda: invoicing.issue(work, order.sale()))
        work.answer(200, b'{"RecordDesc":"%s","RecordId":%d}' % (outcome.number.encode(), outcome.document_id))


@contextmanager
def floor(bench: Bench, threads: int) -> Iterator[Trial]:
    """The same rows by hand, a connection per thread."""
    name = f"posted_{next(_books)}"
    url = bench.place.url(name)
    company.make(url).engine.dispose()
    posters = [poster(url) for _ in range(threads)]
    yield _trial(bench, [partial(_post_by_hand, one) for one in posters], name)
    for one in posters:
        one.close()
    require_sound(url)
    bench.place.drop(name)


def _post_by_hand(hand: Poster, order: Order, body: bytes) -> None:
    hand.post(order.invoice(), body)


def _trial(bench: Bench, posts: list[Post], seed: str) -> Trial:
    source = orders(seed)
    at_once = threading.Lock()

    def some(number: int) -> list[tuple[Order, bytes]]:
        with at_once:
            return [(order, order.body()) for order in islice(source, number)]

    def work(post: Post, ends: float, done: list[int]) -> None:
        posted = 0
        while time.perf_counter() < ends:
            for order, body in some(20):
                post(order, body)
                posted += 1
        done.append(posted)

    def trial() -> float:
        done: list[int] = []
        began = time.perf_counter()
        ends = began + bench.seconds
        threads = [threading.Thread(target=work, args=(post, ends, done)) for post in posts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(done) / (time.perf_counter() - began)

    for order, body in some(50):
        posts[0](order, body)
    return trial


SCENARIOS = tuple(
    Scenario(
        f"post_inprocess, {threads} thread{'s' if threads > 1 else ''}",
        "docs/s",
        Target(at_least=0.5),
        partial(ours, threads=threads),
        partial(floor, threads=threads),
    )
    for threads in (1, 4)
)
