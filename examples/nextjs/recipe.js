// The recipe of the stack that uploads of this application match. It is the recipe `photos` of Pulumi.local.yaml.
export const recipe = /** @type {const} */ ({
  match: { prefix: 'uploads/' },
  variants: [
    { name: 'thumb', steps: [{ encode: { format: 'webp' } }] },
    { name: 'w{width}', widths: [320, 640, 1280], encode: ['webp', 'jpeg'] },
  ],
});
