import {
  costSettings,
  DEFAULT_ASSUMPTIONS,
  defaultPrices,
  uploadCost,
  type UploadCost,
  type UploadUse,
} from '@darkroom/economics';
import { settingsSchema } from '@darkroom/pipeline';
import { type ContestantName } from '../jobs.ts';
import type { JobResult, Report } from '../report.ts';

/** A stack with all defaults. */
export const DEFAULTS = settingsSchema.parse({
  recipes: [{ name: 'any', variants: [{ name: 'any', steps: [] }] }],
});

/** Uploads and outputs are stored at the same price, whatever made them. */
const ASSUMPTIONS = { ...DEFAULT_ASSUMPTIONS, months: 0 };

/** What a handler took for an upload, as `estimate` takes it. Undefined if it was not measured. */
export function useOf(
  { rows, uploadBytes }: Pick<JobResult, 'rows' | 'uploadBytes'>,
  contestant: ContestantName,
): UploadUse | undefined {
  const row = rows.find((one) => one.contestant === contestant);
  if (!row?.requests) return undefined;
  const { LIST, GET, HEAD, PUT, bytesOut } = row.requests;
  return {
    cpuSeconds: row.cpu,
    ...{ writes: PUT + LIST, reads: GET + HEAD, uploadBytes, outputBytes: bytesOut },
    memory: Math.ceil(row.peak),
  };
}

export interface JobCost {
  readonly title: string;
  readonly darkroom: UploadCost;
  /** The handler of tutorials with sharp, behind the same queue. */
  readonly handler?: UploadCost;
}

/** US dollars per million uploads, without storage: the model of `estimate` with the figures of a report. */
export function costsOf({ jobs }: Pick<Report, 'jobs'>): readonly JobCost[] {
  const settings = costSettings(DEFAULTS);
  const costOf = (use: UploadUse) => uploadCost(use, settings, defaultPrices, ASSUMPTIONS);
  return jobs.flatMap((job) => {
    const [own, plain] = [useOf(job, 'function'), useOf(job, 'sharp handler')];
    if (job.group !== 'jobs' || !own) return [];
    return [{ title: job.title, darkroom: costOf(own), ...(plain && { handler: costOf(plain) }) }];
  });
}

/** The total cost if the function has another size. */
export function totalAt({ total, lambda, sizes }: UploadCost, memory: number): number | undefined {
  const size = sizes.find((one) => one.memory === memory);
  return size?.fits ? total - lambda.dollars + size.dollars : undefined;
}

/** Shares of the total: Lambda, S3, SQS, and logs. */
export function sharesOf({ parts, total }: UploadCost) {
  return {
    Lambda: (parts.lambdaCompute + parts.lambdaCalls) / total,
    S3: (parts.s3Writes + parts.s3Reads) / total,
    SQS: parts.sqs / total,
    logs: parts.logs / total,
  };
}
