/** What is put on a picture: RGBA pixels, row by row. */
export interface Mark {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** How large a mark is, pixels. */
export interface MarkSize {
  /** Before it is turned. */
  readonly width: number;
  /** The most that it may take, turned. */
  readonly most: { readonly width: number; readonly height: number };
  /** Degrees, clockwise. */
  readonly angle: number;
}

/** Adds transparent pixels on the right and below, so that marks side by side stand apart. */
export function withRoom(mark: Mark, right: number, bottom: number): Mark {
  const [width, height] = [mark.width + right, mark.height + bottom];
  const data = Buffer.alloc(width * height * 4);
  for (let y = 0; y < mark.height; y++) {
    mark.data.copy(data, y * width * 4, y * mark.width * 4, (y + 1) * mark.width * 4);
  }
  return { data, width, height };
}
