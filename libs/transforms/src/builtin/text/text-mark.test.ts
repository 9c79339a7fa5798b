import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { defaultFonts, readFont } from './fonts.ts';
import { textMark } from './text-mark.ts';

const fonts = await defaultFonts();
const white = { colour: [255, 255, 255], opacity: 1 } as const;
const most = { width: 1000, height: 1000 };
const mark = (text: string, angle = 0, width = 200) =>
  textMark(text, fonts, white, { width, most, angle });

test('has the width that it is given, and the height that follows', () => {
  const { width, height, data } = mark('© Ada Lovelace');
  expect(width).toBe(200);
  expect(height).toBeGreaterThan(15);
  expect(height).toBeLessThan(40);
  expect(data.length).toBe(width * height * 4);
});

test('a second line makes it higher', () => {
  const [one, two] = [mark('Ada'), mark('Ada\nAda')];
  expect(two.height).toBeGreaterThan(1.8 * one.height);
});

test('a quarter turn exchanges its sides', () => {
  const [upright, lying] = [mark('Ada'), mark('Ada', 90)];
  expect(Math.abs(lying.width - upright.height)).toBeLessThanOrEqual(1);
  expect(Math.abs(lying.height - upright.width)).toBeLessThanOrEqual(1);
});

test.each([0, 30, 45, 90, 200])('turned by %i degrees it still fits', (angle) => {
  const small = { width: 60, height: 25 };
  const { width, height } = textMark('© Ada', fonts, white, { width: 500, most: small, angle });
  expect(width).toBeLessThanOrEqual(60);
  expect(height).toBeLessThanOrEqual(25);
});

test('fits to the pixel, whatever the rounding', () => {
  for (let height = 10; height < 90; height++) {
    const low = { width: 300, height };
    const made = textMark('a\nb', fonts, white, { width: 300, most: low, angle: 0 });
    expect(made.height).toBe(height);
  }
});

test('a tab is a space, and what shows nothing needs no font', () => {
  const isAlike = (one: string, other: string) => mark(one).data.equals(mark(other).data);
  expect(isAlike('A\tB', 'A B')).toBe(true);
  expect(isAlike('A\u200d\ufe0fB', 'AB')).toBe(true);
  expect(isAlike('A\r\nB', 'A\nB')).toBe(true);
});

test('draws Latin, Greek and Cyrillic, also mixed; names a missing character', () => {
  expect(mark('Łódź, Tiếng Việt, Ελλάδα, Москва').width).toBe(200);
  expect(() => mark('Ada 猫')).toThrow('the font has no "猫"');
});

test('the same bytes on every machine, whatever fonts it has', () => {
  const hash = createHash('sha256').update(mark('© Ada Lovelace\nЖ Ω fi').data).digest('hex');
  expect(hash).toMatchInlineSnapshot(
    `"cba488331814d92be16cd50fb33462111056749f6b104f1054749619cae275c5"`,
  );
});

test('a text that shows nothing is an error', () => {
  expect(() => mark(' \n ')).toThrow('the text shows nothing');
});

test('a collection of fonts is not a font', async () => {
  const collection = Buffer.concat([Buffer.from('ttcf\0\x01\0\0\0\0\0\0', 'latin1'), Buffer.alloc(99)]); // prettier-ignore
  await expect(readFont(collection)).rejects.toThrow('a font collection; expected a single font');
});

test('has its colour and its opacity, and lines in the middle', () => {
  const ink = { colour: [10, 20, 30], opacity: 0.5 } as const;
  const { data, width, height } = textMark('I\nIII', fonts, ink, { width: 60, most, angle: 0 });
  const pixels = Array.from({ length: width * height }, (_, at) => [...data.subarray(4 * at, 4 * at + 4)]);
  expect(pixels.every(([r, g, b]) => r === 10 && g === 20 && b === 30)).toBe(true);
  expect(Math.max(...pixels.map(([, , , alpha = 0]) => alpha))).toBe(128);
  const columns = pixels.flatMap(([, , , alpha = 0], at) => (at < (width * height) / 3 && alpha > 0 ? [at % width] : []));
  expect(Math.min(...columns) + Math.max(...columns)).toBeCloseTo(width - 1, -0.5);
}); // prettier-ignore
