import { expect } from 'vitest';
import { verify } from './verify.ts';
import { World, type Scenario } from './world.ts';

export interface Exploration {
  readonly states: number;
  readonly finalStates: number;
  /** The first run that ends wrong: its steps and the problem. */
  readonly failure?: { readonly steps: readonly string[]; readonly problem: string };
}

/** Lets the workers run until all of them wait for the scheduler. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A longer run is a livelock: the longest run seen has about 120 steps. */
const MAX_STEPS = 1000;

async function perform(world: World, index: number): Promise<string> {
  const action = world.actions()[index];
  if (!action) throw new Error('no such action: the run is not deterministic');
  action.act();
  await settled();
  return action.label;
}

/**
 * Explores every interleaving, depth first. It replays each new branch from the start and stops at known states.
 * The code under test is real, so a state cannot be copied, only reached again.
 */
export async function exploreAll(scenario: Scenario): Promise<Exploration> {
  const seen = new Set<string>();
  const branches: number[][] = [[]];
  let finalStates = 0;
  for (let branch = branches.pop(); branch; branch = branches.pop()) {
    const world = new World(scenario);
    const path = [...branch];
    const steps: string[] = [];
    for (const index of path) steps.push(await perform(world, index));
    for (;;) {
      const fingerprint = world.fingerprint();
      if (seen.has(fingerprint)) break;
      seen.add(fingerprint);
      const { length } = world.actions();
      if (length === 0) {
        finalStates++;
        const problem = verify(world);
        if (problem !== undefined)
          return { states: seen.size, finalStates, failure: { steps, problem } };
        break;
      }
      for (let index = 1; index < length; index++) branches.push([...path, index]);
      path.push(0);
      steps.push(await perform(world, 0));
    }
  }
  return { states: seen.size, finalStates };
}

/** Explores random runs. @param random receives the number of choices and returns the index of one */
export async function exploreSome(
  scenario: Scenario,
  runs: number,
  random: (choices: number) => number,
): Promise<Exploration> {
  let states = 0;
  for (let run = 1; run <= runs; run++) {
    const world = new World(scenario);
    const steps: string[] = [];
    for (let left = MAX_STEPS; ; left--) {
      if (left === 0)
        return { states, finalStates: run, failure: { steps, problem: 'it never ends' } };
      const { length } = world.actions();
      if (length === 0) break;
      steps.push(await perform(world, random(length)));
      states++;
    }
    const problem = verify(world);
    if (problem !== undefined) return { states, finalStates: run, failure: { steps, problem } };
  }
  return { states, finalStates: runs };
}

/** Fails the test and shows the run that ended wrong, if there is one. */
export function expectToHold({ failure }: Exploration): void {
  expect(failure, failure && [...failure.steps, failure.problem].join('\n')).toBeUndefined();
}
