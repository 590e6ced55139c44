"""Laws of the core that hold for every input."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count, pairwise

from hypothesis import given
from hypothesis import strategies as st

from counterfoil.core.document import Kind, Sale, SaleLine
from counterfoil.core.money import MILLION, Money, currency, from_millionths, millionths, split, total
from counterfoil.core.open_item import PAST_DUE, AgingBucket, OpenItem, aging, balance, exchange_difference, spread
from counterfoil.core.pricing import Priced, Pricing, price
from counterfoil.core.stock import Valuation, move
from counterfoil.core.tax import Jurisdiction, Taxable, TaxCode, TaxRate, TaxRounding, adopt, taxes
from counterfoil.core.terms import Terms

CAD = currency("CAD")
DAY = date(2024, 3, 1)
UNITS = [currency(code) for code in ("CAD", "JPY", "KWD")]

minors = st.integers(-(10**9), 10**9)
weights = st.lists(st.decimals(0, 10**6, places=3), max_size=12)
rates = st.decimals(0, Decimal("0.3"), places=5)


@given(minors, weights)
def test_a_split_loses_nothing_and_stays_close(whole: int, parts: list[Decimal]) -> None:
    shares = split(Money(whole, CAD), parts)
    assert len(shares) == len(parts)
    if not parts:
        return
    assert sum(share.minor for share in shares) == whole
    of = sum(parts) or Decimal(len(parts))
    for share, weight in zip(shares, parts if sum(parts) else [Decimal(1)] * len(parts), strict=True):
        assert abs(share.minor - Decimal(whole) * weight / of) <= 1


@given(st.decimals(-(10**9), 10**9, places=5), st.sampled_from(range(3)))
def test_rounding_is_symmetric_and_never_more_than_half_a_minor_unit(raw: Decimal, which: int) -> None:
    unit = UNITS[which]
    money = Money.of(raw, unit)
    assert Money.of(-raw, unit) == -money
    assert abs(money.amount - raw) * 2 <= Decimal(1).scaleb(-unit.digits)
    assert Money.exactly(money.amount, unit) == money


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_millionths_there_and_back(value: int) -> None:
    assert millionths(from_millionths(value)) == value


@st.composite
def open_items(draw: st.DrawFn) -> list[OpenItem]:
    items = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        amount = draw(st.integers(-(10**6), 10**6).filter(bool))
        remaining = draw(st.integers(min(0, amount), max(0, amount)))
        on = DAY + timedelta(days=draw(st.integers(-200, 30)))
        items.append(
            OpenItem(
                id=number,
                party_id=1,
                account_id=5,
                document_id=number,
                number=str(number),
                kind="",
                amount=Money(amount, CAD),
                remaining=Money(remaining, CAD),
                base=amount + draw(st.integers(-abs(amount) // 2, abs(amount) // 2)),
                on=on,
                due_on=on + timedelta(days=draw(st.integers(0, 90))),
                taken_back_on=draw(st.none() | st.just(on + timedelta(days=10))),
            )
        )
    return items


@given(open_items(), st.integers(-300, 300), st.integers(0, 200))
def test_ageing_adds_up_and_only_gets_worse(items: list[OpenItem], days: int, later: int) -> None:
    now = DAY + timedelta(days=days)
    first, then = aging(items, now, CAD), aging(items, now + timedelta(days=later), CAD)
    for found in (first, then):
        assert total(found.values(), CAD) == balance(items, CAD)
    assert first[AgingBucket.CREDITS] == then[AgingBucket.CREDITS]
    for number in range(len(PAST_DUE)):
        before = sum(first[bucket].minor for bucket in PAST_DUE[number:])
        assert sum(then[bucket].minor for bucket in PAST_DUE[number:]) >= before


@given(open_items(), st.integers(1, 10**6), st.none() | st.integers(1, 10**6), st.integers(-30, 60))
def test_spreading_never_takes_more_than_there_is(
    items: list[OpenItem], amount: int, upto: int | None, days: int
) -> None:
    on = DAY + timedelta(days=days)
    credit = OpenItem(
        id=99,
        party_id=1,
        account_id=5,
        document_id=99,
        number="99",
        kind="",
        amount=Money(-amount, CAD),
        remaining=Money(-amount, CAD),
        base=-amount,
        on=DAY,
        due_on=DAY,
    )
    charges = {item.id: item for item in items if item.remaining.minor > 0}
    made = spread(credit, charges.values(), on, None if upto is None else Money(upto, CAD))
    assert sum(one.amount.minor for one in made) <= min(amount, amount if upto is None else upto)
    assert len({one.debit_id for one in made}) == len(made)
    for one in made:
        charge = charges[one.debit_id]
        assert 0 < one.amount.minor <= charge.remaining.minor
        assert max(charge.free_on, credit.free_on) <= on
    free = [charge for charge in charges.values() if max(charge.free_on, DAY) <= on]
    possible = min(amount, amount if upto is None else upto, sum(charge.remaining.minor for charge in free))
    assert sum(one.amount.minor for one in made) == possible


@given(st.sets(st.integers(1, 10**6), min_size=1, max_size=20), st.integers(-(10**6), 10**6))
def test_an_item_settled_in_any_parts_gives_up_exactly_its_base(steps: set[int], drift: int) -> None:
    amount = max(steps)
    charge = replace(_item(1, amount), base=amount + drift)
    realised, left = 0, amount
    for before, now in pairwise([0, *sorted(steps)]):
        part = now - before
        credit = _item(2, -part)
        gain = exchange_difference(charge, credit, Money(part, CAD))
        after = (
            replace(charge, remaining=charge.remaining - Money(part, CAD)),
            replace(credit, remaining=Money(0, CAD)),
        )
        assert exchange_difference(*after, Money(-part, CAD)) == -gain
        realised, left, charge = realised + gain, left - part, after[0]
    assert realised == -drift


def _item(number: int, amount: int) -> OpenItem:
    money = Money(amount, CAD)
    return OpenItem(
        id=number,
        party_id=1,
        account_id=5,
        document_id=None,
        number="",
        kind="",
        amount=money,
        remaining=money,
        base=amount,
        on=DAY,
        due_on=DAY,
    )


@st.composite
def places(draw: st.DrawFn) -> Jurisdiction:
    codes = tuple(
        TaxCode(number, str(number), "", (TaxRate("CA", date(2000, 1, 1), draw(rates)),))
        for number in range(1, draw(st.integers(1, 3)) + 1)
    )
    return Jurisdiction(1, "", "CA", "", "", codes)


taxables = st.lists(
    st.builds(Taxable, st.builds(Money, st.integers(-(10**6), 10**6), st.just(CAD)), st.frozensets(st.integers(1, 3))),
    min_size=1,
    max_size=6,
)
ROUNDINGS = st.sampled_from([TaxRounding.COMPONENT, TaxRounding.LINE, TaxRounding.RATE])


@given(taxables, places(), ROUNDINGS, st.integers(-5, 5))
def test_tax_is_the_sum_of_its_shares(
    lines: list[Taxable], place: Jurisdiction, rounding: TaxRounding, cents: int
) -> None:
    parts = taxes(lines, place, DAY, rounding, CAD)
    for part in parts:
        assert total(part.shares, CAD) == part.tax
        exact = part.base.amount * (part.rate or 0)
        slack = {TaxRounding.LINE: len(lines), TaxRounding.RATE: 3}.get(rounding, 1)
        assert abs(part.tax.amount - exact) * 2 <= Decimal("0.01") * slack
    whole = total((part.tax for part in parts), CAD)
    moved = adopt(parts, whole + Money(cents, CAD))
    assert total((part.tax for part in moved), CAD) == whole + Money(cents if parts else 0, CAD)
    for part in moved:
        assert total(part.shares, CAD) == part.tax


@given(taxables, places(), ROUNDINGS)
def test_a_return_is_taxed_as_its_sale_was(lines: list[Taxable], place: Jurisdiction, rounding: TaxRounding) -> None:
    back = [replace(line, net=-line.net) for line in lines]
    sale, returned = (taxes(side, place, DAY, rounding, CAD) for side in (lines, back))
    assert [-part.tax for part in sale] == [part.tax for part in returned]


asked = st.builds(
    SaleLine,
    item_id=st.none(),
    quantity=st.decimals(-1000, 1000, places=3),
    unit_price=st.decimals(0, 10000, places=4),
    discount=st.decimals(-5, 5, places=2),
)


def _priced(lines: list[SaleLine], place: Jurisdiction | None, rounding: TaxRounding) -> Priced:
    numbers = count(1)
    sale = Sale(kind=Kind.SALES_INVOICE, on=DAY, lines=tuple(lines), tax_rounding=rounding)
    using = Pricing(items={}, unit=CAD, base=CAD, exempt=frozenset(), place=place, binding=True, strict=False)
    return price(sale, using, lambda: next(numbers))


@given(st.lists(asked, min_size=1, max_size=6), places(), ROUNDINGS)
def test_a_document_adds_up(lines: list[SaleLine], place: Jurisdiction, rounding: TaxRounding) -> None:
    found = _priced(lines, place, rounding)
    assert not found.problems
    assert total((line.net for line in found.lines), CAD) == found.subtotal
    assert total((line.tax for line in found.lines), CAD) == found.tax_total
    assert total((part.tax for part in found.taxes), CAD) == found.tax_total
    for line, wanted in zip(found.lines, lines, strict=True):
        assert line.net + line.discount == Money.of(wanted.quantity * (wanted.unit_price or 0), CAD)
        assert total(line.tax_parts.values(), CAD) == line.tax
    mirrored = [replace(line, quantity=-line.quantity, discount=-line.discount) for line in lines]
    assert _priced(mirrored, place, rounding).total == -found.total


moves = st.lists(
    st.tuples(
        st.integers(-20 * MILLION, 20 * MILLION).filter(bool), st.none() | st.integers(0, 50 * MILLION), st.booleans()
    ),
    max_size=15,
)


@given(moves, st.sampled_from([0, 2, 3]))
def test_stock_is_worth_what_its_moves_come_to(made: list[tuple[int, int | None, bool]], digits: int) -> None:
    stock = Valuation(1)
    worth = on_hand = 0
    for quantity, cost, _ in made:
        before = stock
        costed = move(stock, quantity, cost if quantity > 0 else None, digits)
        stock = costed.valuation
        worth, on_hand = worth + costed.value - costed.variance, on_hand + quantity
        assert (stock.value, stock.on_hand) == (worth, on_hand)
        if on_hand == 0:
            assert stock.value == 0
        if before.on_hand >= 0 and on_hand > 0:
            assert costed.variance == 0
        assert stock.average >= 0


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 400), st.booleans(), st.integers(0, 40))
def test_later_documents_are_not_due_earlier(on: date, days: int, end_of_month: bool, later: int) -> None:
    terms = Terms(1, "", "", days, end_of_month)
    assert on <= terms.due(on) <= terms.due(on + timedelta(days=later))
