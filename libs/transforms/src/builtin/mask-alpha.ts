import type { Size } from './resize-geometry.ts';

/** Coverage of a pixel by a rounded rectangle, 0 to 255; the edge is one pixel soft. */
function coverage(x: number, y: number, { width, height }: Size, radiusX: number, radiusY: number) {
  // Distance into the corner's ellipse; on the straight parts there is none.
  const dx = Math.max(0, radiusX - Math.min(x, width - x));
  const dy = Math.max(0, radiusY - Math.min(y, height - y));
  if (dx === 0 || dy === 0) return 255;
  const reach = Math.hypot(dx / radiusX, dy / radiusY);
  // Along the ray through the pixel, how far the ellipse's edge is away, in pixels.
  const distance = (Math.hypot(dx, dy) * (1 - reach)) / reach;
  return Math.round(255 * Math.max(0, Math.min(1, distance + 0.5)));
}

/** RGBA pixels, white, whose alpha is a rounded rectangle that fills the picture. Radii in pixels. */
export function roundedAlpha(size: Size, radiusX: number, radiusY: number): Buffer {
  const { width, height } = size;
  const data = Buffer.alloc(width * height * 4, 255);
  for (let y = 0; y < height; y++) {
    // Rows between the corners are covered from edge to edge.
    if (y >= radiusY && y < height - radiusY) continue;
    for (let x = 0; x < width; x++) {
      data[(y * width + x) * 4 + 3] = coverage(x + 0.5, y + 0.5, size, radiusX, radiusY);
    }
  }
  return data;
}
