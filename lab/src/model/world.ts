import {
  limitsSchema,
  makeOutcomeOf,
  MemoryBudget,
  type ObjectStore,
  PipelineError,
  recipesSchema,
  reconcile,
  type ReconcileContext,
} from '@darkroom/pipeline';
import {
  conflict,
  hash,
  scheduledStore,
  sha256Of,
  type Defect,
  type StoredObject,
} from './scheduled-store.ts';
import { letterEngine } from '@darkroom/pipeline/testing';

export const KEY = 'uploads/k.jpg';

export const recipes = recipesSchema.parse([
  {
    name: 'letters',
    choices: ['focus', 'alt'],
    variants: [
      {
        name: 'web',
        steps: [
          'rotate',
          { resize: { width: 1, height: 1, position: 'focus' } },
          { encode: { format: 'webp' } },
        ],
      },
      { name: 'same', steps: [] },
    ],
  },
]);
/** Of stacks that write outcome files: `same` is not delivered. */
export const makeOutcome = makeOutcomeOf({
  recipes,
  delivery: { outcomes: true, variants: ['web'] },
});
export const limits = limitsSchema.parse({});

/** Maximum number of each fault. */
export interface Faults {
  /** A worker dies at any point, and its message is visible again. */
  readonly crashes?: number;
  /** A message is sent twice. */
  readonly duplicates?: number;
  /** A write happens, its response is lost, and the retry gets 412. */
  readonly lostResponses?: number;
  /** The visibility timeout ends while the worker still runs. */
  readonly expiries?: number;
  /** A worker whose message has come back may die, too: beyond assumption (i) of docs/reconcile.md. */
  readonly zombiesCrash?: boolean;
}

export interface Scenario {
  /**
   * One letter for each upload and `-` for a delete. In a versioned bucket, `-` adds a delete marker, and `<` removes the
   * newest version or delete marker for good: the one before it is current again. `a` has the bytes of A and a focal
   * point, `x` the bytes of A and a text.
   */
  readonly history: string;
  /** Default: unversioned, and the client stores no checksum. */
  readonly source?: 'versioned' | 'with checksums';
  /** Objects of another program or of an older recipe in the output folder, by name. */
  readonly strays?: Readonly<Record<string, string>>;
  /** Whether the stack writes outcome files. */
  readonly outcomes?: boolean;
  readonly workers: number;
  readonly faults?: Faults;
  /** Every message was received before, by a worker that changed nothing. */
  readonly receivedBefore?: boolean;
  readonly defect?: Defect;
}

interface Message {
  /** Position in the history. */
  readonly position: number;
  /** Whether it was received before. */
  readonly retry: boolean;
}

/** A request that waits for the scheduler, which performs it as one atomic step. */
interface Request {
  readonly label: string;
  readonly isWrite: boolean;
  readonly happen: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Worker {
  /** Responses that the worker got in this pass. Two workers with equal logs are in the same state. */
  log: string[];
  /** `reconcile` keeps nothing from one pass to the next but their number. */
  passes: number;
  pending: Request[];
  state: 'idle' | 'running' | 'finished' | 'failed';
  /** Whether its message is visible again while it runs. */
  isZombie: boolean;
  message: Message;
}

export interface Action {
  readonly label: string;
  act(): void;
}

/** One key, its client, its queue and the workers. Only the actions that `actions` lists happen, one at a time. */
export class World {
  readonly processed = new Map<string, StoredObject>();
  readonly #scenario: Scenario;
  readonly #budget: {
    crashes: number;
    duplicates: number;
    lostResponses: number;
    expiries: number;
  };
  readonly #workers: Worker[];
  #position = 0;
  /** Visible messages. */
  #messages: Message[] = [];

  constructor(scenario: Scenario) {
    const { faults = {} } = scenario;
    this.#scenario = scenario;
    this.#budget = {
      crashes: faults.crashes ?? 0,
      duplicates: faults.duplicates ?? 0,
      lostResponses: faults.lostResponses ?? 0,
      expiries: faults.expiries ?? 0,
    };
    this.#workers = Array.from({ length: scenario.workers }, idleWorker);
    for (const [name, text] of Object.entries(scenario.strays ?? {})) {
      const body = new TextEncoder().encode(text);
      const stray = { body, eTag: hash(body), metadata: {}, versionId: null };
      this.processed.set(`${KEY}/${name}`, stray);
    }
  }

  /** The current upload; undefined if there is none. */
  get source(): StoredObject | undefined {
    return this.#uploadAt(this.#position);
  }

  get hasOutcomes(): boolean {
    return this.#scenario.outcomes ?? false;
  }

  #uploadAt(position: number): StoredObject | undefined {
    const { history, source } = this.#scenario;
    if (source === 'versioned') return newestVersion(history.slice(0, position));
    const letter = history[position - 1] ?? '-';
    return letter === '-' ? undefined : uploaded(letter, source === 'with checksums');
  }

  /** Equal fingerprints have equal futures. */
  fingerprint(): string {
    const workers = this.#workers
      .map((worker) => [
        worker.state,
        worker.isZombie,
        this.#scenario.defect === 'version of the event' ? worker.message.position : 0,
        worker.message.retry,
        // The order of parallel responses does not matter.
        worker.state === 'running' ? [worker.passes, [...worker.log].sort()] : [],
        worker.pending.map(({ label }) => label),
      ])
      .map((worker) => JSON.stringify(worker))
      .sort();
    const objects = [...this.processed]
      .map(([key, { eTag, metadata }]) => `${key} ${eTag} ${JSON.stringify(metadata)}`)
      .sort();
    const messages = this.#messages.map(nameOf).sort();
    return JSON.stringify([this.#position, messages, this.#budget, objects, workers]);
  }

  /** All possible next actions. Without actions, the state is final. */
  actions(): Action[] {
    const actions = this.#clientActions();
    let idleSeen = false;
    for (const [index, worker] of this.#workers.entries()) {
      const name = `worker ${index}`;
      if (worker.state === 'idle') {
        // Idle workers are alike: only the first takes a message.
        if (idleSeen) continue;
        idleSeen = true;
        actions.push(...this.#takeActions(worker, name));
      } else {
        actions.push(...this.#workActions(worker, name), ...this.#faultActions(worker, name));
      }
    }
    return actions;
  }

  #clientActions(): Action[] {
    const { history } = this.#scenario;
    if (this.#position >= history.length) return [];
    const send = (copies: number) => () => {
      this.#position++;
      const message = {
        position: this.#position,
        retry: this.#scenario.receivedBefore ?? false,
      };
      this.#messages.push(...Array<Message>(copies).fill(message));
    };
    const label = `client: ${history[this.#position]}`;
    const actions = [{ label, act: send(1) }];
    if (this.#budget.duplicates > 0)
      actions.push({
        label: `${label}, sent twice`,
        act: () => {
          this.#budget.duplicates--;
          send(2)();
        },
      });
    return actions;
  }

  #takeActions(worker: Worker, name: string): Action[] {
    const alike = new Map(this.#messages.map((message) => [nameOf(message), message]));
    return [...alike.values()].map((message) => ({
      label: `${name} takes the message of ${nameOf(message)}`,
      act: () => {
        this.#messages.splice(this.#messages.indexOf(message), 1);
        Object.assign(worker, idleWorker(), { state: 'running', message });
        this.#start(worker);
      },
    }));
  }

  #start(worker: Worker): void {
    const token = worker.log;
    const context: ReconcileContext = {
      source: this.#store(worker, 'source'),
      processed: this.#store(worker, 'processed'),
      engine: letterEngine,
      recipes,
      limits,
      memory: new MemoryBudget(1024),
      makeOutcome: this.hasOutcomes ? makeOutcome : undefined,
    };
    reconcile(KEY, context, { retry: worker.message.retry }).then(
      () => {
        if (worker.log === token) worker.state = 'finished';
      },
      (error: unknown) => {
        if (worker.log !== token) return;
        if (!(error instanceof PipelineError)) throw error;
        worker.state = 'failed';
      },
    );
  }

  #workActions(worker: Worker, name: string): Action[] {
    if (worker.state === 'finished')
      return [
        { label: `${name} acknowledges`, act: () => void Object.assign(worker, idleWorker()) },
      ];
    if (worker.state === 'failed')
      return [
        {
          label: `${name} returns the message to the queue`,
          act: () => this.#returnMessage(worker),
        },
      ];
    return worker.pending.flatMap((request) => {
      const happen = () => {
        worker.pending.splice(worker.pending.indexOf(request), 1);
        try {
          const result = request.happen();
          worker.log.push(`${request.label} = ${summary(result)}`);
          request.resolve(result);
        } catch (error) {
          worker.log.push(`${request.label} failed`);
          request.reject(error);
        }
      };
      const actions = [{ label: `${name}: ${request.label}`, act: happen }];
      if (request.isWrite && this.#budget.lostResponses > 0)
        actions.push({
          label: `${name}: ${request.label}, its answer lost`,
          act: () => {
            this.#budget.lostResponses--;
            const { resolve } = request;
            Object.assign(request, {
              resolve: () => request.reject(conflict('the retry sees 412')),
            });
            happen();
            Object.assign(request, { resolve });
            worker.log.push('its answer lost');
          },
        });
      return actions;
    });
  }

  #faultActions(worker: Worker, name: string): Action[] {
    const actions: Action[] = [];
    if (this.#budget.crashes > 0 && (!worker.isZombie || this.#scenario.faults?.zombiesCrash))
      actions.push({
        label: `${name} dies`,
        act: () => {
          this.#budget.crashes--;
          this.#returnMessage(worker);
        },
      });
    if (this.#budget.expiries > 0 && !worker.isZombie)
      actions.push({
        label: `${name} holds its message too long`,
        act: () => {
          this.#budget.expiries--;
          worker.isZombie = true;
          this.#messages.push({ ...worker.message, retry: true });
        },
      });
    return actions;
  }

  /** Makes the worker idle and its message visible. Its pending requests never happen. */
  #returnMessage(worker: Worker): void {
    if (!worker.isZombie) this.#messages.push({ ...worker.message, retry: true });
    Object.assign(worker, idleWorker());
  }

  #store(worker: Worker, bucket: 'source' | 'processed'): ObjectStore {
    const { pending } = worker;
    const { defect } = this.#scenario;
    return scheduledStore({
      bucket,
      request: (label, isWrite, happen) =>
        new Promise((resolve, reject) => {
          const settle = resolve as (value: unknown) => void;
          pending.push({ label, isWrite, happen, resolve: settle, reject });
        }),
      onList: () => {
        worker.passes++;
        worker.log.length = 0;
      },
      objects: () => {
        if (bucket === 'processed') return this.processed;
        const position =
          defect === 'version of the event' ? worker.message.position : this.#position;
        const upload = this.#uploadAt(position);
        return new Map(upload ? [[KEY, upload]] : []);
      },
      sourceSha256: () => this.source && sha256Of(this.source.body),
      defect,
    });
  }
}

const CHOOSING: Readonly<Record<string, StoredObject['metadata']>> = {
  a: { 'darkroom-focus': '0.1,0.2' },
  x: { 'darkroom-alt': 'a text' },
};

function uploaded(letter: string, hasChecksum = false): StoredObject {
  const metadata = CHOOSING[letter];
  const body = new TextEncoder().encode(metadata ? 'A' : letter);
  return {
    body,
    eTag: letter === 'U' ? uploaded('T').eTag : hash(body),
    metadata: metadata ?? {},
    versionId: null,
    ...(hasChecksum && { checksumSha256: sha256Of(body) }),
  };
}

/** A versioned bucket after this history. */
function newestVersion(history: string): StoredObject | undefined {
  const versions: (StoredObject | undefined)[] = [];
  for (const [position, act] of [...history].entries()) {
    if (act === '<') versions.pop();
    else if (act === '-') versions.push(undefined);
    else versions.push({ ...uploaded(act), versionId: `v${position + 1}` });
  }
  return versions.at(-1);
}

function idleWorker(): Worker {
  const message = { position: 0, retry: false };
  return { log: [], passes: 0, pending: [], state: 'idle', isZombie: false, message };
}

function nameOf({ position, retry }: Message): string {
  return retry ? `${position}, received again` : String(position);
}

/** A response as text, for the log. */
function summary(result: unknown): string {
  return (
    JSON.stringify(result, (_key, value: unknown) =>
      value instanceof Uint8Array ? hash(value) : value,
    ) ?? 'nothing'
  );
}
