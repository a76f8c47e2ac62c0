// Refunds through an independent emulator of Stripe, and checks the refunds that it executed.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { connect } from './client.mjs';
import { startStripe } from './emulators.mjs';
import { until } from './process.mjs';
import { startService } from './service.mjs';

const euros = (minorUnits) => ({ currency_code: 'EUR', minor_units: minorUnits });

// Starts the service with the emulator, and returns a client and a delivered order, paid by a charge of 25.00 EUR.
async function deliveredOrder(t, stripe) {
  const service = await startService(t, { settings: ['payments.providers=["stripe"]',
    `payments.stripe.base_url=${stripe.url}`, `payments.stripe.api_key=${stripe.apiKey}`] });
  const call = connect(t, service.address);
  const { user } = await call('Account/RegisterUser',
    { email: 'ada@example.com', password: 'correct horse battery staple 42' });
  const { order } = await call('Order/CreateOrder', {
    user_id: user.id, lines: [{ sku: 'BOOK', title: 'A book', quantity: 2, unit_price: euros(1250) }],
  });
  const charge = await stripe.charge(2500, 'eur');
  const payment = { provider: 'stripe', provider_reference: charge.id };
  await call('Order/PayOrder', { id: order.id, amount: order.total, payment });
  await call('Order/ShipOrder', { id: order.id });
  await call('Order/DeliverOrder', { id: order.id });
  return { call, order, charge };
}

async function refundOneBook(call, order) {
  const scope = { lines: { lines: [{ line_id: '1', quantity: 1 }] } };
  const request = { order_id: order.id, scope, reason: 'REFUND_REASON_DUPLICATE' };
  const { refund } = await call('Refund/CreateRefund', request);
  return until(async () => {
    const read = (await call('Refund/GetRefund', { id: refund.id })).refund;
    return ['REFUND_STATE_SUCCEEDED', 'REFUND_STATE_FAILED'].includes(read.state) ? read : undefined;
  });
}

test('a Stripe emulator executes each refund once', async (t) => {
  const stripe = await startStripe(t);
  const { call, order, charge } = await deliveredOrder(t, stripe);
  const refunds = [await refundOneBook(call, order), await refundOneBook(call, order)];
  assert.deepEqual(refunds.map(({ state }) => state), ['REFUND_STATE_SUCCEEDED', 'REFUND_STATE_SUCCEEDED']);
  const executed = await stripe.refunds(charge.id);
  assert.deepEqual(executed.map(({ amount, currency, reason }) => [amount, currency, reason]),
    [[1250, 'eur', 'duplicate'], [1250, 'eur', 'duplicate']]);
  assert.deepEqual(executed.map(({ metadata }) => metadata.keelson_refund_id).sort(), refunds.map(({ id }) => id).sort());
});

test("a refund that the Stripe emulator rejects fails with Stripe's error code", async (t) => {
  const stripe = await startStripe(t);
  const { call, order, charge } = await deliveredOrder(t, stripe);
  await stripe.refund(charge.id, 2500);
  const refund = await refundOneBook(call, order);
  assert.equal(refund.state, 'REFUND_STATE_FAILED');
  assert.equal((await stripe.refunds(charge.id)).length, 1);
  assert.ok(JSON.stringify(refund).includes('charge_already_refunded'));
});
