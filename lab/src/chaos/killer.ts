import { chance } from './seeded-choice.ts';
import type { FaultProxy } from '../fault-proxy/fault-proxy.ts';
import type { RestartableStack } from '../testbed/restartable-stack.ts';

/** Every twelfth kill is one of the whole stack. */
const STACK_EVERY = 12;
/** Most requests of the function between the order and the kill, which therefore hits any step of the protocol. */
const MOST_REQUESTS = 25;

/** Kills processes while the function handles messages. The seed decides which process and after how many requests. */
export class Killer {
  readonly #seed: number;
  readonly #proxy: FaultProxy;
  readonly #stack: RestartableStack;
  readonly #running = new Set<Promise<void>>();
  #functionKills = 0;
  #stackKills = 0;

  constructor(seed: number, proxy: FaultProxy, stack: RestartableStack) {
    this.#seed = seed;
    this.#proxy = proxy;
    this.#stack = stack;
  }

  get functionKills(): number {
    return this.#functionKills;
  }

  get stackKills(): number {
    return this.#stackKills;
  }

  /** Orders a kill. @param number counts from 0 */
  order(number: number): void {
    const work: Promise<void> = this.#kill(number).finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  /** Resolves when all ordered kills are done. */
  async done(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #kill(number: number): Promise<void> {
    const wait = Math.floor(chance(this.#seed, 'kill after', number) * MOST_REQUESTS);
    if (number % STACK_EVERY === STACK_EVERY - 1) {
      await this.#requests(wait);
      await this.#stack.killAndRestart();
      this.#stackKills += 1;
      return;
    }
    const which = chance(this.#seed, 'kill which', number);
    do await this.#requests(wait);
    while (!(await this.#stack.killFunction(which)));
    this.#functionKills += 1;
  }

  /** Waits for `count` requests of the function, and for one more. */
  async #requests(count: number): Promise<void> {
    let left = count;
    await new Promise<void>((resolve) => {
      const listener = ({ actor, operation }: { actor: string; operation: string }) => {
        if (actor !== 'function' || operation === 'ReceiveMessage' || left-- > 0) return;
        this.#proxy.off('request', listener);
        resolve();
      };
      this.#proxy.on('request', listener);
    });
  }
}
