// Stand-ins of providers of e-mail that others wrote, from npm: each on a free port of the loopback.
import { copyFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { makeFolder, startProcess } from './process.mjs';

const PACKAGES = join(process.env.KEELSON_NPM, 'node_modules');
const LOOPBACK = '127.0.0.1';

// What GetAccount answers, which the service asks for at its start.
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
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.json();
}

export async function startSes(t) {
  const port = await freePort();
  const url = `http://${LOOPBACK}:${port}`;
  await startProcess(t, makeFolder(), process.execPath,
    [join(PACKAGES, 'aws-ses-v2-local/dist/cli.js'), '--host', LOOPBACK, '--port', `${port}`],
    lineWith('server running'), { AWS_SES_ACCOUNT: JSON.stringify(SES_ACCOUNT) });
  return { url, received: async () => (await readJson(`${url}/store`)).emails };
}

// Its own starter fixes the store, in the installed package, and listens everywhere: the server behind it is
// started, on a copy of the empty store.
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
