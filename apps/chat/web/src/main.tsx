// First, so that what the components' own sheets say comes later and wins.
import './ui/tokens.css';
import './ui/base.css';
import './ui/shell.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { SessionContext } from './session/SessionContext';
import { openDatabase } from './session/database';
import { renew } from './session/renewal';
import { createRenewer } from './session/renewer';
import { SessionStore } from './session/sessionStore';

// The development server does not build the worker.
const store = new SessionStore(openDatabase(), import.meta.env.PROD ? createRenewer('/renewal.js') : renew);

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <SessionContext value={store}>
      <App />
    </SessionContext>
  </StrictMode>,
);
