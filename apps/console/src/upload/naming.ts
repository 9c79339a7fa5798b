/**
 * The key of an upload: the recipe's prefix and the file's name, or its path in the folder that was dropped.
 * A lone surrogate, which a file system can hold and UTF-8 cannot, is replaced.
 */
export function keyOf(prefix: string, path: string): string {
  return (prefix + path).toWellFormed();
}

/** Adds a number before the extension: `cat.jpg` → `cat-2.jpg`. */
function numbered(key: string, number: number): string {
  const name = key.lastIndexOf('/') + 1;
  const dot = key.lastIndexOf('.');
  const end = dot > name ? dot : key.length;
  return `${key.slice(0, end)}-${number}${key.slice(end)}`;
}

/**
 * Two photos called `IMG_0001.jpg` are two photos: the second gets a number.
 * @returns the key, or the first numbered one that is free
 */
export function freeKey(key: string, isTaken: (key: string) => boolean): string {
  let free = key;
  for (let number = 2; isTaken(free); number += 1) free = numbered(key, number);
  return free;
}
