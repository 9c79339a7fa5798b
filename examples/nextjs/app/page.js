'use client';

import Image from 'next/image';
import { useState } from 'react';
import { ClientError, explain, sendForm, sha256 } from '@darkroom/client';
import { nextLoader, picture } from '@darkroom/client/picture';
import { createForm, outcomeOf } from './actions.js';

export default function Page() {
  const [{ status, progress, problem, shown }, setState] = useState({});

  async function upload({ target: { files } }) {
    const [file] = files;
    if (!file) return;
    try {
      setState({ status: 'Preparing…' });
      const { form, base } = await valueOf(
        createForm({ type: file.type, bytes: file.size, sha256: await sha256(file) }),
      );
      const { key, eTag } = await sendForm(form, file, {
        onProgress: (share) => setState({ status: 'Uploading…', progress: share }),
      });
      setState({ status: 'Processing…', progress: 1 });
      const { outcome } = await valueOf(outcomeOf(key, eTag));
      setState({ status: 'Done.', shown: { outcome, base } });
    } catch (error) {
      const code = error instanceof ClientError && error.code;
      setState({ problem: code ? explain(code) : error.message });
    }
  }

  return (
    <main>
      <h1>Upload a picture</h1>
      <label>
        Picture <input type="file" onChange={upload} />
      </label>
      <p>
        <progress max="1" value={progress ?? 0} hidden={progress === undefined} />
      </p>
      <p role="status">{status}</p>
      <p role="alert">{problem}</p>
      <figure>{shown && <Uploaded key={shown.base} {...shown} />}</figure>
    </main>
  );
}

function Uploaded({ outcome, base }) {
  const { img, placeholder } = picture(outcome, { base });
  return (
    <Image
      loader={nextLoader(outcome, { base })}
      src={img.src}
      width={img.width}
      height={img.height}
      sizes="(max-width: 672px) calc(100vw - 2rem), 640px"
      placeholder={placeholder ?? 'empty'}
      alt={img.alt || 'Your picture'}
    />
  );
}

/** @throws Error with the sentence of the server for the user, or ClientError without an answer */
async function valueOf(answer) {
  const { problem, ...value } = await answer.catch(() => {
    throw new ClientError('NETWORK', 'No answer from the server');
  });
  if (problem !== undefined) throw new Error(problem);
  return value;
}
