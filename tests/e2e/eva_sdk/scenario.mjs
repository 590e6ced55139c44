// EVA's own client speaks to a served book: order, shipment, receipt, invoice, difference, dispute, resolution, booking.
// usage: node scenario.mjs ADDRESS TOKEN; ends with status 0 when everything was answered as it must be.

import assert from "node:assert/strict";
import { logger } from "@springtree/eva-sdk-core-logger";
import { EvaEndpoint } from "@springtree/eva-sdk-core-service";
import { setCoreSetting } from "@springtree/eva-sdk-core-settings";
import * as eva from "@springtree/eva-services-core";

const [address, token] = process.argv.slice(2);
logger.setLevel("silent");
setCoreSetting("appName", "conformance");
setCoreSetting("appVersion", "1.0.0");
const endpoint = new EvaEndpoint(address);
const call = (service, payload, authenticationToken = token, at = endpoint) =>
  at.callService(service, payload, { authenticationToken });

async function refused(type, status, service, payload, ...more) {
  assert.ok(Object.values(eva.Errors).includes(type), `${type} is no constant of the client`);
  try {
    await call(service, payload, ...more);
  } catch (error) {
    assert.equal(error.name, "HTTPError");
    assert.equal(error.response.status, status);
    assert.equal(error.data.Error.Type, type);
    assert.match(error.data.Error.RequestID, /^[0-9a-f]{32}$/);
    return;
  }
  assert.fail(`${type} was expected`);
}

const STORE = "3";
const SUPPLIER = "70";
const SHIRT = "1001";

await call(eva.SvcPing ?? eva.SvcValidateToken, {});
const { ID: order } = await call(eva.SvcSupplierCreatePurchaseOrder, {
  ShipFromOrganizationUnitID: SUPPLIER,
  ShipToOrganizationUnitID: STORE,
  BackendID: "7893771",
  Lines: [{ ProductID: SHIRT, Quantity: 10, UnitPrice: 46.55, CurrencyID: "EUR" }],
});
assert.equal(typeof order, "string");
const { ID: shipment } = await call(eva.SvcCreateShipment, { OrderID: order, BackendID: "2222333", TrackingCode: "332211" });
const shipped = await call(eva.SvcListShipmentLinesToInvoice, { PageConfig: { Filter: { ShipmentID: shipment } } });
const [line] = shipped.Result.Page;
assert.equal(line.QuantityShipped, 10);
assert.equal(line.QuantityAvailableForInvoice, 0);
await call(eva.SvcCreateShipmentReceipt, {
  ShipmentID: shipment,
  CompletesShipment: true,
  Lines: [{ ShipmentLineID: line.ID, QuantityReceived: 10, CompletesShipmentLine: true }],
});

const { ID: invoice } = await call(eva.SvcCreateInvoice, {
  Type: eva.DataModelsInvoiceTypes.Purchase,
  DebtorOrganizationUnitID: STORE,
  CreditorOrganizationUnitID: SUPPLIER,
  InvoiceDate: "2021-06-02",
  InvoiceNumber: "2222333",
  OriginalTotalAmount: 563.26,
  CalculationMethod: eva.DataModelsInvoiceCalculationMethod.ExTax,
});
await refused("CreateInvoice:CreditorRequired", 400, eva.SvcCreateInvoice, {
  Type: eva.DataModelsInvoiceTypes.Purchase,
  DebtorOrganizationUnitID: STORE,
  InvoiceDate: "2021-06-02",
});
await call(eva.SvcCreateInvoiceAdditionalAmount, {
  InvoiceID: invoice,
  TypeID: "3",
  Amount: 465.5,
  OriginalAmount: 465.5,
  TaxRate: 1.21,
});

const page = await call(eva.SvcListShipmentsToInvoice, {
  PageConfig: { Start: 0, Limit: 5, Filter: { ShipFromOrganizationUnitID: 70 } },
});
assert.equal(page.Result.PageConfig.Filter.ShipFromOrganizationUnitID, "70");
assert.equal(page.Result.Page[0].ID, shipment);
assert.equal(page.Result.Page[0].TotalAmountReceived, 465.5);
await refused("ListShipmentsToInvoice:OrganizationUnitFilterRequired", 400, eva.SvcListShipmentsToInvoice, {
  PageConfig: { Start: 0, Limit: 5 },
});

const matched = await call(eva.SvcCreateInvoiceLines, {
  InvoiceID: invoice,
  Lines: [{ ShipmentLineID: line.ID, Quantity: 9, UnitPrice: 46.55, ExpectedQuantity: 10 }],
});
assert.deepEqual(matched, {});
await refused("Invoices:OrderLineOrShipmentLineRequired", 400, eva.SvcCreateInvoiceLines, {
  InvoiceID: invoice,
  Lines: [{ Quantity: 1 }],
});
await refused(eva.Errors.Invoices_HasUnresolvedDisputes, 400, eva.SvcBookInvoice, { ID: invoice });

const { ID: dispute } = await call(eva.SvcCreateInvoiceDispute, {
  InvoiceID: invoice,
  Amount: 56.33,
  ReasonID: "1",
  Type: eva.DataModelsInvoiceDisputeTypes.Original,
});
const disputed = (await call(eva.SvcGetInvoice, { ID: invoice })).Invoice;
assert.equal(disputed.TotalAmount, 563.26);
assert.equal(disputed.SubTotalAmount, 506.93);
assert.equal(disputed.Lines[0].AmountToBeDisputed, 0);
assert.equal(disputed.Lines[0].Disputes[0].ID, dispute);
assert.equal(disputed.Status, eva.DataModelsInvoiceStatuses.Open);
await refused(eva.Errors.Invoices_HasUnresolvedDisputes, 400, eva.SvcBookInvoice, { ID: invoice });
await call(eva.SvcCreateInvoiceDisputeResolveAction, { InvoiceDisputeID: dispute, Amount: 56.33, LedgerClassID: "Credit" });

const before = await call(eva.SvcListFinancialEvents, { InitialPageConfig: { Limit: 50, Filter: { InvoiceID: invoice } } });
assert.ok(before.Results.every((event) => event.StatusID === eva.DataModelsFinancialEventStatuses.Unprocessed));
assert.deepEqual(await call(eva.SvcBookInvoice, { ID: invoice }), {});
await refused(eva.Errors.Invoices_AlreadyClosed, 400, eva.SvcBookInvoice, { ID: invoice });
await refused(eva.Errors.Invoices_CannotBeModified, 400, eva.SvcCreateInvoiceLines, {
  InvoiceID: invoice,
  Lines: [{ ShipmentLineID: line.ID, Quantity: 1 }],
});

const booked = (await call(eva.SvcGetInvoice, { ID: invoice })).Invoice;
assert.equal(booked.Status, eva.DataModelsInvoiceStatuses.Closed);
assert.deepEqual(booked.BookStatus, { CanBeBooked: false, IsBooked: true });
const payments = await call(eva.SvcGetInvoicePayments, { OrderID: order, InvoiceID: invoice });
assert.deepEqual(payments.Result.map((payment) => payment.Amount), [563.26]);
const events = await call(eva.SvcListFinancialEvents, { InitialPageConfig: { Limit: 50, Filter: { InvoiceID: invoice } } });
const kinds = events.Results.map((event) => event.TypeID);
assert.ok(kinds.includes(eva.DataModelsFinancialEventTypes.PurchaseInvoiceDisputeResolved));
assert.ok(events.Results.every((event) => event.StatusID === eva.DataModelsFinancialEventStatuses.Processed));
const rows = (await call(eva.SvcListGeneralLedgers, { InitialPageConfig: { Limit: 50, Filter: { InvoiceID: invoice } } })).Results;
assert.equal(Math.round(rows.reduce((sum, row) => sum + row.Amount * 100, 0)), 0);

try {
  await call(eva.SvcGetInvoice, { ID: invoice }, "nobody-has-this-token");
  assert.fail("an unknown token was let in");
} catch (error) {
  assert.equal(error.response?.status, 401);
}
const slashed = new EvaEndpoint(`${address}/`);
assert.equal((await call(eva.SvcGetInvoice, { ID: invoice }, token, slashed)).Invoice.ID, invoice);
console.log("every step was answered as it must be");
