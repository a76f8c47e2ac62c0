import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Names, readSteps } from './walk.mjs';

const USER = 'user_01kb2m3n4p5q6r7s8t9vawbxcy';
const OTHER = 'user_01kb2m3n4p5q6r7s8t9vawbxcz';

test('readSteps returns the commands between the markers', () => {
  const readme = '```console\n$ outside\n```\n<!-- walk:begin -->\n'
    + '```console\n$ one \\\n> two\nanswer\n> quoted\n```\n'
    + 'words\n```console\n$ three\n```\n<!-- walk:end -->';
  assert.deepEqual(readSteps(readme),
    [{ command: 'one \\\ntwo', output: 'answer\n> quoted\n\n' }, { command: 'three', output: '\n' }]);
  assert.deepEqual(readSteps('no marks'), []);
});

test('a shortened id in the text matches the same actual id everywhere', () => {
  const names = new Names();
  assert.ok(names.matches('{"id": "user_01k…", "n": ["user_01k…"]}', `{"id": "${USER}", "n": ["${USER}"]}`));
  assert.ok(!names.matches('{"id": "user_01k…"}', `{"id": "${OTHER}"}`));
  assert.ok(!names.matches('{"id": "order_01k…"}', `{"id": "${OTHER}"}`));
  assert.equal(names.translate("get '{\"id\": \"user_01k…\"}'"), `get '{"id": "${USER}"}'`);
});

test('a time in the text matches any time; all other text must be equal', () => {
  const names = new Names();
  const response = (time, units, day) => JSON.stringify({ time, units, why: `open until ${day} 04:05 UTC` });
  const expected = response('2026-01-01T00:00:00.123456Z', '1250', '2026-01-31');
  assert.ok(names.matches(expected, response('2027-02-03T04:05:06Z', '1250', '2027-03-05')));
  assert.ok(!names.matches(expected, response('2027-02-03T04:05:06Z', '1251', '2027-03-05')));
  assert.ok(!names.matches(expected, response('yesterday', '1250', '2027-03-05')));
  assert.ok(!names.matches(expected, response(undefined, '1250', '2027-03-05')));
});

test('a quoted-printable e-mail is decoded before it is compared', () => {
  const names = new Names();
  const token = 'A'.repeat(43);
  const mail = (t, id) => `Date: Mon, 05 Jan 2026 10:00:00 +0000\r\nMessage-ID: <${id}@example.com>\r\n`
    + 'Content-Transfer-Encoding: quoted-printable\r\n\r\n'
    + `http://x/verify-email?token=3D${t.slice(0, 20)}=\r\n${t.slice(20)}\r\n`;
  const shown = 'Date: Thu, 01 Jan 2026 00:00:00 +0000\nMessage-ID: <message_01k…@example.com>\n'
    + 'Content-Transfer-Encoding: quoted-printable\n\nhttp://x/verify-email?token=3DXq…';
  assert.ok(names.matches(shown, mail(token, 'message_01kb2m3n4p5q6r7s8t9vawbxcz')));
  assert.equal(names.translate('TOKEN=Xq…'), `TOKEN=${token}`);
});
