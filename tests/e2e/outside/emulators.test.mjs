// Sends e-mail through independent emulators of providers, and checks the messages that they accepted.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { connect } from './client.mjs';
import { startResend, startSes } from './emulators.mjs';
import { until } from './process.mjs';
import { startService } from './service.mjs';

const EMAIL = 'ada@example.com';
const LINK = /^http:\/\/localhost:3000\/verify-email\?token=([A-Za-z0-9_-]{43})$/m;

// Registers a user and returns the single e-mail that the emulator received.
async function mailOfRegistration(t, emulator, settings) {
  const service = await startService(t, { settings });
  const call = connect(t, service.address);
  await call('Account/RegisterUser', { email: EMAIL, password: 'correct horse battery staple 42' });
  const [mail, ...others] = await until(async () => {
    const received = await emulator.received();
    return received.length > 0 ? received : undefined;
  });
  assert.deepEqual(others, []);
  return { mail, call };
}

// Checks that the token in the text works, and that the HTML has the same link.
async function checkBody(call, { text, html }) {
  const [link, token] = text.match(LINK) ?? assert.fail(`no link on a line of its own: ${text}`);
  assert.ok(html.includes(`href="${link}"`), html);
  const { user } = await call('Account/VerifyEmail', { token });
  assert.equal(user.email, EMAIL);
}

test('an SES emulator accepts the e-mail of a registration', async (t) => {
  const ses = await startSes(t);
  const { mail, call } = await mailOfRegistration(t, ses, ['email.providers=["ses"]',
    `email.ses.base_url=${ses.url}`, 'email.ses.region=eu-central-1', 'email.ses.access_key_id=AKIDEXAMPLE',
    'email.ses.secret_access_key=secret']);
  assert.equal(mail.subject, 'Confirm your e-mail address for Keelson');
  assert.deepEqual(mail.destination, { to: [EMAIL], cc: [], bcc: [] });
  assert.deepEqual(mail.headers, [{ name: 'Auto-Submitted', value: 'auto-generated' }]);
  await checkBody(call, mail.body);
});

test('a Resend emulator accepts the e-mail of a registration', async (t) => {
  const resend = await startResend(t);
  const { mail, call } = await mailOfRegistration(t, resend,
    ['email.providers=["resend"]', `email.resend.base_url=${resend.url}`, 'email.resend.api_key=re_test']);
  assert.equal(mail.subject, 'Confirm your e-mail address for Keelson');
  assert.deepEqual([mail.to, mail.cc, mail.bcc], [[EMAIL], [], []]);
  assert.equal(mail.headers['Auto-Submitted'], 'auto-generated');
  await checkBody(call, mail);
});
