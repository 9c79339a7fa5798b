/**
 * How many files of one upload to encode at once: one for each vCPU where the memory holds that beside as many other
 * uploads as are worked on at once, fewer where it does not. It is for the upload that is alone: many keep the vCPUs
 * busy by themselves, and must not wait for each other's memory.
 *
 * @param vcpus of the function, which are also the uploads that it works on at once
 * @param capacity MiB of all uploads
 * @param need MiB of the upload with so many files at once
 */
export function filesAtOnce(
  vcpus: number,
  capacity: number,
  need: (files: number) => number,
): number {
  let files = Math.max(1, vcpus);
  while (files > 1 && need(files) * vcpus > capacity) files--;
  return files;
}
