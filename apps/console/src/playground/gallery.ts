/** A tested recipe that people can start with. */
export interface GalleryRecipe {
  readonly id: string;
  /** The first comment of its file. */
  readonly title: string;
  readonly text: string;
}

const ORDER = ['shop', 'avatars', 'articles', 'documents', 'art-prints', 'hdr'];

const files = import.meta.glob<string>('./gallery/*.yaml', {
  query: '?raw',
  import: 'default',
  eager: true,
});

export const GALLERY: readonly GalleryRecipe[] = ORDER.map((id) => {
  const text = files[`./gallery/${id}.yaml`] ?? '';
  return { id, text, title: text.split('\n')[0]?.replace(/^# /, '') ?? id };
});
