"""Runs inside Tryton's own environment: a company, its chart, a year, two taxes and a customer; prints their ids."""
# What it imports is not in our environment.
# mypy: ignore-errors

import json
import sys
from decimal import Decimal

from proteus import Model, config
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, create_tax, get_accounts
from trytond.modules.account_invoice.tests.tools import create_payment_term, set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company, get_company

settings, database = sys.argv[1:]
config.set_trytond(database, config_file=settings)
create_company()
company = get_company()
create_chart(company)
fiscalyear = set_fiscalyear_invoice_sequences(create_fiscalyear(company))
fiscalyear.click("create_period")
taxes = [create_tax(rate) for rate in (Decimal("0.05"), Decimal("0.07"))]
for tax in taxes:
    tax.save()
accounts = get_accounts(company)
term = create_payment_term()
term.save()
party = Model.get("party.party")(name="Customer 1", code="C0000001")
party.save()
(journal,) = Model.get("account.journal").find([("type", "=", "revenue")], limit=1)
print(
    json.dumps(
        {
            "company": company.id,
            "currency": company.currency.id,
            "party": party.id,
            "address": party.addresses[0].id,
            "receivable": accounts["receivable"].id,
            "revenue": accounts["revenue"].id,
            "journal": journal.id,
            "term": term.id,
            "taxes": [tax.id for tax in taxes],
        }
    )
)
