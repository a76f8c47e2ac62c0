// Tests the service with a generic client, which knows only the address and uses server reflection.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { join } from 'node:path';
import { startService } from './service.mjs';

const run = promisify(execFile);

function buf(service, ...args) {
  return run(join(process.env.KEELSON_NPM, 'node_modules/.bin/buf'),
    ['curl', '--protocol', 'grpc', '--http2-prior-knowledge', ...args],
    { cwd: service.folder, env: { ...process.env, BUF_CACHE_DIR: join(service.folder, 'buf') } });
}

test('a client lists services and calls methods by server reflection', async (t) => {
  const service = await startService(t);
  const url = `http://${service.address}`;
  const { stdout: services } = await buf(service, '--list-services', url);
  for (const name of ['accounts.v1.AccountService', 'sessions.v1.SessionService', 'orders.v1.OrderService',
    'refunds.v1.RefundService', 'ledger.v1.LedgerService', 'notifications.v1.NotificationService']) {
    assert.match(services, new RegExp(`^keelson\\.${name}$`, 'm'));
  }
  assert.match(services, /^grpc\.health\.v1\.Health$/m);
  const { stdout: methods } = await buf(service, '--list-methods', url);
  assert.match(methods, /keelson\.refunds\.v1\.RefundService\/CheckRefund/);

  const { stdout: registered } = await buf(service, '--data',
    '{"email": "ada@example.com", "password": "correct horse battery staple 42"}',
    `${url}/keelson.accounts.v1.AccountService/RegisterUser`);
  const { user } = JSON.parse(registered);
  const { stdout: read } = await buf(service, '--data', JSON.stringify({ id: user.id }),
    `${url}/keelson.accounts.v1.AccountService/GetUser`);
  assert.deepEqual(JSON.parse(read).user, user);
  const refused = await buf(service, '--data', '{}', `${url}/keelson.accounts.v1.AccountService/GetUser`)
    .catch((error) => error);
  assert.match(refused.stderr, /invalid_argument/);
  const [info] = JSON.parse(refused.stderr).details;
  assert.equal(info.type, 'google.rpc.ErrorInfo');
  assert.match(Buffer.from(info.value, 'base64').toString(), /FIELD_INVALID/);
});

for (const protocol of ['grpc-v1', 'grpc-v1alpha']) {
  test(`the server offers reflection with the protocol ${protocol}`, async (t) => {
    const service = await startService(t);
    const { stdout: services } = await buf(service, '--reflect', '--reflect-protocol', protocol, '--list-services',
      `http://${service.address}`);
    for (const name of ['keelson.orders.v1.OrderService', 'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection', 'grpc.reflection.v1alpha.ServerReflection']) {
      assert.ok(services.split('\n').includes(name), `${name} in ${services}`);
    }
  });
}

test('the health service reports each service by name', async (t) => {
  const service = await startService(t);
  const check = async (name) => JSON.parse((await buf(service, '--data', JSON.stringify({ service: name }),
    `http://${service.address}/grpc.health.v1.Health/Check`)).stdout);
  assert.deepEqual(await check(''), { status: 'SERVING' });
  assert.deepEqual(await check('keelson.orders.v1.OrderService'), { status: 'SERVING' });
});
