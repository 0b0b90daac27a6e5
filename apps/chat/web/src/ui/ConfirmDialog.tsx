import { useState } from 'react';
import { Dialog } from './Dialog';

interface ConfirmDialogProps {
  title: string;
  lead: string;
  /** What the button that does it says. */
  action: string;
  onConfirm: () => Promise<void>;
  onClose: () => void;
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog({ title, lead, action, onConfirm, onClose }: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);

  const confirm = async () => {
    if (busy) return;
    setBusy(true);
    setFailed(false);
    try {
      await onConfirm();
      onClose();
    } catch {
      setBusy(false);
      setFailed(true);
    }
  };

  return (
    <Dialog title={title} lead={lead} onClose={onClose} onSubmit={() => void confirm()}>
      {failed && (
        <p className="notice notice-bad" role="alert">
          That did not work. Please try again.
        </p>
      )}
      <div className="dialog-actions">
        <button className="button" type="button" onClick={onClose}>
          Cancel
        </button>
        <button className="button button-primary" type="submit" aria-busy={busy}>
          {action}
        </button>
      </div>
    </Dialog>
  );
}
