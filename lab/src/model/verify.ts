import { outputKeys, parseManifest, readChoices, sameChoices } from '@darkroom/pipeline';
import { sha256Of } from './scheduled-store.ts';
import { KEY, makeOutcome, recipes, type World } from './world.ts';

/** @returns the problem of a final state; undefined if the outputs are exactly those of the source */
export function verify(world: World): string | undefined {
  const [recipe] = recipes;
  if (!recipe) throw new Error('the model has a recipe');
  const keys = outputKeys(KEY, recipe);
  const there = [...world.processed.keys()].sort();
  const { source } = world;
  if (!source)
    return there.length > 0 ? `the upload is gone, but ${there.join(', ')} exists` : undefined;
  const stored = world.processed.get(keys.manifest);
  const manifest = stored && parseManifest(stored.body);
  if (!manifest) return 'there is no manifest';
  const { versionId, eTag, bytes } = manifest.source;
  const isSource =
    versionId === source.versionId && eTag === source.eTag && bytes === source.body.length;
  if (!isSource) return `the manifest is that of another upload, ${versionId ?? eTag}`;
  const choices = readChoices(source.metadata, recipe.choices);
  if (!sameChoices(manifest.source.choices, choices)) return 'the manifest has other choices';
  const letter = new TextDecoder().decode(source.body);
  if (manifest.status !== (letter === 'R' ? 'rejected' : 'done'))
    return `the manifest says ${manifest.status}`;
  if (manifest.status === 'done' && manifest.outputs.length !== 2) return 'an output is missing';
  for (const { key, eTag, variant, bytes, sha256 } of manifest.outputs) {
    const object = world.processed.get(key);
    if (object?.eTag !== eTag || object.body.length !== bytes || sha256Of(object.body) !== sha256)
      return `${variant} is not what the manifest names`;
    const content = new TextDecoder().decode(object.body);
    const from = variant === 'web' && letter === 'F' ? 'A' : letter;
    const at = variant === 'web' && choices?.focus ? ' at 0.1,0.2' : '';
    if (content !== `${variant} of ${from}${at}`) return `${key} holds "${content}"`;
  }
  const outcome = world.processed.get(keys.outcome);
  const expected = world.hasOutcomes ? makeOutcome?.(manifest) : undefined;
  if (outcome?.eTag !== manifest.outcome?.eTag || textOf(outcome?.body) !== textOf(expected))
    return 'the outcome file is not that of the manifest';
  const named = [
    ...manifest.outputs.map(({ key }) => key),
    ...(world.hasOutcomes ? [keys.outcome] : []),
    keys.manifest,
  ].sort();
  return there.join() === named.join() ? undefined : `orphans: ${there.join(', ')}`;
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && new TextDecoder().decode(bytes);
}
