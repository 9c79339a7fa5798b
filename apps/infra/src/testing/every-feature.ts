import type { SettingsInput } from '@darkroom/pipeline';

const variants = ['webp', 'jpeg'].map((format) => ({
  name: `w640-${format}`,
  steps: [{ resize: { width: 640 } }, { encode: { format } }],
}));
const recipes = [{ name: 'photos', variants }] as SettingsInput['recipes'];

/** Together these stacks use every feature. */
export const EVERY_FEATURE: readonly SettingsInput[] = [
  {
    recipes,
    encryption: { kms: true },
    events: {
      webhook: {
        url: 'https://shop.example/hooks',
        secret: `whsec_${Buffer.alloc(32).toString('base64')}`,
      },
    },
    source: { cors: { origins: ['*'] } },
    alarms: { receivers: [{ email: 'ops@example.org' }, { https: 'https://example.org/hook' }] },
    delivery: {
      choices: { photos: { w640: ['w640-webp', 'w640-jpeg'] } },
      domain: { zone: 'example.com' },
    },
  },
  { recipes, source: { bucket: 'holiday-photos' } },
];
