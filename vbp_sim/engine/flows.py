"""The flows of money: each is declared once, with who pays whom and what it means.

Parties: patients, fund, hospitals, staff, manufacturers, distributors, treasury, outside (costs of production). Two
chains are joined only by how hospitals are paid: goods (hospitals owe manufacturers, who pay distributors and taxes)
and care (patients and the fund pay hospitals). Goods pass through distributors, who keep a fee; what a hospital pays
is posted as received by the manufacturer, and the fee apart, unless distributors buy on credit.

>>> FLOWS["retained"].payer
'fund'
"""

from __future__ import annotations

from dataclasses import dataclass

PARTIES = ("patients", "fund", "hospitals", "staff", "manufacturers", "distributors", "treasury", "outside")


@dataclass(frozen=True)
class Flow:
    """A kind of payment between two parties. ``cash`` is false for what is owed or set off, but moves no money to the
    payee when it is posted."""

    id: str
    payer: str
    payee: str
    meaning: str
    cash: bool = True


_ALL = (
    Flow("goods", "hospitals", "manufacturers", "goods delivered, at the price paid: owed from now on", cash=False),
    Flow("settlement", "hospitals", "manufacturers", "goods paid when it was due, or usual where no term is set"),
    Flow("settlement_late", "hospitals", "manufacturers", "goods paid after they were due"),
    Flow("direct_settlement", "fund", "manufacturers", "goods that the fund pays itself, for hospitals"),
    Flow("direct_withheld", "hospitals", "fund", "goods that the fund paid itself, withheld from hospitals"),
    Flow("on_credit", "distributors", "manufacturers", "goods that distributors take on credit: owed", cash=False),
    Flow("credit_payment", "distributors", "manufacturers", "goods taken on credit, paid on the distributors' day"),
    Flow("collected", "hospitals", "distributors", "goods taken on credit: paid when due, or usual without a term"),
    Flow("collected_late", "hospitals", "distributors", "goods taken on credit: paid after they were due"),
    Flow("copayment", "patients", "hospitals", "the patients' part of the price of drugs used"),
    Flow("reimbursement", "fund", "hospitals", "the fund's part of the price of drugs used"),
    Flow("bundle", "fund", "hospitals", "drugs used under case payment, by the weights of their groups"),
    Flow("rebased", "fund", "hospitals", "what lower weights of groups free, spread over all groups"),
    Flow("surplus_kept", "fund", "hospitals", "part of a year's budget that a consortium did not spend and keeps"),
    Flow("overspend_shared", "hospitals", "fund", "part of a year's overspend that a consortium bears"),
    Flow("markup_self", "patients", "hospitals", "the patients' part of the mark-up on drugs"),
    Flow("markup_fund", "fund", "hospitals", "the fund's part of the mark-up on drugs"),
    Flow("compensation", "fund", "hospitals", "prices of services raised because the mark-up is missing"),
    Flow("staff_pay", "hospitals", "staff", "part of the mark-up and of gains from drugs that staff are paid"),
    Flow("offline", "patients", "distributors", "what purchases outside the platform cost more than on it"),
    Flow("emergency", "fund", "distributors", "what emergency purchases cost more than other products"),
    Flow("relief", "fund", "distributors", "what goods of neighbours and imports cost more than other products"),
    Flow("reserve_fund", "fund", "distributors", "cost of holding reserves: the fund's part"),
    Flow("reserve_state", "treasury", "distributors", "cost of holding reserves: the treasury's part"),
    Flow("outside_self", "patients", "manufacturers", "originators bought outside VBP hospitals: what patients pay"),
    Flow("outside_fund", "fund", "manufacturers", "originators bought outside VBP hospitals: what the fund pays"),
    Flow("retained", "fund", "hospitals", "retained surplus of an agreement year, when it is paid out"),
    Flow("staff_bonus", "hospitals", "staff", "part of the retained surplus that staff get, when it is paid out"),
    Flow("deduction", "hospitals", "fund", "what hospitals lose for missing agreed volumes and for wrong reports"),
    Flow("advance", "fund", "manufacturers", "advance on the agreed volume of an agreement year, through hospitals"),
    Flow("advance_kept", "fund", "hospitals", "part of the advance that hospitals keep"),
    Flow("advance_repaid", "hospitals", "fund", "advance that hospitals kept: with deliveries, or at the year's end"),
    Flow("advance_set_off", "hospitals", "fund", "goods that the advance has paid for: hospitals pay the fund instead"),
    Flow("advance_return", "manufacturers", "fund", "what is left of the advance at the end of the agreement year"),
    Flow("damages", "manufacturers", "hospitals", "damages for late deliveries"),
    Flow("deposit", "manufacturers", "treasury", "lodged by a winner with a rating, until the term ends"),
    Flow("deposit_back", "treasury", "manufacturers", "deposit of a winner that has supplied to the end"),
    Flow("deposit_kept", "manufacturers", "treasury", "deposit that the treasury keeps: owed no more", cash=False),
    Flow("recovered", "manufacturers", "fund", "what a ring of bidders that was found had charged too much"),
    Flow("production", "manufacturers", "outside", "cost of the units produced"),
    Flow("distribution_fee", "manufacturers", "distributors", "fee for distribution, when the goods are delivered"),
    Flow("finance_cost", "manufacturers", "outside", "what manufacturers pay for the money that they wait for"),
    Flow("delivery", "distributors", "outside", "cost of distribution, where distributors buy on credit"),
    Flow("delivery_finance", "distributors", "outside", "what distributors pay for the money that they wait for"),
    Flow("vat", "manufacturers", "treasury", "value-added tax in the price, when the goods are delivered"),
)  # fmt: skip

#: every flow by id, in the order in which postings of a month are listed
FLOWS: dict[str, Flow] = {flow.id: flow for flow in _ALL}


@dataclass(frozen=True)
class Claim:
    """What one party owes another and has not paid yet."""

    id: str
    creditor: str
    debtor: str
    meaning: str


_CLAIMS = (
    Claim("goods", "manufacturers", "hospitals", "goods delivered and neither paid nor set off"),
    Claim("credit", "manufacturers", "distributors", "goods taken on credit and not paid by distributors"),
    Claim("collection", "distributors", "hospitals", "goods taken on credit and not paid by hospitals"),
    Claim("advance", "fund", "manufacturers", "advances neither set off nor returned"),
    Claim("advance_kept", "fund", "hospitals", "advances that hospitals keep"),
    Claim("deposit", "manufacturers", "treasury", "deposits neither given back nor kept"),
    Claim("retained_assessed", "hospitals", "fund", "retained surplus assessed and not appropriated"),
    Claim("retained", "hospitals", "fund", "retained surplus appropriated and not paid"),
)

#: every kind of claim by id
CLAIMS: dict[str, Claim] = {claim.id: claim for claim in _CLAIMS}
