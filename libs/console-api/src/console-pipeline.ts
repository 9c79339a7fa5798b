import type { Activity, Alarm, FunctionEvent, Pipeline, Removed } from '@darkroom/operations';
import type { History, StackChange } from './schemas.ts';
import type { UploadIndex } from './upload-index.ts';

/** A pipeline that the console shows. */
export interface ConsolePipeline extends Pipeline {
  readonly index: UploadIndex;
  /** Lines of the function's log about a key, oldest first; undefined if the log is unknown. */
  events(key: string): Promise<FunctionEvent[] | undefined>;
  /** Outcomes and load of the function. Default: those of the API's option. */
  activity?(minutes: number): Promise<Activity | undefined>;
  /** Default: the stack has no alarms. */
  alarms?(): Promise<Alarm[] | undefined>;
  /** Called at each reading of the overview, while a page is open. */
  whileWatched?(): void;
  /** Deletes the copies of a folder of outputs at CloudFront. Default: the stack has no delivery. */
  readonly invalidate?: (
    folder: string,
  ) => Promise<Pick<Removed, 'invalidation' | 'invalidationError'>>;
  /** The latest minutes, for the chart. */
  history(): History;
  /** The stack file. The playground writes recipes into it. Default: the stack has no file on this machine. */
  readonly stackFile?: string;
  /** Folder of the side files. Default: the playground reads none. */
  readonly sideFiles?: string;
  /** The settings as the program's output has them. */
  readonly written: unknown;
  /** What the latest save of the stack file led to. */
  change?(): StackChange | undefined;
}
