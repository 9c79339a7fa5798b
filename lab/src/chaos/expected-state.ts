import type { Blob } from '../testbed/sample-uploads.ts';
import type { Operation } from './operations.ts';

/** What has to be there when all is quiet: of each key what was answered last. */
export class Model {
  readonly uploads = new Map<string, Blob>();
  /** Bodies of messages that must be in the dead-letter queue. */
  readonly rubbish = new Set<string>();

  /** Once it was answered. */
  apply(operation: Operation): void {
    switch (operation.kind) {
      case 'upload':
        this.uploads.set(operation.key, operation.blob);
        break;
      case 'delete':
        this.uploads.delete(operation.key);
        break;
      case 'rubbish':
        this.rubbish.add(operation.body);
        break;
      case 'message':
        break;
    }
  }
}
