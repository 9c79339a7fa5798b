/** A file and where it stood: its name, or its path from the folder that was dropped. */
export interface DroppedFile {
  readonly file: File;
  readonly path: string;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** `readEntries` hands out a hundred or so at a time, and nothing when it has finished. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

async function walk(entry: FileSystemEntry, parent: string): Promise<DroppedFile[]> {
  const path = parent + entry.name;
  if (entry.isFile) return [{ file: await fileOf(entry as FileSystemFileEntry), path }];
  const children = await childrenOf(entry as FileSystemDirectoryEntry);
  // Files of the file manager (.DS_Store) are not photos.
  const visible = children.filter(({ name }) => !name.startsWith('.'));
  return (await Promise.all(visible.map((child) => walk(child, `${path}/`)))).flat();
}

/** The files of a drop, those of dropped folders included. Has to be called before the event is over. */
export async function droppedFiles(transfer: DataTransfer): Promise<DroppedFile[]> {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry());
  const plain = chosenFiles(transfer.files);
  if (entries.every((entry) => entry === null)) return plain;
  const present = entries.filter((entry) => entry !== null);
  return (await Promise.all(present.map((entry) => walk(entry, '')))).flat();
}

/** The files of a picker. Those of a chosen folder keep their path, and hidden ones are left out. */
export function chosenFiles(files: Iterable<File>): DroppedFile[] {
  return Array.from(files, (file) => ({ file, path: file.webkitRelativePath || file.name })).filter(
    ({ path }) => !path.includes('/.'),
  );
}
