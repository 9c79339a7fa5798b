import cliProgress from 'cli-progress';

export interface Progress {
  readonly uploaded: () => void;
  readonly outcome: () => void;
  readonly stop: () => void;
}

const nothing = () => undefined;

/** One bar on a terminal, nothing where the output goes to a file or a pipe. */
export function showProgress(total: number, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { uploaded: nothing, outcome: nothing, stop: nothing };
  const bar = new cliProgress.SingleBar(
    {
      format: '  {bar} {value}/{total} outcomes, {uploaded} uploaded',
      hideCursor: true,
      clearOnComplete: true,
      stream,
    },
    cliProgress.Presets.shades_classic,
  );
  let uploaded = 0;
  bar.start(total, 0, { uploaded });
  return {
    uploaded: () => bar.update({ uploaded: (uploaded += 1) }),
    outcome: () => bar.increment(),
    stop: () => bar.stop(),
  };
}
