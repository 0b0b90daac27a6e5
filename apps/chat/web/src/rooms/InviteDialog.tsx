import { useRef, useState } from 'react';
import { useApi } from '../api/ApiContext';
import { ApiError } from '../api/http';
import { Dialog } from '../ui/Dialog';

interface InviteDialogProps {
  roomId: string;
  roomName: string;
  onClose: () => void;
  onInvited: (userName: string) => void;
}

export function InviteDialog({ roomId, roomName, onClose, onInvited }: InviteDialogProps) {
  const api = useApi();
  const [userName, setUserName] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);

  const refuse = (text: string) => {
    setProblem(text);
    field.current?.focus();
  };

  const invite = async () => {
    if (busy) return;
    if (userName.trim() === '') return refuse('Whom do you want to invite?');
    setBusy(true);
    setProblem(null);
    try {
      const invitation = await api.invite(roomId, userName);
      onInvited(invitation.userName);
    } catch (error) {
      setBusy(false);
      refuse(textOf(error, userName.trim()));
    }
  };

  return (
    <Dialog title="Invite" lead={`Ask somebody into ${roomName}.`} onClose={onClose} onSubmit={() => void invite()}>
      <label className="field">
        <span className="field-label">User name</span>
        <input
          ref={field}
          className="input"
          autoFocus
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={userName}
          onChange={(event) => setUserName(event.target.value)}
        />
      </label>
      {problem && (
        <p className="notice notice-bad" role="alert">
          {problem}
        </p>
      )}
      <div className="dialog-actions">
        <button className="button" type="button" onClick={onClose}>
          Cancel
        </button>
        <button className="button button-primary" type="submit" aria-busy={busy}>
          Send invitation
        </button>
      </div>
    </Dialog>
  );
}

function textOf(error: unknown, userName: string): string {
  if (!(error instanceof ApiError)) return 'Something went wrong. Please try again.';
  if (error.status === 409) return `${userName} is a member already.`;
  if (error.status === 400) return `Nobody here is called ${userName}.`;
  if (error.status === 403 || error.status === 404) return 'You may not invite anybody into this room.';
  return error.text;
}
