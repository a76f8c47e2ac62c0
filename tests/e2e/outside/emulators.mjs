// Third-party emulators of e-mail and payment providers from npm, each on a free loopback port.
import { copyFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { makeFolder, startProcess } from './process.mjs';

const PACKAGES = join(process.env.KEELSON_NPM, 'node_modules');
const LOOPBACK = '127.0.0.1';

// The response of GetAccount, which the service calls at startup.
const SES_ACCOUNT = {
  DedicatedIpAutoWarmupEnabled: false,
  Details: {
    AdditionalContactEmailAddresses: [], ContactLanguage: 'EN', MailType: 'TRANSACTIONAL',
    ReviewDetails: { CaseId: '1', Status: 'GRANTED' }, UseCaseDescription: '', WebsiteURL: 'https://example.com',
  },
  EnforcementStatus: 'HEALTHY',
  ProductionAccessEnabled: true,
  SendingEnabled: true,
  SendQuota: { Max24HourSend: 200, MaxSendRate: 1, SentLast24Hours: 0 },
  SuppressionAttributes: { SuppressedReasons: [] },
};

async function freePort() {
  const server = createServer().listen(0, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const lineWith = (mark) => (line) => (line.includes(mark) ? true : undefined);

async function readJson(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} returned ${response.status}`);
  return response.json();
}

export async function startSes(t) {
  const port = await freePort();
  const url = `http://${LOOPBACK}:${port}`;
  await startProcess(t, makeFolder(), process.execPath,
    [join(PACKAGES, 'aws-ses-v2-local/dist/cli.js'), '--host', LOOPBACK, '--port', `${port}`],
    lineWith('server running'), { AWS_SES_ACCOUNT: JSON.stringify(SES_ACCOUNT) });
  return { url, received: async () => (await readJson(`${url}/store`)).emails };
}

// The start script of the package resend-local writes into the installed package and listens on all interfaces.
// Therefore this function starts the server directly, on a copy of the empty store.
export async function startResend(t) {
  const port = await freePort();
  const url = `http://${LOOPBACK}:${port}`;
  const folder = makeFolder();
  const app = join(PACKAGES, 'resend-local/dist/app');
  copyFileSync(join(app, 'resend-local.sqlite'), join(folder, 'store.sqlite'));
  await startProcess(t, folder, process.execPath, [join(app, 'server.js')], lineWith('Ready in'), {
    PORT: `${port}`, HOSTNAME: LOOPBACK, DATABASE_URL: `file:${folder}/store.sqlite`, NEXT_TELEMETRY_DISABLED: '1',
  });
  return { url, received: async () => (await readJson(`${url}/dashboard-api/emails`)).emails };
}

// The start script of the package stripe-stateful-mock listens on all interfaces. Therefore this function starts the app
// directly.
export async function startStripe(t) {
  const port = await freePort();
  const url = `http://${LOOPBACK}:${port}`;
  const script = `require('${join(PACKAGES, 'stripe-stateful-mock')}').createExpressApp()
    .listen(${port}, '${LOOPBACK}', () => console.log('listening'))`;
  await startProcess(t, makeFolder(), process.execPath, ['-e', script], lineWith('listening'));
  const apiKey = 'sk_test_keelson';
  const request = async (path, fields) => {
    const response = await fetch(`${url}${path}`, {
      method: fields ? 'POST' : 'GET', headers: { authorization: `Bearer ${apiKey}` },
      body: fields && new URLSearchParams(fields),
    });
    if (!response.ok) throw new Error(`${path} returned ${response.status}: ${await response.text()}`);
    return response.json();
  };
  return {
    url,
    apiKey,
    charge: (amount, currency) => request('/v1/charges', { amount, currency, source: 'tok_visa' }),
    refunds: async (charge) => (await request(`/v1/refunds?charge=${charge}`)).data,
    refund: (charge, amount) => request('/v1/refunds', { charge, amount }),
  };
}
