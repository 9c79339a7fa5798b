import { cpus, loadavg } from 'node:os';
import type { Machine } from './report.ts';

/** Seconds between two looks at the load. */
const LOOK_SECONDS = 15;

/** Watches how busy the machine is. @returns a function that ends it */
export function watchMachine(): () => Machine {
  const load = () => loadavg()[0] ?? 0;
  const [{ model } = { model: 'unknown' }] = cpus();
  const loadBefore = load();
  let loadHighest = loadBefore;
  const look = setInterval(
    () => (loadHighest = Math.max(loadHighest, load())),
    LOOK_SECONDS * 1000,
  );
  return () => {
    clearInterval(look);
    return { processor: model.trim(), processors: cpus().length, loadBefore, loadHighest };
  };
}
