// A child process of a test, in a new directory; stopped when the test ends, also on failure.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Polls `read` and resolves to its first value other than undefined.
export async function until(read, patience = 20_000) {
  for (const end = Date.now() + patience; ;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`timeout waiting for ${read}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}

export const makeFolder = () => mkdtempSync(join(process.env.KEELSON_TEST_FOLDER ?? tmpdir(), 'keelson-'));

// Starts the process in `folder`. When the test `t` ends, stops the process and deletes `folder`. Resolves to the first
// value that `ready` returns for a line of the process's output.
export async function startProcess(t, folder, command, args, ready, env = {}) {
  const child = spawn(command, args,
    { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(async () => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });
  const log = [];
  let result;
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      log.push(line);
      result ??= ready(line);
    });
  }
  return until(() => {
    if (child.exitCode !== null) throw new Error(`${command} ended: ${log.join('\n')}`);
    return result;
  });
}
