import { LAMBDA_GB_SECOND, type Settings } from '@darkroom/pipeline';
import { WATCHED, type Metric } from './metrics.ts';

/** The metrics of the cost, by the ids that the expressions use. */
export const COST_METRICS = {
  callTime: WATCHED.callTime,
  calls: WATCHED.calls,
  outputs: WATCHED.outputs,
  decided: WATCHED.decided,
} as const satisfies Readonly<Record<string, Metric>>;

/** Lambda's GB has 1,024 MiB. */
export function gbSeconds({ function: { memory } }: Settings): string {
  return `callTime / 1000 * ${memory / 1024}`;
}

function gbSecondPrice({ costs, function: { architecture } }: Settings): number {
  return costs.gbSecond ?? LAMBDA_GB_SECOND[architecture];
}

/** Metric math for the cost of an hour, without storage, transfer and the queue, which are small in comparison. */
export function costExpressions(settings: Settings): { label: string; expression: string }[] {
  const { millionCalls, thousandWrites } = settings.costs;
  return [
    {
      label: 'computing',
      expression: `${gbSeconds(settings)} * ${decimal(gbSecondPrice(settings))}`,
    },
    { label: 'calls', expression: `calls * ${decimal(millionCalls / 1_000_000)}` },
    {
      // A manifest for each upload that was decided upon.
      label: 'S3 writes',
      expression: `(outputs + decided) * ${decimal(thousandWrites / 1000)}`,
    },
  ];
}

/** Which prices, for the person who reads the sum. */
export function costText(settings: Settings): string {
  const { millionCalls, thousandWrites } = settings.costs;
  const gbSecond = decimal(gbSecondPrice(settings));
  return `At ${gbSecond} USD a GB-second, ${millionCalls} a million calls, ${thousandWrites} a thousand writes.`;
}

/** CloudWatch's expressions know no exponents. */
function decimal(price: number): string {
  return price.toFixed(12).replace(/\.?0+$/, '');
}
