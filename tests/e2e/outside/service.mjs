// The real service for tests in JavaScript: on a free port, its data in a fresh folder.
import { join } from 'node:path';
import { makeFolder, startProcess } from './process.mjs';

const FAST = ['passwords.argon2_memory=8KiB', 'passwords.argon2_iterations=1', 'email.dispatch.poll=10ms',
  'payments.poll=10ms', 'telemetry.metrics_listen=', 'server.listen=127.0.0.1:0'];

const addressIn = (line) => (line.includes('"service.serving"') ? JSON.parse(line).address : undefined);

// Starts it with its data in `data` of a new folder, and stops it when the test `t` is over.
export async function startService(t, { data = '.', settings = [] } = {}) {
  const folder = makeFolder();
  const mail = join(folder, data, 'mail');
  const options = [...FAST, `store.sqlite.path=${folder}/keelson.db`, `email.file.directory=${mail}`, ...settings]
    .flatMap((setting) => ['--set', setting]);
  const address = await startProcess(t, folder, process.env.KEELSON_BINARY, ['serve', ...options], addressIn);
  return { address, folder, mail };
}
