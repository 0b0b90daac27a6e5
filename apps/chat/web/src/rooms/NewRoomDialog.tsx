import { useRef, useState } from 'react';
import { ApiError } from '../api/http';
import { Dialog } from '../ui/Dialog';
import { navigate, roomPath } from '../ui/router';
import { useDirectory } from './DirectoryProvider';

export function NewRoomDialog({ onClose, onCreated }: { onClose: () => void; onCreated: () => void }) {
  const { createRoom } = useDirectory();
  const [name, setName] = useState('');
  const [isPrivate, setPrivate] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);

  const refuse = (text: string) => {
    setProblem(text);
    field.current?.focus();
  };

  const create = async () => {
    if (busy) return;
    if (name.trim() === '') return refuse('Give the room a name.');
    if ([...name.trim()].length > 64) return refuse('The name may have at most 64 characters.');
    setBusy(true);
    setProblem(null);
    try {
      const room = await createRoom(name, isPrivate);
      onClose();
      navigate(roomPath(room.id));
      onCreated();
    } catch (error) {
      setBusy(false);
      const taken = error instanceof ApiError && error.status === 409;
      refuse(taken ? 'A public room of this name exists already.' : textOf(error));
    }
  };

  return (
    <Dialog
      title="New room"
      lead="Public rooms are open to everybody here; private ones to those invited."
      onClose={onClose}
      onSubmit={() => void create()}
    >
      <label className="field">
        <span className="field-label">Room name</span>
        <input
          ref={field}
          className="input"
          autoFocus
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <label className="check">
        <input type="checkbox" checked={isPrivate} onChange={(event) => setPrivate(event.target.checked)} />
        <span>Private</span>
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
          Create
        </button>
      </div>
    </Dialog>
  );
}

function textOf(error: unknown): string {
  return error instanceof ApiError ? error.text : 'Something went wrong. Please try again.';
}
