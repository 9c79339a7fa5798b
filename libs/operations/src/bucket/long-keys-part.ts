import { LONG_PREFIX } from '@darkroom/pipeline';
import type { Comparison } from './comparison.ts';
import { folderOf } from './folder-order.ts';
import { judgeLongFolder } from './judge-folder.ts';
import { NestedStream } from './nested-stream.ts';
import { ObjectCursor } from './object-cursor.ts';
import { keyOf, outputFolders } from './output-folder.ts';
import type { WalkPosition } from './walk-position.ts';
import type { Part } from './walk.ts';

/** Every folder below `_long/`, in search of those whose source is gone. */
export function longKeysPart(comparison: Comparison, from: WalkPosition): Part {
  const folders = new NestedStream(
    new ObjectCursor(
      comparison.outputs,
      LONG_PREFIX,
      from.outputs.after,
      // Directly below `_long/` stand the outputs of an upload whose key is `_long`.
      ({ key }) => folderOf(key) !== LONG_PREFIX,
    ),
    outputFolders(comparison.objectsWorthKeeping),
    from.outputs.open,
  );
  return {
    async next() {
      const folder = await folders.peek();
      if (!folder) return undefined;
      folders.take();
      return {
        key: keyOf(folder),
        async judge() {
          const finding = await judgeLongFolder(folder, comparison);
          return finding ? [finding] : [];
        },
      };
    },

    position: () => ({
      version: 1,
      sourceBucket: comparison.sources.bucket,
      processedBucket: comparison.outputs.bucket,
      prefix: comparison.prefix,
      part: 'long-keys',
      sources: { after: '', open: [] },
      outputs: folders.position(),
    }),
  };
}
