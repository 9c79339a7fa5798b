import { useState } from 'react';
import { thumbHashToDataURL } from 'thumbhash';
import { objectUrl, type Upload } from '../api/client.ts';

/** Colours and blurred shapes until the picture has loaded; undefined for a text that is not a ThumbHash. */
export function placeholderUrl(thumbhash: string | undefined): string | undefined {
  if (thumbhash === undefined) return undefined;
  try {
    return thumbHashToDataURL(Uint8Array.from(atob(thumbhash), (char) => char.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

/** A card's picture: the thumbnail over its placeholder, or a sign of the state. */
export function Thumbnail({ upload }: { upload: Upload }) {
  const { thumbnail, thumbhash, colour, state } = upload;
  const [shown, setShown] = useState<string>();
  const placeholder = placeholderUrl(thumbhash);
  const url = thumbnail && objectUrl('processed', thumbnail.key, { version: thumbnail.eTag });
  return (
    <span
      className="thumbnail"
      data-state={state}
      style={{
        ...(colour !== undefined && { backgroundColor: colour }),
        ...(placeholder !== undefined && { backgroundImage: `url("${placeholder}")` }),
      }}
    >
      {url !== undefined && (
        <img
          src={url}
          alt=""
          loading="lazy"
          decoding="async"
          className={shown === url ? 'loaded' : ''}
          onLoad={() => setShown(url)}
        />
      )}
      {url === undefined && <span className="sign" aria-hidden="true" />}
    </span>
  );
}
