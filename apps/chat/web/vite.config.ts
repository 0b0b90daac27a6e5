import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// Our own package, from its source: built together with the page, and with nothing to install.
const fanfareClient = fileURLToPath(new URL('../../../clients/typescript/src/index.ts', import.meta.url));

// `npm run dev` serves the page itself and passes what belongs to the server on to it (CHAT_SERVER, if it is not at its usual place).
const server = process.env.CHAT_SERVER ?? 'http://localhost:3000';

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { 'fanfare-client': fanfareClient } },
  build: {
    // The page's policy allows scripts and styles from its own origin only: nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    rollupOptions: {
      input: { index: 'index.html', renewal: 'src/session/renewalWorker.ts' },
      output: {
        // A worker keeps its address over all versions.
        entryFileNames: (chunk) => (chunk.name === 'renewal' ? 'renewal.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: {
    fs: { allow: ['.', '../../../clients/typescript'] },
    proxy: {
      '/api': server,
      '/events': server,
      '/ws': { target: server, ws: true },
      '/socket.io': { target: server, ws: true },
    },
  },
  test: {
    environment: 'node',
    include: ['tests/**/*.test.{ts,tsx}'],
    restoreMocks: true,
  },
});
