"""Delivered figures: what adds up is booked with its residue named, what does not is a failure."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.contracts.traede.money import SIGNS, Amount, Delivered, line_net, settle, settle_credit, tolerance
from counterfoil.core.errors import Invalid
from counterfoil.core.money import Money, currency, total

DKK, JPY, KWD = currency("DKK"), currency("JPY"), currency("KWD")
VAT = Decimal("0.25")


def dkk(text: str) -> Money:
    return Money.of(Decimal(text), DKK)


def amounts(*nets: str, rate: Decimal | None = VAT) -> tuple[Amount, ...]:
    return tuple(Amount(dkk(net), None, rate) for net in nets)


def code(sent: Delivered, known: str | None = None) -> str:
    read = settle if known is None else partial(settle_credit, known=known)
    with pytest.raises(Invalid) as caught:
        read(sent)
    return caught.value.problems[0].code


@st.composite
def documents(draw: st.DrawFn) -> Delivered:
    """Documents as an honest sender makes them: VAT rounded by line or as a whole, a total off by a few minor units."""
    unit = draw(st.sampled_from([DKK, JPY, KWD]))
    rates = st.sampled_from([VAT, Decimal(0), Decimal("0.12")])
    nets = st.integers(-(10**6), 10**7)
    lines = [Amount(Money(draw(nets), unit), None, draw(rates)) for _ in range(draw(st.integers(0, 6)))]
    fees = [Amount(Money(draw(st.integers(0, 10**4)), unit), None, VAT)]
    parts = [*lines, *fees]
    if draw(st.booleans()):
        vat = total((Money.of(part.net.amount * (part.rate or 0), unit) for part in parts), unit)
    else:
        sums: dict[Decimal, Decimal] = {}
        for part in parts:
            sums[part.rate or Decimal(0)] = sums.get(part.rate or Decimal(0), Decimal(0)) + part.net.amount
        vat = total((Money.of(base * rate, unit) for rate, base in sums.items()), unit)
    near = tolerance(len(lines), unit)
    stray = Money(draw(st.integers(-near, near)), unit)
    whole = total((part.net for part in parts), unit) + vat + stray
    return Delivered(unit, tuple(lines), tuple(fees), vat, whole)


@given(documents())
def test_what_an_honest_sender_sends_adds_up_to_its_own_total(sent: Delivered) -> None:
    settled = settle(sent)
    unit = sent.unit
    assert total(settled.nets, unit) + total(settled.taxes, unit) + settled.residue == settled.total == sent.total
    assert total(settled.taxes, unit) == sent.vat
    assert abs(settled.residue.minor) <= tolerance(len(sent.lines), unit)


@given(documents(), st.sampled_from(sorted(SIGNS)))
def test_a_credit_note_comes_to_the_magnitude_of_its_total_in_every_convention(sent: Delivered, name: str) -> None:
    lines, fees = SIGNS[name]
    assert sent.total is not None
    if sent.total.minor <= 0:
        return
    turned = Delivered(
        sent.unit,
        tuple(Amount(Money(line.net.minor * lines, sent.unit), None, line.rate) for line in sent.lines),
        tuple(Amount(Money(fee.net.minor * fees, sent.unit), None, fee.rate) for fee in sent.fees),
        sent.vat,
        sent.total,
    )
    settled = settle_credit(turned, name)
    assert settled.total == sent.total
    assert [net.minor for net in settled.nets] == [part.net.minor for part in (*sent.lines, *sent.fees)]


def test_the_residue_of_rounding_is_named_and_its_limit_is_one_minor_unit_a_line() -> None:
    sent = Delivered(DKK, amounts("10.00", "20.00"), (), dkk("7.50"), dkk("37.52"))
    assert settle(sent).residue == dkk("0.02")
    assert code(Delivered(DKK, amounts("10.00", "20.00"), (), dkk("7.50"), dkk("37.53"))) == "totals_mismatch"
    assert tolerance(500, DKK) == 100
    assert tolerance(0, JPY) == 1
    assert tolerance(20, JPY) == 1


def test_vat_may_be_rounded_by_line_or_as_a_whole_and_no_other_way() -> None:
    lines = amounts("0.02", "0.02", "0.02", "0.02", "0.02", "0.02")
    for vat, whole in (("0.06", "0.18"), ("0.03", "0.15")):
        settled = settle(Delivered(DKK, lines, (), dkk(vat), dkk(whole)))
        assert total(settled.taxes, DKK) == dkk(vat)
    assert code(Delivered(DKK, amounts("100"), (), dkk("24.00"), dkk("124.00"))) == "vat_mismatch"


def test_what_is_absent_is_not_reconciled() -> None:
    assert settle(Delivered(DKK, amounts("100"))).total == dkk("125")
    assert settle(Delivered(DKK, amounts("100", rate=None), (), dkk("19"), None)).total == dkk("119")
    assert total(settle(Delivered(DKK, amounts("60", "40", rate=None), (), None, dkk("119"))).taxes, DKK) == dkk("19")


def test_no_lines_but_a_fee_and_nothing_at_all_are_documents() -> None:
    assert settle(Delivered(DKK, (), amounts("50"), dkk("12.50"), dkk("62.50"))).total == dkk("62.50")
    assert settle(Delivered(DKK, amounts("0"), amounts("0"), dkk("0"), dkk("0"))).total == dkk("0")


@pytest.mark.parametrize(
    ("line", "fee", "vat", "whole", "signs", "nets"),
    [
        ("300", "50", "87.50", "437.50", "plus", ["300.00", "50.00"]),
        ("300", "-50", "87.50", "437.50", "fees_minus", ["300.00", "50.00"]),
        ("300", "-50", "-87.50", "-437.50", "lines_minus", ["300.00", "50.00"]),
        ("300", "-50", "87.50", "-437.50", "lines_minus", ["300.00", "50.00"]),
        ("300", "-50", "62.50", "312.50", "plus", ["300.00", "-50.00"]),
        ("-300", "-50", "-87.50", "-437.50", "plus", ["300.00", "50.00"]),
        ("300", "0", "75", "375", "", ["300.00", "0.00"]),
        ("0", "-50", "-12.50", "-62.50", "", ["0.00", "50.00"]),
    ],
)
def test_the_signs_of_a_credit_note_are_made_out(
    line: str, fee: str, vat: str, whole: str, signs: str, nets: list[str]
) -> None:
    settled = settle_credit(Delivered(DKK, amounts(line), amounts(fee), dkk(vat), dkk(whole)))
    assert settled.signs == signs
    assert [str(net.amount) for net in settled.nets] == nets
    assert settled.total == abs(dkk(whole))


def test_a_credit_note_that_nothing_explains_or_two_things_do_is_a_failure() -> None:
    assert code(Delivered(DKK, amounts("300"), amounts("50"), dkk("87.50"), dkk("400")), "") == "sign_ambiguous"
    near = Delivered(DKK, amounts("100", rate=Decimal(0)), amounts("0.01", rate=Decimal(0)), dkk("0"), dkk("100"))
    assert code(near, "") == "sign_ambiguous"
    assert settle_credit(near, "plus").total == dkk("100")


def test_a_known_convention_is_enforced_not_flipped() -> None:
    sent = Delivered(DKK, amounts("300"), amounts("-50"), dkk("87.50"), dkk("437.50"))
    assert settle_credit(sent, "fees_minus").total == dkk("437.50")
    assert code(sent, "plus") == "sign_contradicts"


def test_a_line_that_does_not_say_its_net_is_worked_out() -> None:
    assert line_net(Decimal(3), Decimal("33.335"), Decimal(10), DKK) == dkk("90.00")
    assert line_net(Decimal(3), Decimal("33.335"), Decimal(10), JPY) == Money(90, JPY)
