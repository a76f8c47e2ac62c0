// Reads and compares a walkthrough: commands with their expected output. Ids, tokens and times differ between runs, so
// that only their form is compared.

const BLOCK = /```console\n(.*?)```/gs;
const TIMES = [
  /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/,
  /\d{4}-\d\d-\d\d \d\d:\d\d UTC/,
  /[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/,
];
// Patterns of the values that differ between runs. The text may shorten an id or a token with "…".
const VARYING = [
  {
    kind: 'id',
    pattern: /(user|order|refund|message|session)_(?:[0-9a-hjkmnp-tv-z]{26}|[0-9a-z]*…)/,
    actual: ([, name]) => `${name}_[0-9a-hjkmnp-tv-z]{26}`,
  },
  {
    kind: 'token',
    pattern: /(?<=token=|TOKEN=)(?:[A-Za-z0-9_-]{43}|[A-Za-z0-9_-]*…)/,
    actual: () => '[A-Za-z0-9_-]{43}',
  },
  ...TIMES.map((pattern) => ({ kind: 'time', pattern, actual: () => pattern.source })),
];
const VARYING_TEXT = new RegExp(VARYING.map(({ pattern }) => `(?:${pattern.source})`).join('|'), 'g');

// Returns [{ command, output }] of the ```console blocks between the markers walk:begin and walk:end. A line "$ …"
// begins a command, a line "> …" continues it.
export const readSteps = (readme) => stepsBetween(readme, 'walk');

// Like readSteps, for the blocks between the markers NAME:begin and NAME:end.
export function stepsBetween(readme, name) {
  const [, walk] = readme.match(new RegExp(`<!-- ${name}:begin -->(.*?)<!-- ${name}:end -->`, 's')) ?? [];
  const steps = [];
  for (const [, block] of (walk ?? '').matchAll(BLOCK)) {
    let inCommand = false;
    for (const line of block.split('\n')) {
      const step = steps.at(-1);
      if (line.startsWith('$ ')) {
        steps.push({ command: line.slice(2), output: '' });
        inCommand = true;
      } else if (inCommand && line.startsWith('> ')) {
        step.command += `\n${line.slice(2)}`;
      } else if (step) {
        step.output += `${line}\n`;
        inCommand = false;
      }
    }
  }
  return steps;
}

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// Decodes the soft line breaks and the escaped "=" of a quoted-printable e-mail.
function readable(text) {
  const lines = text.replaceAll('\r\n', '\n').trim();
  return lines.includes('quoted-printable') ? lines.replaceAll('=\n', '').replaceAll('=3D', '=') : lines;
}

// Maps the ids and tokens in the document to the ids and tokens that the test's service returned.
export class Names {
  #actual = new Map();

  // Replaces the ids and tokens of the text in a command.
  translate(command) {
    return command.replace(VARYING_TEXT, (text) => this.#actual.get(text) ?? text);
  }

  // Returns true if `actual` matches `expected`, and then remembers the new ids and tokens in `actual`.
  matches(expected, actual) {
    const wanted = parseJson(expected);
    const given = parseJson(actual);
    if (wanted !== undefined && given !== undefined) return this.#matchesJson(wanted, given);
    return this.#matchesText(readable(expected), readable(actual));
  }

  #matchesJson(wanted, given) {
    if (typeof wanted === 'string' && typeof given === 'string') return this.#matchesText(wanted, given);
    if (wanted === null || given === null || typeof wanted !== 'object' || typeof given !== 'object') {
      return wanted === given;
    }
    const keys = Object.keys(wanted);
    return Array.isArray(wanted) === Array.isArray(given) && keys.length === Object.keys(given).length &&
      keys.every((key) => Object.hasOwn(given, key) && this.#matchesJson(wanted[key], given[key]));
  }

  #matchesText(expected, actual) {
    const found = [];
    let source = '';
    let end = 0;
    for (const match of expected.matchAll(VARYING_TEXT)) {
      source += escape(expected.slice(end, match.index));
      source += this.#patternOf(match[0], expected.slice(0, match.index), found);
      end = match.index + match[0].length;
    }
    const result = actual.match(new RegExp(`^${source}${escape(expected.slice(end))}$`, 's'));
    if (!result) return false;
    found.forEach((text, i) => this.#actual.set(text, result[i + 1]));
    return true;
  }

  // Returns a regular expression for the values that match `text`. It captures an id or token that is not known yet.
  #patternOf(text, before, found) {
    const known = this.#actual.get(text);
    if (known !== undefined) return escape(known);
    const context = before.slice(-'token='.length);
    for (const { kind, pattern, actual } of VARYING) {
      const match = (context + text).match(new RegExp(`${pattern.source}$`));
      if (!match || match[0] !== text) continue;
      if (kind === 'time') return actual(match);
      const earlier = found.indexOf(text);
      if (earlier >= 0) return `\\${earlier + 1}`;
      found.push(text);
      return `(${actual(match)})`;
    }
    return escape(text);
  }
}
