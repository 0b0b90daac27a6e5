/** What the browser says of its network, and of whether anybody looks. */
export interface NetworkListener {
  online(): void;
  offline(): void;
  visible(): void;
}

/** Returns the function that ends the watch. */
export function watchNetwork(listener: NetworkListener): () => void {
  const onOnline = () => listener.online();
  const onOffline = () => listener.offline();
  const onVisibility = () => {
    if (document.visibilityState === 'visible') listener.visible();
  };
  window.addEventListener('online', onOnline);
  window.addEventListener('offline', onOffline);
  document.addEventListener('visibilitychange', onVisibility);
  return () => {
    window.removeEventListener('online', onOnline);
    window.removeEventListener('offline', onOffline);
    document.removeEventListener('visibilitychange', onVisibility);
  };
}
