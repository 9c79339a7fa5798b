export { attribute, dicomFile, fragments, SYNTAX } from './dicom-writer.ts';
export { badMarkedFiles, MARKER, markedFile } from './marked-file.ts';
