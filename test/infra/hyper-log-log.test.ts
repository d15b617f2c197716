import fc from 'fast-check';
import { HyperLogLog } from '../../src/infra/hyper-log-log.js';

const counterOf = (ids: Iterable<number>): HyperLogLog => {
  const counter = new HyperLogLog();
  for (const id of ids) counter.add(id);
  return counter;
};

const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

test('a HyperLogLog counts a few accounts exactly', () => {
  for (const count of [0, 1, 2, 3, 10, 30]) expect(counterOf(range(1, count)).count()).toBe(count);
});

test.each([100, 1000, 5000, 10_000, 20_000, 100_000, 1_000_000])(
  'a HyperLogLog counts %i ids to within five percent',
  (size) => {
    for (const from of [1, 1_000_000_000]) {
      const count = counterOf(range(from, size)).count();
      expect(Math.abs(count / size - 1)).toBeLessThan(0.05);
    }
  },
);

test('of two HyperLogLogs the union is counted, however often and in whatever order it is taken', () => {
  const ids = fc.array(fc.integer({ min: 1, max: 2 ** 31 - 1 }), { maxLength: 300 });
  fc.assert(
    fc.property(ids, ids, (one, other) => {
      const all = counterOf([...one, ...other]).bytes;
      const [left, right] = [counterOf(one), counterOf(other)];
      const joined = HyperLogLog.of(left.bytes);
      joined.merge(right);
      expect(joined.merge(right)).toBe(false);
      expect(joined.bytes).toEqual(all);
      right.merge(left);
      expect(right.bytes).toEqual(all);
    }),
  );
});

test('registers of another size are refused', () => {
  expect(() => HyperLogLog.of(new Uint8Array(16))).toThrow(RangeError);
});
