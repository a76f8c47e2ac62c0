// Debian 12 brings Node 18: a package that needs a newer one would fail there alone.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { minVersion, satisfies } = createRequire(join(process.env.KEELSON_NPM, 'node_modules/'))('semver');
const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));

test('every npm package runs on the oldest Node that package.json admits', () => {
  const oldest = minVersion(packages[''].engines.node);
  assert.equal(oldest.major, 18);
  const tooNew = Object.entries(packages)
    .filter(([, { engines }]) => engines?.node && !satisfies(oldest, engines.node))
    .map(([path, { version, engines }]) => `${path} ${version} needs Node ${engines.node}`);
  assert.deepEqual(tooNew, []);
});
