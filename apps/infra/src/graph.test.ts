/** Every resource of every committed stack, with its inputs and options: what a change of the program changes is seen in review. */
import path from 'node:path';
import { expect, test } from 'vitest';
import { ImagePipeline } from './image-pipeline.ts';
import { describeGraph } from './testing/describe-graph.ts';
import { runWithMocks } from './testing/run-with-mocks.ts';
import { settingsOf, stacks } from './testing/stack-files.ts';

test.each(stacks)('the graph of the stack %s', async (stack) => {
  const graph = async () =>
    describeGraph(
      await runWithMocks(
        () => new ImagePipeline('photos', { ...settingsOf(stack), packageDir: '.' }),
        { stack },
      ),
    );
  const text = await graph();
  await expect(text).toMatchFileSnapshot(path.join(import.meta.dirname, `graphs/${stack}.yaml`));
  // Resources are registered in whatever order their inputs come to be known.
  expect(await graph()).toBe(text);
});
