export { type ArrivalPhase } from './arrivals.ts';
export { AWS_LIMITS, type AwsLimit } from './aws-limits.ts';
export { defaultPrices, pricesSchema, type Prices } from './prices.ts';
export {
  MAX_UPLOADS,
  simulate,
  type LatencyFigures,
  type Random,
  type Simulation,
  type SimulationInput,
} from './simulate.ts';
export { repairs, repairSchema } from './repair-cost.ts';
export { costSettings, stackModel, type LoadAssumptions } from './stack-model.ts';
export { TIMELINE_POINTS, type TimelinePoint } from './timeline.ts';
export {
  averageUse,
  DEFAULT_ASSUMPTIONS,
  imageSeconds,
  uploadCost,
  VCPU_MIB,
  type CostAssumptions,
  type CostParts,
  type CostSettings,
  type MemoryCost,
  type UploadCost,
  type UploadUse,
} from './upload-cost.ts';
