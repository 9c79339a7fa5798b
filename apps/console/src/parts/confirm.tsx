import { AlertDialog } from '@base-ui/react/alert-dialog';

/** Asks before an action; by default before a removal. */
export function Confirm(props: {
  isOpen: boolean;
  title: string;
  what?: string;
  action?: string;
  onClose: () => void;
  onConfirm: () => void;
}) {
  const { isOpen, title, what, action = 'Remove', onClose, onConfirm } = props;
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(next) => !next && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog narrow">
          <AlertDialog.Title>{title}</AlertDialog.Title>
          <AlertDialog.Description>
            {what ??
              'All versions of the originals and all their outputs are deleted. This cannot be undone.'}
          </AlertDialog.Description>
          <div className="actions">
            <AlertDialog.Close className="small">Cancel</AlertDialog.Close>
            <AlertDialog.Close className="danger" onClick={onConfirm}>
              {action}
            </AlertDialog.Close>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
