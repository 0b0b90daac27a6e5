import { useEffect, useEffectEvent, useRef, type ReactNode } from 'react';
import { CloseIcon } from './icons';

interface DrawerProps {
  side: 'left' | 'right';
  label: string;
  /** On narrow pages: whether it is out. On wide ones it always stands beside the rest. */
  shown: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** A side panel that narrow pages hide until it is asked for. Escape and a tap beside it close it. */
export function Drawer({ side, label, shown, onClose, children }: DrawerProps) {
  const panel = useRef<HTMLElement>(null);
  const closeButton = useRef<HTMLButtonElement>(null);
  const close = useEffectEvent(onClose);

  useEffect(() => {
    if (!shown) return;
    const opener = document.activeElement;
    closeButton.current?.focus();
    const onKeyDown = (event: KeyboardEvent) => {
      // Escape in a dialog above is the dialog's.
      if (event.key === 'Escape' && !document.querySelector('dialog[open]')) close();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => {
      document.removeEventListener('keydown', onKeyDown);
      const inside = panel.current?.contains(document.activeElement) || document.activeElement === document.body;
      if (inside && opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, [shown]);

  return (
    <>
      <aside
        ref={panel}
        className={`drawer drawer-${side}${shown ? ' drawer-shown' : ''}`}
        aria-label={label}
      >
        <button
          ref={closeButton}
          className="button button-quiet button-icon drawer-close"
          type="button"
          aria-label="Close"
          onClick={onClose}
        >
          <CloseIcon />
        </button>
        {children}
      </aside>
      {shown && <div className="drawer-shade" onClick={onClose} />}
    </>
  );
}
