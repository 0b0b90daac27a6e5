/** The product's sign: a horn and its name. */
export function Wordmark({ large = false }: { large?: boolean }) {
  return (
    <span className={large ? 'wordmark wordmark-large' : 'wordmark'}>
      <svg className="wordmark-sign" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect className="wordmark-ground" width="32" height="32" rx="9" />
        <path
          className="wordmark-horn"
          d="M7 13.5v5l3 .6V13zM11.5 12.7v6.9L22 23.5a1 1 0 0 0 1.3-1V9.6a1 1 0 0 0-1.3-1z"
        />
        <path className="wordmark-sound" d="M25.4 13.2a4 4 0 0 1 0 5.6" />
      </svg>
      <span className="wordmark-name">Fanfare</span>
    </span>
  );
}
