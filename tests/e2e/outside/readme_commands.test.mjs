// Runs commands of app/README.md, proto/README.md and app/walk.txt that readme_walk.mjs does not cover.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { connect, grpc } from './client.mjs';
import { until } from './process.mjs';
import { startService } from './service.mjs';

const run = promisify(execFile);
const ROOT = new URL('../../../', import.meta.url);
const LINK = /^http:\/\/localhost:3000\/verify-email\?token=([A-Za-z0-9_-]{43})\n$/;
const PASSWORD = 'correct horse battery staple 42';

const linesOf = (file) => readFileSync(new URL(file, ROOT), 'utf8').split('\n');

// Returns the command of `file` that reads e-mails, with the e-mail folder `mail`.
function mailCommand(file, mail) {
  const commands = linesOf(file).filter((line) => line.includes('/*.eml'));
  assert.equal(commands.length, 1, `${file} must have exactly one command that reads e-mails`);
  return commands[0].replace(/^\$/, '').replace('MAIL_DIRECTORY', mail);
}

test('the documented commands find the link in a quoted-printable e-mail', async (t) => {
  const service = await startService(t, { data: 'build/run' });
  const call = connect(t, service.address);
  await call('Account/RegisterUser',
    { email: 'zoe@example.com', password: PASSWORD, display_name: 'Zoë Größe', locale: 'de' });
  const mails = await until(() => {
    const names = existsSync(service.mail) ? readdirSync(service.mail).filter((name) => name.endsWith('.eml')) : [];
    return names.length > 0 ? names : undefined;
  });
  assert.match(readFileSync(`${service.mail}/${mails[0]}`, 'utf8'), /plain[^\n]*\r\n[^\n]*: quoted-printable/);
  for (const file of ['proto/README.md', 'app/walk.txt']) {
    const { stdout } = await run('bash', ['-c', mailCommand(file, service.mail)], { cwd: service.folder });
    const [, token] = stdout.match(LINK) ?? assert.fail(`${file}: ${stdout}`);
    const { user } = await call('Account/VerifyEmail', { token });
    assert.equal(user.email, 'zoe@example.com');
  }
});

test('the documented commands create a token and its token_sha256', async (t) => {
  const lines = linesOf('app/README.md').map((line) => line.trim());
  const make = lines.find((line) => line.startsWith('TOKEN=$(')) ?? assert.fail('app/README.md creates no token');
  const hash = lines.find((line) => line.startsWith('printf %s "$TOKEN"')) ?? assert.fail('app/README.md hashes no token');
  const { stdout } = await run('bash', ['-c', `${make}; echo "$TOKEN"; ${hash}`]);
  const [, token, digest] = stdout.match(/^([0-9a-f]{64})\n([0-9a-f]{64}) /) ?? assert.fail(stdout);
  const service = await startService(t, { settings: ['auth.mode=token',
    `auth.clients=[{name='web',roles=['reader'],token_sha256='${digest}'}]`] });
  const call = connect(t, service.address);
  const { orders } = await call('Order/ListOrders', {}, { authorization: `Bearer ${token}` });
  assert.deepEqual(orders, []);
  const refused = await call('Order/ListOrders', {}, { authorization: 'Bearer another' }).catch((error) => error);
  assert.equal(refused.code, grpc.status.UNAUTHENTICATED);
});
