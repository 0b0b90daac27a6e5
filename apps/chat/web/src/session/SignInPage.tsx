import { useId, useRef, useState, type FormEvent } from 'react';
import { ApiError } from '../api/http';
import { Wordmark } from '../ui/Wordmark';
import { useSession } from './SessionContext';
import { checkName, checkPassword } from './rules';
import './signIn.css';

type Action = 'sign-in' | 'create';

export function SignInPage() {
  const { store } = useSession();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState<Action | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const nameField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const refusalId = useId();

  const go = async (action: Action) => {
    if (busy) return;
    const wrongName = checkName(name);
    const wrongPassword = checkPassword(password, action === 'create');
    if (wrongName ?? wrongPassword) {
      setRefusal(wrongName ?? wrongPassword);
      (wrongName ? nameField : passwordField).current?.focus();
      return;
    }
    setBusy(action);
    setRefusal(null);
    try {
      await (action === 'create' ? store.register(name, password) : store.signIn(name, password));
    } catch (error) {
      setBusy(null);
      setRefusal(refusalOf(error, action));
      (action === 'create' ? nameField : passwordField).current?.focus();
    }
  };

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void go('sign-in');
  };

  return (
    <main className="signin">
      <div className="signin-card">
        <Wordmark large />
        <h1 className="signin-title">Good to see you</h1>
        <p className="signin-lead">Sign in with your name, or choose one and create an account.</p>
        <form className="signin-form" noValidate onSubmit={onSubmit}>
          <label className="field">
            <span className="field-label">Name</span>
            <input
              ref={nameField}
              className="input"
              name="username"
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              autoFocus
              value={name}
              aria-describedby={refusal ? refusalId : undefined}
              onChange={(event) => setName(event.target.value)}
            />
          </label>
          <label className="field">
            <span className="field-label">Password</span>
            <input
              ref={passwordField}
              className="input"
              type="password"
              name="password"
              autoComplete="current-password"
              value={password}
              aria-describedby={refusal ? refusalId : undefined}
              onChange={(event) => setPassword(event.target.value)}
            />
          </label>
          {refusal && (
            <p className="notice notice-bad" role="alert" id={refusalId}>
              {refusal}
            </p>
          )}
          <div className="signin-actions">
            <button className="button button-primary" type="submit" aria-busy={busy === 'sign-in'}>
              Sign in
            </button>
            <button className="button" type="button" aria-busy={busy === 'create'} onClick={() => void go('create')}>
              Create account
            </button>
          </div>
        </form>
      </div>
    </main>
  );
}

function refusalOf(error: unknown, action: Action): string {
  if (!(error instanceof ApiError)) return 'Something went wrong. Please try again.';
  if (error.status === 401) return 'The name or the password is wrong.';
  if (error.status === 409) return 'This name is taken. Choose another one.';
  if (error.status === 429) {
    const seconds = error.retryAfter ?? 60;
    return `Too many attempts. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`;
  }
  if (error.status === 400) return error.text;
  return action === 'create' ? `No account was created: ${error.text}` : error.text;
}
