// Runs the walkthroughs of README.md, proto/README.md and app/README.md as they are written, each in one bash session
// against a fresh service, and compares the output with the text.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startService } from './service.mjs';
import { Names, readSteps, stepsBetween } from './walk.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = new URL('../../../', import.meta.url);
// The address of the service and the directory of the binary as the documents write them; the test replaces both.
const README_ADDRESS = '127.0.0.1:50051';
const README_FOLDER = '$PWD/build/release/app';
const END_MARK = 'end-of-response-5fd0';
// E-mails and settled refunds appear after a delay: a command that reads is repeated until its output matches. A
// command that writes runs once.
const PATIENCE = 20_000;
const WRITES = /(?:\/|keelson call )(?!Get|List|Check)[A-Z]\w+/;

// A bash process that keeps variables and functions between commands.
class Session {
  #bash;
  #output = '';

  constructor({ folder, address }) {
    // PATH finds an installed grpcurl first, otherwise the substitute in the directory of this file.
    this.#bash = spawn('bash', ['--noprofile', '--norc'], {
      cwd: folder,
      env: {
        ...process.env, PATH: `${process.env.PATH}:${HERE}`, BUF_CACHE_DIR: `${folder}/buf`, LC_ALL: 'C.UTF-8',
      },
    });
    // Adds the address of the test's service to each `keelson call` of the text.
    this.#bash.stdin.write('exec 2>&1\n'
      + `keelson() { local command=$1; shift; command keelson "$command" --address ${address} "$@"; }\n`);
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

async function follow(session, names, { command, output }, address) {
  const given = names.translate(command).replaceAll(README_ADDRESS, address)
    .replaceAll(README_FOLDER, dirname(process.env.KEELSON_BINARY));
  const end = Date.now() + PATIENCE;
  for (;;) {
    const actual = await session.run(given);
    if (names.matches(output, actual)) return;
    if (WRITES.test(command) || Date.now() > end) {
      assert.equal(actual.trim(), output.trim(), `the output of: ${command}`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function walk(t, steps, config = '') {
  assert.ok(steps.length > 1, 'the document has no walkthrough');
  const service = await startService(t, { data: 'build/run', config });
  const session = new Session(service);
  t.after(() => session.close());
  const names = new Names();
  for (const step of steps) await follow(session, names, step, service.address);
}

const read = (file) => readFileSync(new URL(file, ROOT), 'utf8');

for (const file of ['README.md', 'proto/README.md', 'app/README.md']) {
  test(`the walkthrough of ${file} prints the documented output`, async (t) => {
    await walk(t, readSteps(read(file)));
  });
}

test('the walkthrough of proto/README.md prints the documented output with grpcurl', async (t) => {
  const text = read('proto/README.md');
  const definitions = stepsBetween(text, 'grpcurl');
  assert.equal(definitions.length, 1, 'proto/README.md must define call with grpcurl exactly once');
  const steps = readSteps(text).map((step) => (step.command.startsWith('call()') ? definitions[0] : step));
  assert.ok(steps.includes(definitions[0]), 'the walkthrough of proto/README.md defines call');
  await walk(t, steps);
});

test('the walkthrough of refund approvals prints the documented output', async (t) => {
  const text = read('app/README.md');
  const [, config] = text.match(/<!-- approval:begin -->\n```toml\n(.*?)```/s)
    ?? assert.fail('app/README.md has no configuration for the approval of refunds');
  await walk(t, stepsBetween(text, 'approval'), config);
});
