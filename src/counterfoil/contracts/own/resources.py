"""Everything that is served, in the order in which it is published."""

from __future__ import annotations

from counterfoil.contracts.own import (
    book,
    customers,
    evidence,
    goods,
    invoices,
    ledger,
    money,
    orders,
    refs,
    reports,
    tables,
    taxes,
)
from counterfoil.contracts.own.resource import Resource

RESOURCES: tuple[Resource, ...] = (
    customers.RESOURCE,
    goods.ITEMS,
    goods.STOCK,
    orders.RESOURCE,
    goods.SHIPMENTS,
    invoices.INVOICES,
    invoices.CREDIT_NOTES,
    invoices.CASH_SALES,
    money.RECEIPTS,
    money.REFUNDS,
    money.APPLICATIONS,
    ledger.JOURNAL,
    ledger.ACCOUNTS,
    taxes.RESOURCE,
    taxes.JURISDICTIONS,
    tables.TENDER_TYPES,
    tables.INVOICE_TYPES,
    tables.DEPARTMENTS,
    tables.SALESPEOPLE,
    tables.TERMS,
    tables.SERIES,
    tables.RATES,
    book.SETTINGS,
    book.PERIODS,
    refs.RESOURCE,
    evidence.RESOURCE,
    reports.RESOURCE,
)
