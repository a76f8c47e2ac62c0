// Tests the service with an independent client in another language, with another gRPC and Protobuf library.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, detailsOf, grpc } from './client.mjs';
import { until } from './process.mjs';
import { startService } from './service.mjs';

const PASSWORD = 'correct horse battery staple 42';
const euros = (minorUnits) => ({ currency_code: 'EUR', minor_units: minorUnits });

// Returns the token in the link to `page` in one of the directory's e-mails, after decoding quoted-printable.
function readToken(folder, page) {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.eml')) : [];
  const link = new RegExp(`^http://localhost:3000/${page}\\?token=(\\S+)\\r$`, 'm');
  return files.map((name) => readFileSync(join(folder, name), 'utf8').replaceAll('=\r\n', '').replaceAll('=3D', '='))
    .map((text) => text.match(link)?.[1]).find((token) => token);
}

test('an independent client registers a user and refunds an order', async (t) => {
  const service = await startService(t);
  const call = connect(t, service.address);

  const { user } = await call('Account/RegisterUser', {
    request_id: 'r1', email: 'zoë@bücher.example', password: PASSWORD, locale: 'fr', labels: { plan: 'pro' },
  });
  assert.match(user.id, /^user_[0-9a-hjkmnp-tv-z]{26}$/);
  assert.equal(user.email, 'zoë@bücher.example');
  const token = await until(() => readToken(service.mail, 'verify-email'));
  const verified = await call('Account/VerifyEmail', { token });
  assert.ok(Number(verified.user.email_verify_time.seconds) > 0);

  const { order } = await call('Order/CreateOrder', {
    request_id: 'o1', user_id: user.id, shipping: euros(490),
    lines: [{ sku: 'BOOK', title: 'A book', quantity: 2, unit_price: euros(1250) }],
  });
  assert.deepEqual(order.total, euros(2990));
  const payment = { provider_reference: 'ch_1' };
  await call('Order/PayOrder', { id: order.id, amount: order.total, payment });
  await call('Order/ShipOrder', { id: order.id });
  await call('Order/DeliverOrder', { id: order.id });

  const scope = { lines: { lines: [{ line_id: '1', quantity: 1 }] } };
  const check = await call('Refund/CheckRefund', { order_id: order.id, scope });
  assert.ok(check.allowed && check.verdicts.every(({ passed, explanation }) => passed && explanation));
  const request = { request_id: 'f1', order_id: order.id, scope, reason: 'REFUND_REASON_DEFECTIVE' };
  const { refund } = await call('Refund/CreateRefund', request);
  assert.deepEqual(refund.amount, euros(1250));
  assert.equal((await call('Refund/CreateRefund', request)).refund.id, refund.id);
  const settled = await until(async () => {
    const read = (await call('Refund/GetRefund', { id: refund.id })).refund;
    return read.state === 'REFUND_STATE_SUCCEEDED' ? read : undefined;
  });
  assert.equal(settled.requested_by, 'anonymous');
  const after = (await call('Order/GetOrder', { id: order.id })).order;
  assert.deepEqual([after.refunded, after.refundable], [euros(1250), euros(1740)]);
});

test('an independent client signs in, refreshes the session and resets the password', async (t) => {
  const service = await startService(t);
  const call = connect(t, service.address);
  const reasonOf = async (path, request) =>
    detailsOf(await call(path, request).then(() => assert.fail(path), (error) => error)).ErrorInfo.reason;
  const email = 'ada@example.com';
  const { user } = await call('Account/RegisterUser', { email, password: PASSWORD });
  const first = await call('Session/SignIn', { email, password: PASSWORD, ip_address: '192.0.2.7' });
  assert.match(first.session.id, /^session_[0-9a-hjkmnp-tv-z]{26}$/);
  const { session, email_verified: verified } =
    await call('Session/IntrospectSession', { access_token: first.access_token });
  assert.deepEqual([session.user_id, session.ip_address, verified], [user.id, '192.0.2.7', false]);
  const second = await call('Session/RefreshSession', { refresh_token: first.refresh_token });
  assert.equal(await reasonOf('Session/IntrospectSession', { access_token: first.access_token }), 'SESSION_INVALID');

  await call('Session/RequestPasswordReset', { email });
  const token = await until(() => readToken(service.mail, 'reset-password'));
  const request = { token, new_password: 'a lantern for the night shift' };
  await call('Session/ResetPassword', request);
  assert.equal(await reasonOf('Session/ResetPassword', request), 'TOKEN_INVALID');
  assert.equal(await reasonOf('Session/IntrospectSession', { access_token: second.access_token }), 'SESSION_INVALID');
  assert.equal(await reasonOf('Session/SignIn', { email, password: PASSWORD }), 'CREDENTIALS_INVALID');
  const { session: last } = await call('Session/SignIn', { email, password: request.new_password });
  assert.deepEqual((await call('Session/ListSessions', { user_id: user.id })).sessions.map(({ id }) => id), [last.id]);
});

test('an independent client updates, suspends, deletes and restores an account', async (t) => {
  const service = await startService(t);
  const call = connect(t, service.address);
  const email = 'ada@example.com';
  const { user: { id, etag } } = await call('Account/RegisterUser', { email, password: PASSWORD });
  const update = { user: { id, etag, display_name: 'Ada L.', locale: 'fr' }, update_mask: { paths: ['display_name'] } };
  const { user: updated } = await call('Account/UpdateUser', update);
  assert.deepEqual([updated.display_name, updated.locale], ['Ada L.', 'en']);
  const stale = await call('Account/UpdateUser', update).catch((error) => error);
  assert.deepEqual(detailsOf(stale).ErrorInfo, {
    reason: 'ETAG_MISMATCH', domain: 'keelson', metadata: { etag: updated.etag },
  });

  const { access_token: token } = await call('Session/SignIn', { email, password: PASSWORD });
  await call('Account/SuspendUser', { id, reason: 'chargeback' });
  const ended = await call('Session/IntrospectSession', { access_token: token }).catch((error) => error);
  assert.equal(detailsOf(ended).ErrorInfo.reason, 'SESSION_INVALID');
  const refused = await call('Session/SignIn', { email, password: PASSWORD }).catch((error) => error);
  assert.equal(detailsOf(refused).ErrorInfo.reason, 'CREDENTIALS_INVALID');
  const { user: deleted } = await call('Account/DeleteUser', { request_id: 'd1', id });
  assert.ok(Number(deleted.purge_time.seconds) > Number(deleted.delete_time.seconds));
  assert.equal((await call('Account/UndeleteUser', { id })).user.state, 'USER_STATE_SUSPENDED');
  assert.equal((await call('Account/ReinstateUser', { id })).user.state, 'USER_STATE_ACTIVE');
  assert.ok((await call('Session/SignIn', { email, password: PASSWORD })).access_token);
});

test('errors have google.rpc details', async (t) => {
  const call = connect(t, (await startService(t)).address);
  const invalid = await call('Account/RegisterUser', { email: 'nobody', password: 'x' }).catch((error) => error);
  assert.equal(invalid.code, grpc.status.INVALID_ARGUMENT);
  const details = detailsOf(invalid);
  assert.equal(details.code, grpc.status.INVALID_ARGUMENT);
  assert.equal(details.message, invalid.details);
  assert.equal(details.ErrorInfo.domain, 'keelson');
  assert.equal(details.ErrorInfo.reason, 'FIELD_INVALID');
  assert.deepEqual(details.BadRequest.field_violations.map(({ field }) => field), ['email', 'password']);

  const { user } = await call('Account/RegisterUser', { email: 'ada@example.com', password: PASSWORD });
  const { order } = await call('Order/CreateOrder',
    { user_id: user.id, lines: [{ sku: 'A', quantity: 1, unit_price: euros(100) }] });
  const refused = await call('Refund/CreateRefund', { order_id: order.id, scope: { everything: {} } })
    .catch((error) => error);
  const failure = detailsOf(refused);
  assert.equal(failure.ErrorInfo.reason, 'REFUND_NOT_ALLOWED');
  assert.deepEqual(failure.PreconditionFailure.violations.map(({ type }) => type),
    ['ORDER_PAID', 'ORDER_STATE', 'AMOUNT_POSITIVE', 'WITHIN_REFUNDABLE']);
  const shipped = detailsOf(await call('Order/ShipOrder', { id: order.id }).catch((error) => error));
  assert.equal(shipped.ErrorInfo.metadata.state, 'PENDING');
});

test('the response has the correlation id of the request', async (t) => {
  const call = connect(t, (await startService(t)).address);
  const { initial } = await call('Order/ListOrders', {}, { 'x-request-id': 'order-desk/7' });
  assert.deepEqual(initial.get('x-request-id'), ['order-desk/7']);
  const made = (await call('Order/ListOrders', {})).initial.get('x-request-id')[0];
  assert.match(made, /^[0-9a-f]{32}$/);
});
