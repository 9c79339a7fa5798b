import { expect, test } from 'vitest';
import type { FileStage, PixelStage, RenderPlan, StageInput } from '../../plan/render-plan.ts';
import { PictureCache } from './picture-cache.ts';
import type { Picture } from './picture.ts';

const mode = { animated: false, keepColours: false, depth: 8 } as const;
const shape = { width: 4, height: 3, hasAlpha: false } as unknown as PixelStage['shape'];
const common = (id: number, input: StageInput) => ({ id, input, mode, operations: [], shape });
const pixels = (id: number, input: StageInput): PixelStage => ({
  ...common(id, input),
  kind: 'pixels',
  barrier: 'a test',
});
const file = (id: number, input: number): FileStage => ({
  ...common(id, input),
  kind: 'file',
  variant: String(id),
  settings: { encodings: [] } as unknown as FileStage['settings'],
});

/** Two pictures, the second made of the first, and a file of each. */
function setUp() {
  const files = [file(2, 0), file(3, 1)] as const;
  const plan: RenderPlan = {
    stages: [pixels(0, 'upload'), pixels(1, 0), ...files],
    unmeasured: [],
    skipped: [],
  };
  const made: number[] = [];
  const pictures: PictureCache = new PictureCache(plan, (stage) =>
    pictures.with(stage, () => {
      made.push(stage.id);
      return Promise.resolve({} as Picture);
    }),
  );
  return { pictures, made, files };
}
const use = () => Promise.resolve();

test('a picture is made once, when it is first needed', async () => {
  const { pictures, made, files } = setUp();
  await pictures.with(files[1], use);
  await pictures.with(files[0], use);
  expect(made).toEqual([0, 1]);
});

test('what only files need that are left out is never made', async () => {
  const { pictures, made, files } = setUp();
  pictures.leave(files[1]);
  await pictures.with(files[0], use);
  expect(made).toEqual([0]);
});

test('a picture is forgotten with its last use, also where another was left out', async () => {
  const { pictures, made, files } = setUp();
  pictures.leave(files[1]);
  await pictures.with(files[0], use);
  // It would be known otherwise.
  await pictures.peek(0);
  expect(made).toEqual([0, 0]);
});

test('what one that is left out shares with others stays', async () => {
  const { pictures, made, files } = setUp();
  pictures.leave(files[0]);
  await pictures.with(files[1], use);
  expect(made).toEqual([0, 1]);
});
