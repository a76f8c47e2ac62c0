// The README's walk is done as it stands there, in one bash session against a fresh service.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startService } from './service.mjs';
import { Names, readSteps } from './walk.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const README = new URL('../../../README.md', import.meta.url);
const README_ADDRESS = '127.0.0.1:50051';
const END_MARK = 'end-of-answer-5fd0';
// What comes by itself a little later, a mail or a settled refund, is looked for again; calls that change are
// made once.
const PATIENCE = 20_000;
const CHANGES = /\/(?!Get|List|Check)[A-Z]\w+/;

// One bash, which keeps variables and functions from one command to the next.
class Session {
  #bash;
  #output = '';

  constructor(folder) {
    // The real grpcurl where there is one, else the stand-in beside this file.
    this.#bash = spawn('bash', ['--noprofile', '--norc'], {
      cwd: folder,
      env: {
        ...process.env, PATH: `${process.env.PATH}:${HERE}`, BUF_CACHE_DIR: `${folder}/buf`, LC_ALL: 'C.UTF-8',
      },
    });
    this.#bash.stdin.write('exec 2>&1\n');
    this.#bash.stdout.setEncoding('utf8').on('data', (text) => { this.#output += text; });
  }

  async run(command) {
    this.#output = '';
    // Commands must not read the session's own input.
    this.#bash.stdin.write(`{ ${command}\n} </dev/null\necho; echo ${END_MARK}\n`);
    while (!this.#output.includes(END_MARK)) await once(this.#bash.stdout, 'data');
    return this.#output.slice(0, this.#output.indexOf(END_MARK));
  }

  async close() {
    this.#bash.stdin.end('exit\n');
    await once(this.#bash, 'exit');
  }
}

async function follow(session, names, { command, answer }, address) {
  const given = names.translate(command).replaceAll(README_ADDRESS, address);
  const end = Date.now() + PATIENCE;
  for (;;) {
    const actual = await session.run(given);
    if (names.matches(answer, actual)) return;
    if (CHANGES.test(command) || Date.now() > end) {
      assert.equal(actual.trim(), answer.trim(), `the answer to: ${command}`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
}

test('the walk of the README gives the answers that it shows', async (t) => {
  const steps = readSteps(readFileSync(README, 'utf8'));
  assert.ok(steps.length > 0, 'README.md has no walk');
  const service = await startService(t, { data: 'build/run' });
  const session = new Session(service.folder);
  t.after(() => session.close());
  const names = new Names();
  for (const step of steps) await follow(session, names, step, service.address);
});
