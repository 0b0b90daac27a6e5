// First, so that what the components' own sheets say comes later and wins.
import './ui/tokens.css';
import './ui/base.css';
import './ui/shell.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { SessionContext } from './session/SessionContext';
import { SessionStore } from './session/sessionStore';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <SessionContext value={new SessionStore()}>
      <App />
    </SessionContext>
  </StrictMode>,
);
