import { useState } from 'react';
import type { Invitation } from '../api/chatApi';
import { ApiError } from '../api/http';
import { navigate, roomPath } from '../ui/router';
import { useDirectory } from './DirectoryProvider';

/** What the user is invited to; nothing at all when he is not. */
export function Invitations({ onAccepted }: { onAccepted: () => void }) {
  const { invitations, accept, decline } = useDirectory();
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const answer = async (invitation: Invitation, accepting: boolean) => {
    if (busy) return;
    setBusy(invitation.id);
    setProblem(null);
    try {
      if (accepting) {
        const room = await accept(invitation);
        navigate(roomPath(room.id));
        onAccepted();
      } else {
        await decline(invitation);
      }
    } catch (error) {
      const gone = error instanceof ApiError && error.status === 404;
      if (!gone || accepting) setProblem(gone ? 'The invitation was taken back.' : 'That did not work. Try again.');
    } finally {
      setBusy(null);
    }
  };

  if (invitations.length === 0 && problem === null) return null;
  return (
    <section className="invitations">
      {invitations.length > 0 && (
        <>
          <h2 className="panel-title">Invitations</h2>
          <ul className="invitations-list" aria-label="Invitations">
            {invitations.map((invitation) => (
              <li className="invitation" key={invitation.id} aria-busy={busy === invitation.id}>
                <p className="invitation-text">
                  <strong>{invitation.roomName}</strong>
                  <span className="invitation-from">from {invitation.invitedBy.userName}</span>
                </p>
                <div className="invitation-actions">
                  <button
                    className="button button-primary button-small"
                    type="button"
                    aria-label={`Accept ${invitation.roomName}`}
                    onClick={() => void answer(invitation, true)}
                  >
                    Accept
                  </button>
                  <button
                    className="button button-small"
                    type="button"
                    aria-label={`Decline ${invitation.roomName}`}
                    onClick={() => void answer(invitation, false)}
                  >
                    Decline
                  </button>
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
      {problem && (
        <p className="notice notice-bad" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}
