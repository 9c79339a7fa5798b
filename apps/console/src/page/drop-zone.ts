import { chosenFiles, droppedFiles, type DroppedFile } from '../upload/dropped-files.ts';
import { byId } from './element.ts';

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}

/**
 * Takes files that are dropped anywhere on the page (a browser would leave the page and show a file that misses the
 * zone) or chosen with the button, which the keyboard reaches.
 */
export function openDropZone(onFiles: (files: readonly DroppedFile[]) => void): void {
  const zone = byId('drop', HTMLElement);
  const picker = byId('picker', HTMLInputElement);
  const button = byId('choose', HTMLButtonElement);
  button.disabled = false;
  picker.disabled = false;
  button.addEventListener('click', () => picker.click());
  picker.addEventListener('change', () => {
    onFiles(chosenFiles(picker.files ?? []));
    // The same file may be chosen twice.
    picker.value = '';
  });

  document.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    zone.classList.add('over');
  });
  document.addEventListener('dragleave', (event) => {
    // Left for another element of the page is not left.
    if (event.relatedTarget === null) zone.classList.remove('over');
  });
  document.addEventListener('drop', (event) => {
    if (!hasFiles(event) || !event.dataTransfer) return;
    event.preventDefault();
    zone.classList.remove('over');
    void droppedFiles(event.dataTransfer).then(onFiles);
  });
}
