import { Input } from '../../src/rest/input.js';
import { parseJson } from '../../src/rest/json.js';
import { int } from '../../src/rest/parameters.js';

/** How numbers and JSON are read, for every door. */

const read = (value: unknown): unknown => {
  try {
    return int('').read(new Input({ value }), 'value');
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

const REFUSED = 'INVALID_INPUT';
const LAST = Number.MAX_SAFE_INTEGER;

test.each<[unknown, unknown]>([
  ['0', 0],
  ['-1', -1],
  ['007', 7],
  [' 5 ', 5],
  ['999999999999999', 999_999_999_999_999],
  ['9999999999999999', LAST],
  ['9'.repeat(400), LAST],
  [`-${'9'.repeat(20)}`, -LAST],
  ['', null],
  [null, undefined],
  [7, 7],
  [1e3, 1000],
  ['+5', REFUSED],
  ['--5', REFUSED],
  ['-', REFUSED],
  ['1e3', REFUSED],
  ['1.0', REFUSED],
  ['1.5', REFUSED],
  [1.5, REFUSED],
  ['0x10', REFUSED],
  ['1_000', REFUSED],
  ['1,000', REFUSED],
  ['1 000', REFUSED],
  ['５', REFUSED],
  ['٥', REFUSED],
  ['Infinity', REFUSED],
  [Number.POSITIVE_INFINITY, REFUSED],
  [2 ** 53, REFUSED],
  [true, REFUSED],
  [['1', '1'], REFUSED],
])('%j is read as the whole number %j', (value, number) => {
  expect(read(value)).toEqual(number);
});

test.each([
  ['9007199254740993', '9007199254740993'],
  ['-9007199254740993', '-9007199254740993'],
  ['123456789012345678901234567890', '123456789012345678901234567890'],
  ['9007199254740991', 9_007_199_254_740_991],
  ['1.5', 1.5],
  ['1e3', 1000],
  ['"\\u0061"', 'a'],
])('the number %s in JSON is read as %j', (json, value) => {
  expect(parseJson(`{"uid":${json}}`)).toEqual({ uid: value });
  expect(parseJson(`[{"x":[${json}]}]`)).toEqual([{ x: [value] }]);
});

test.each([
  '{"a":1,"a":2}',
  '{"a":1,"a":1}',
  '{"a":1,"\\u0061":2}',
  '{"a":{"b":1,"b":2}}',
  '{"a":[{"b":1 , "c":0, "b" : 2}]}',
  '{"a":{"x":1},"a":{"y":1}}',
  '{"__proto__":{"a":1}}',
  '{"\\u005f_proto__":{"a":1}}',
  '{"a":{"constructor":{"prototype":{}}}}',
  '{"a":1',
  '{12345678901234567890:1}',
  "{'a':1}",
  '',
  'nul',
])('the JSON %s is refused as a malformed body', (json) => {
  expect(() => parseJson(json)).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', cause: expect.objectContaining({ statusCode: 400 }) }),
  );
});

test('a name may come again in another JSON object, and in a text', () => {
  const value = {
    n: '12345678901234567890',
    a: { a: [{ a: 'b' }, { a: 'b' }] },
    b: '{"c":1,"c":2}',
    c: '\\"d":',
    d: '}',
  };
  expect(parseJson(JSON.stringify(value, null, 2))).toEqual(value);
});

test('JSON of great depth is read, and so are long texts', () => {
  const deep = `${'{"a":'.repeat(100_000)}12345678901234567890${'}'.repeat(100_000)}`;
  expect(parseJson(deep)).toEqual({ a: expect.anything() });
  const long = JSON.stringify({ a: '\\"'.repeat(200_000), b: 'x'.repeat(1_000_000) });
  expect(parseJson(long)).toEqual(JSON.parse(long));
});

test.each([
  ['names', `{${Array.from({ length: 90_000 }, (_, index) => `"a${index}":1`).join()}}`],
  ['values', `{"a":[${'1,'.repeat(400_000)}1]}`],
  ['lists', `{"a":${'['.repeat(300_000)}${']'.repeat(300_000)}}`],
])('a JSON body with more %s than any client sends is refused before it is read', (_what, json) => {
  expect(() => parseJson(json)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
});
