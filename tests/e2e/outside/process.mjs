// A process of a test: started in a fresh folder of its own, stopped when the test is over, however it ends.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Resolves to what `read` returns as soon as that is not undefined.
export async function until(read, patience = 20_000) {
  for (const end = Date.now() + patience; ;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`${read} did not come true`);
    await new Promise((done) => setTimeout(done, 10));
  }
}

export const makeFolder = () => mkdtempSync(join(process.env.KEELSON_TEST_FOLDER ?? tmpdir(), 'keelson-'));

// Starts it in `folder`, which goes with it; resolves to the first thing that `ready` makes of a line of its
// output.
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
