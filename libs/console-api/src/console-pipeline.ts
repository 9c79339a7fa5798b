import type { FunctionEvent, Pipeline } from '@darkroom/operations';
import type { History, StackChange } from './schemas.ts';
import type { UploadIndex } from './upload-index.ts';

/** A pipeline that the console shows. */
export interface ConsolePipeline extends Pipeline {
  readonly index: UploadIndex;
  /** Lines of the function's log about a key, oldest first; undefined if the log is unknown. */
  events(key: string): Promise<FunctionEvent[] | undefined>;
  /** The latest minutes, for the chart. */
  history(): History;
  /** What the latest save of the stack file led to. */
  change?(): StackChange | undefined;
}
