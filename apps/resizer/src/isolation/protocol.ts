import type { Code } from '@darkroom/pipeline';
import type {
  DecoderOptions,
  ImageEngine,
  Rendered,
  RenderRequest,
  SourceFacts,
} from '@darkroom/transforms';

/** What the function asks of the engine's process, one at a time. */
export type Question =
  | {
      readonly kind: 'inspect';
      readonly source: Uint8Array;
      readonly part: number | 'frames';
      readonly decoders: DecoderOptions;
    }
  | { readonly kind: 'render'; readonly request: Omit<RenderRequest, 'signal'> };

/** What the process answers: any number of `rendered`, and one of the others at the end. */
export type Answer =
  | { readonly kind: 'rendered'; readonly rendered: Rendered }
  | { readonly kind: 'facts'; readonly facts: SourceFacts }
  | { readonly kind: 'end' }
  | {
      readonly kind: 'failed';
      readonly code: Code;
      readonly message: string;
      readonly retryable: boolean;
      readonly stack: string | undefined;
    };

/** An engine that has to be ended, whatever it is at. */
export interface EndingEngine extends ImageEngine {
  readonly end: () => Promise<void>;
}
