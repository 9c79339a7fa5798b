import { expect, test } from 'vitest';
import { metricDimensions } from './observability.ts';

test('metrics are told apart by the function, and Powertools writes the service first', () => {
  expect(Object.entries(metricDimensions('photos-resizer'))).toEqual([
    ['service', 'darkroom'],
    ['FunctionName', 'photos-resizer'],
  ]);
});
