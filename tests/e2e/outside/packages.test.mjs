// Debian 12 has Node 18. A package that requires a newer Node works on other machines and fails on Debian 12.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { minVersion, satisfies } = createRequire(join(process.env.KEELSON_NPM, 'node_modules/'))('semver');
const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));

test('every npm package supports the oldest Node version that package.json allows', () => {
  const oldest = minVersion(packages[''].engines.node);
  assert.equal(oldest.major, 18);
  const tooNew = Object.entries(packages)
    .filter(([, { engines }]) => engines?.node && !satisfies(oldest, engines.node))
    .map(([path, { version, engines }]) => `${path} ${version} needs Node ${engines.node}`);
  assert.deepEqual(tooNew, []);
});
