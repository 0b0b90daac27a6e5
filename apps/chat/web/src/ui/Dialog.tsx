import { useId, useLayoutEffect, useRef, type FormEvent, type ReactNode } from 'react';

interface DialogProps {
  title: string;
  lead?: string;
  /** Called when the user wants out: Escape, or a click outside. */
  onClose: () => void;
  onSubmit: () => void;
  children: ReactNode;
}

/** A modal form. Focus goes into it, stays in it and returns to where it was: the browser's own dialog sees to it. */
export function Dialog({ title, lead, onClose, onSubmit, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  // In the layout phase: what takes the place of the dialog may want the focus after it was given back.
  useLayoutEffect(() => {
    const element = dialog.current!;
    const opener = document.activeElement;
    if (!element.open) element.showModal();
    return () => {
      element.close();
      // A removed dialog does not give the focus back everywhere.
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };

  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <form className="dialog-body" noValidate onSubmit={submit}>
        <h2 className="dialog-title" id={titleId}>
          {title}
        </h2>
        {lead && <p className="dialog-lead">{lead}</p>}
        {children}
      </form>
    </dialog>
  );
}
