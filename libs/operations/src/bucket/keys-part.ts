import { LONG_PREFIX } from '@darkroom/pipeline';
import type { ListedObject } from './bucket-reader.ts';
import type { Comparison } from './comparison.ts';
import { compareByFolder, folderOf, goesFirst } from './folder-order.ts';
import { judgeFolder } from './judge-folder.ts';
import { judgeSource } from './judge-source.ts';
import { NestedStream, type Nesting } from './nested-stream.ts';
import { ObjectCursor } from './object-cursor.ts';
import { keyOf, outputFolders } from './output-folder.ts';
import type { WalkPosition } from './walk-position.ts';
import type { Entry, Part } from './walk.ts';

/** Every object is one of its own; what follows and goes first encloses nothing but comes before it. */
const SOURCES: Nesting<ListedObject> = {
  open: (object) => object,
  add: () => false,
  encloses: ({ key }, later) => goesFirst(later, key),
};

/** Every source with what stands below `K/`, and every such folder without a source: both listings, merged. */
export function keysPart(comparison: Comparison, from: WalkPosition): Part {
  const { prefix } = comparison;
  const sources = new NestedStream(
    new ObjectCursor(comparison.sources, prefix, from.sources.after),
    SOURCES,
    from.sources.open,
  );
  const folders = new NestedStream(
    new ObjectCursor(comparison.outputs, prefix, from.outputs.after, ({ key }) =>
      standsForAKey(folderOf(key), prefix),
    ),
    outputFolders(comparison.objectsWorthKeeping),
    from.outputs.open,
  );

  return {
    async next(): Promise<Entry | undefined> {
      const source = await sources.peek();
      const folder = await folders.peek();
      const order = source && folder ? compareByFolder(source.key, keyOf(folder)) : source ? -1 : 1;
      if (source && order <= 0) {
        sources.take();
        const beside = order === 0 ? folder : undefined;
        if (beside) folders.take();
        return { key: source.key, judge: () => judgeSource(source, beside, comparison) };
      }
      if (!folder) return undefined;
      folders.take();
      return { key: keyOf(folder), judge: async () => [await judgeFolder(folder, comparison)] };
    },

    position: () => ({
      version: 1,
      sourceBucket: comparison.sources.bucket,
      processedBucket: comparison.outputs.bucket,
      prefix,
      part: 'keys',
      sources: sources.position(),
      outputs: folders.position(),
    }),
  };
}

/** Objects that are in no folder are nobody's outputs; those below `_long/` have a part of their own. */
function standsForAKey(folder: string, prefix: string): boolean {
  const isLong = folder.startsWith(LONG_PREFIX) && folder !== LONG_PREFIX;
  return folder !== '' && !isLong && keyOf({ path: folder }).startsWith(prefix);
}
