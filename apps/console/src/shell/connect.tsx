import { Dialog } from '@base-ui/react/dialog';
import { Copied } from '../parts/copied.tsx';
import { uploadCommands } from '../words/commands.ts';
import { useStack } from './drop.tsx';

/** Endpoints, buckets, recipes and ready-made commands. */
export default function Connect({ onClose }: { onClose: () => void }) {
  const { data: stack } = useStack();
  const [first] = stack?.recipes ?? [];
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog" id="connect">
          <Dialog.Title>Connect an application</Dialog.Title>
          <Dialog.Description>
            Any S3 client uploads to this stack.{' '}
            {stack?.deployed ? 'It needs credentials of AWS.' : 'Any credentials are valid.'}
          </Dialog.Description>
          {stack && (
            <dl className="facts">
              <dt>Stack</dt>
              <dd>{stack.stack}</dd>
              <dt>S3 and SQS</dt>
              <dd>
                <code>{stack.endpoint}</code> in {stack.region}
                {!stack.deployed && ', path-style'}
              </dd>
              <dt>Uploads</dt>
              <dd>
                <code>{stack.sourceBucket}</code>
              </dd>
              <dt>Outputs</dt>
              <dd>
                <code>{stack.processedBucket}</code>
              </dd>
              {stack.dashboardUrl !== undefined && (
                <>
                  <dt>Metrics</dt>
                  <dd>
                    <a href={stack.dashboardUrl} target="_blank" rel="noopener noreferrer">
                      Dashboard in CloudWatch
                    </a>
                  </dd>
                </>
              )}
              <dt>{stack.recipes.length === 1 ? 'Recipe' : 'Recipes'}</dt>
              <dd>
                {stack.recipes.map(({ name, match, variants }) => (
                  <p key={name}>
                    <strong>{name}</strong> for keys that begin with{' '}
                    <code>{match.prefix || '…'}</code>
                    {match.suffixes && ` and end with ${match.suffixes.join(' or ')}`} makes{' '}
                    {variants.join(', ')}
                  </p>
                ))}
              </dd>
            </dl>
          )}
          {stack &&
            first &&
            uploadCommands(stack, first).map(({ label, text }) => (
              <Copied key={label} label={label} text={text} />
            ))}
          <div className="actions">
            <Dialog.Close>Close</Dialog.Close>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
