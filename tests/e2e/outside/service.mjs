// The real service for JavaScript tests, on a free port with its data in a new directory.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, startProcess } from './process.mjs';

const FAST = ['passwords.argon2_memory=8KiB', 'passwords.argon2_iterations=1', 'email.dispatch.poll=10ms',
  'payments.poll=10ms', 'telemetry.metrics_listen=', 'server.listen=127.0.0.1:0'];

const addressIn = (line) => (line.includes('"service.serving"') ? JSON.parse(line).address : undefined);

// Starts the service with its data in `data` of a new directory, and stops it when the test `t` ends. `config`: text of
// the configuration file, which `settings` override.
export async function startService(t, { data = '.', settings = [], config = '' } = {}) {
  const folder = makeFolder();
  writeFileSync(join(folder, 'keelson.toml'), config);
  const mail = join(folder, data, 'mail');
  const options = [...FAST, `store.sqlite.path=${folder}/keelson.db`, `email.file.directory=${mail}`, ...settings]
    .flatMap((setting) => ['--set', setting]);
  const address = await startProcess(t, folder, process.env.KEELSON_BINARY, ['serve', ...options], addressIn);
  return { address, folder, mail };
}
