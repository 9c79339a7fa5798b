import type { Architecture } from './built-package.ts';

const ELF_MAGIC = '\x7fELF';
const ELFCLASS64 = 2;
/** `e_machine` (ELF-64 object file format, "ELF header"; values of the processors' supplements). */
const MACHINES: Readonly<Record<number, Architecture>> = { 0x3e: 'x86_64', 0xb7: 'arm64' };

/** The processor that a 64-bit, little-endian ELF file is for; undefined for any other file. */
export function elfArchitecture(file: Buffer): Architecture | undefined {
  const isElf = file.subarray(0, 4).toString('latin1') === ELF_MAGIC && file[4] === ELFCLASS64;
  return isElf ? MACHINES[file.readUInt16LE(18)] : undefined;
}
