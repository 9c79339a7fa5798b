import type { Upload } from '../upload/upload.ts';
import { element } from './element.ts';

/** The picture that is being uploaded, as far as the browser can show it: something to look at meanwhile. */
export function previewOf({ body }: Upload): Node[] {
  if (!body?.type.startsWith('image/')) return [];
  const image = element('img', { alt: '' });
  const address = URL.createObjectURL(body);
  const forget = () => URL.revokeObjectURL(address);
  image.addEventListener('load', forget);
  image.addEventListener('error', () => {
    forget();
    image.remove();
  });
  image.src = address;
  return [image];
}
