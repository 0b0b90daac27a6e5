import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { SessionContext } from './session/SessionContext';
import { SessionStore } from './session/sessionStore';
import './ui/tokens.css';
import './ui/base.css';
import './ui/shell.css';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <SessionContext value={new SessionStore()}>
      <App />
    </SessionContext>
  </StrictMode>,
);
