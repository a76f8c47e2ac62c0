// The real service for tests in JavaScript: on a free port, its data in a fresh folder.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FAST = ['passwords.argon2_memory=8KiB', 'passwords.argon2_iterations=1', 'email.dispatch.poll=10ms',
  'payments.poll=10ms', 'telemetry.metrics_listen=', 'server.listen=127.0.0.1:0'];

// Resolves to what `read` returns as soon as that is not undefined.
export async function until(read, patience = 20_000) {
  for (const end = Date.now() + patience; ;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`${read} did not come true`);
    await new Promise((done) => setTimeout(done, 10));
  }
}

// Starts it with its data in `data` of a new folder, and stops it when the test `t` is over.
export async function startService(t, data = '.') {
  const folder = mkdtempSync(join(process.env.KEELSON_TEST_FOLDER ?? tmpdir(), 'keelson-'));
  const settings = [...FAST, `store.sqlite.path=${folder}/keelson.db`,
    `email.file.directory=${join(folder, data, 'mail')}`];
  const options = settings.flatMap((setting) => ['--set', setting]);
  const service = spawn(process.env.KEELSON_BINARY, ['serve', ...options],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(async () => {
    if (service.exitCode === null && service.kill()) await once(service, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });
  const log = [];
  let address;
  createInterface({ input: service.stderr }).on('line', (line) => {
    log.push(line);
    address ??= line.includes('"service.serving"') ? JSON.parse(line).address : undefined;
  });
  await until(() => {
    if (service.exitCode !== null) throw new Error(`the service ended: ${log.join('\n')}`);
    return address;
  });
  return { address, folder, mail: join(folder, data, 'mail') };
}
