"""The chart of accounts that a new book starts with."""

from __future__ import annotations

from counterfoil.core.journal import Account, AccountType, Role

_A, _L, _E, _I, _X = (
    AccountType.ASSET,
    AccountType.LIABILITY,
    AccountType.EQUITY,
    AccountType.INCOME,
    AccountType.EXPENSE,
)

#: Ids are given in this order from 1; an installation may rename, add and map others.
DEFAULT_CHART: tuple[Account, ...] = tuple(
    Account(number, code, name, kind, control)
    for number, (code, name, kind, control) in enumerate(
        (
            ("1000", "Cash clearing", _A, ""),
            ("1010", "Card clearing", _A, ""),
            ("1020", "Other tender clearing", _A, ""),
            ("1050", "Bank", _A, ""),
            ("1100", "Accounts receivable", _A, "receivable"),
            ("1200", "Inventory", _A, ""),
            ("2200", "Sales tax payable", _L, ""),
            ("2300", "Customer deposits", _L, ""),
            ("3000", "Opening balances", _E, ""),
            ("3100", "Retained earnings", _E, ""),
            ("4000", "Sales", _I, ""),
            ("4100", "Freight and charges", _I, ""),
            ("5000", "Cost of goods sold", _X, ""),
            ("5100", "Stock variance", _X, ""),
            ("5200", "Stock adjustments", _X, ""),
            ("7000", "Exchange differences", _X, ""),
            ("7100", "Rounding", _X, ""),
            ("1300", "Recoverable tax", _A, ""),
            ("1400", "Disputed with suppliers", _A, ""),
            ("2000", "Accounts payable", _L, "payable"),
            ("2100", "Goods received not invoiced", _L, ""),
            ("5300", "Purchase price variance", _X, ""),
            ("6000", "Purchases and expenses", _X, ""),
        ),
        start=1,
    )
)

#: What a company had on its first day stands against this account.
OPENING_BALANCES = "3000"

#: Role -> account code in the default chart.
DEFAULT_ROLES: dict[Role, str] = {
    Role.RECEIVABLE: "1100",
    Role.SALES: "4000",
    Role.CHARGES: "4100",
    Role.TAX: "2200",
    Role.COST_OF_GOODS: "5000",
    Role.INVENTORY: "1200",
    Role.STOCK_VARIANCE: "5100",
    Role.STOCK_ADJUSTMENT: "5200",
    Role.DEPOSITS: "2300",
    Role.CLEARING: "1020",
    Role.EXCHANGE: "7000",
    Role.ROUNDING: "7100",
    Role.OPENING: OPENING_BALANCES,
    Role.PAYABLE: "2000",
    Role.GOODS_RECEIVED: "2100",
    Role.INPUT_TAX: "1300",
    Role.DISPUTED: "1400",
    Role.RESOLUTION: "5300",
    Role.PRICE_VARIANCE: "5300",
    Role.PURCHASES: "6000",
}

#: A dispute resolved in this ledger class is a credit that the supplier has agreed to: it lowers what is payable.
CREDIT_AGREED = "Credit"
