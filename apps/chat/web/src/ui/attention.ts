import { useSyncExternalStore } from 'react';

/** Whether the user has this page before him: visible, and its window focused. */
export function isPageInUse(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('focus', listener);
  window.addEventListener('blur', listener);
  document.addEventListener('visibilitychange', listener);
  return () => {
    window.removeEventListener('focus', listener);
    window.removeEventListener('blur', listener);
    document.removeEventListener('visibilitychange', listener);
  };
}

export function usePageInUse(): boolean {
  return useSyncExternalStore(subscribe, isPageInUse);
}
