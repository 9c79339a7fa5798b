/** Plain JSON with all numbers in ten digits: sums in another order differ in the last ones. */
export function inDigits(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, one: unknown) =>
    typeof one === 'number' ? Number(one.toPrecision(10)) : one,
  );
}
