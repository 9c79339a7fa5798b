import { ENGINE_FAULTS } from './engine-faults.ts';
import type { Fault } from './fault.ts';
import { FUNCTION_FAULTS } from './function-faults.ts';
import { HOST_FAULTS } from './host-faults.ts';
import { STACK_FAULTS } from './stack-faults.ts';

const DEAD_LETTERS = 'libs/operations/src/dead-letters.ts';
const REDRIVE = 'libs/operations/src/redrive.ts';

const redrive: readonly Omit<Fault, 'module'>[] = [
  {
    what: 'no error code is requested',
    file: DEAD_LETTERS,
    replace: "MessageAttributeNames: ['errorCode']",
    by: 'MessageAttributeNames: []',
  },
  {
    what: 'no time of sending is requested',
    file: DEAD_LETTERS,
    replace: "MessageSystemAttributeNames: ['SentTimestamp']",
    by: 'MessageSystemAttributeNames: []',
  },
  {
    what: 'an empty short poll ends the run',
    file: DEAD_LETTERS,
    replace: 'const WAIT_SECONDS = 1;',
    by: 'const WAIT_SECONDS = 0;',
  },
  {
    what: 'messages are hidden for a minute only',
    file: DEAD_LETTERS,
    replace: 'VISIBILITY_SECONDS = 600;',
    by: 'VISIBILITY_SECONDS = 60;',
  },
  {
    what: 'more messages than SQS allows are held',
    file: DEAD_LETTERS,
    replace: 'MAX_HELD = 100_000;',
    by: 'MAX_HELD = 1_000_000;',
  },
  {
    what: 'messages are renewed 3 seconds before they become visible',
    file: DEAD_LETTERS,
    replace: 'now + (VISIBILITY_SECONDS * 1000) / 2',
    by: 'now + (VISIBILITY_SECONDS * 1000) / 200',
  },
  {
    what: 'every held message is renewed at every receive',
    file: DEAD_LETTERS,
    replace: 'if (until > soon) break;',
    by: 'if (until <= soon) break;',
  },
  {
    what: 'held messages count as visible when they are received',
    file: DEAD_LETTERS,
    replace: 'receivedAfter + VISIBILITY_SECONDS * 1000',
    by: 'receivedAfter - VISIBILITY_SECONDS * 1000',
  },
  {
    what: 'a deletion is tried once',
    file: DEAD_LETTERS,
    replace: 'const DELETE_ATTEMPTS = 3;',
    by: 'const DELETE_ATTEMPTS = 1;',
  },
  {
    what: 'a deletion is repeated at once',
    file: DEAD_LETTERS,
    replace: 'const BACKOFF_MS = 200;',
    by: 'const BACKOFF_MS = 0;',
  },
  {
    what: 'a hostile message makes the run read thousands of manifests',
    file: DEAD_LETTERS,
    replace: 'const MAX_KEYS = 10;',
    by: 'const MAX_KEYS = 10_000;',
  },
  {
    what: 'a failure of SQS looks like too many messages in flight',
    file: REDRIVE,
    replace: "error instanceof Error && error.name === 'OverLimit'",
    by: 'error instanceof Error',
  },
  {
    what: 'a run moves any number of messages by default',
    file: REDRIVE,
    replace: 'const DEFAULT_LIMIT = 1000;',
    by: 'const DEFAULT_LIMIT = 10_000;',
  },
  {
    what: 'a run is ten times as fast by default',
    file: REDRIVE,
    replace: 'const DEFAULT_RATE = 50;',
    by: 'const DEFAULT_RATE = 500;',
  },
  {
    what: 'a hostile queue has ten times as many groups',
    file: REDRIVE,
    replace: 'const MAX_GROUPS = 100;',
    by: 'const MAX_GROUPS = 1000;',
  },
  {
    what: 'messages that fail again during a run are moved again and again',
    file: REDRIVE,
    replace: 'sentAt <= begun',
    by: 'sentAt >= 0',
  },
];

const of = (module: string, faults: readonly Omit<Fault, 'module'>[]): Fault[] =>
  faults.map((fault) => ({ module, ...fault }));

export const FAULTS: readonly Fault[] = [
  ...FUNCTION_FAULTS,
  ...STACK_FAULTS,
  ...ENGINE_FAULTS,
  ...HOST_FAULTS,
  ...of('redrive', redrive),
];
