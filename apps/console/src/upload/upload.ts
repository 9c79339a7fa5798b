import type { Manifest } from '../outcome/manifest.ts';

/** How far an upload is. */
export type UploadState =
  | { readonly kind: 'queued' }
  | { readonly kind: 'uploading'; readonly sent: number }
  | { readonly kind: 'failed'; readonly message: string }
  /** In the bucket; the pipeline has not written its outcome yet. */
  | { readonly kind: 'developing'; readonly overdue: boolean }
  | {
      readonly kind: 'settled';
      readonly manifest: Manifest;
      /** The manifest's key in the processed bucket. */
      readonly at: string;
      /** From the end of the upload to the outcome, ms; absent where this page did not upload it. */
      readonly tookMs?: number;
    }
  | { readonly kind: 'no-recipe' }
  | { readonly kind: 'unaddressable' }
  | { readonly kind: 'removed' };

export interface Upload {
  readonly key: string;
  readonly bytes: number;
  /** Key that was wished for, where it was taken. */
  readonly wished?: string;
  /** What this page has uploaded itself, to look at meanwhile. */
  readonly body?: Blob;
  readonly state: UploadState;
}

/** Nothing more will come of it by itself. */
export function isOver({ state }: Upload): boolean {
  return state.kind !== 'queued' && state.kind !== 'uploading' && state.kind !== 'developing';
}
