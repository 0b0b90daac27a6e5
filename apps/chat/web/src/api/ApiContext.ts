import { createContext, use } from 'react';
import type { ChatApi } from './chatApi';

export const ApiContext = createContext<ChatApi | null>(null);

export function useApi(): ChatApi {
  const api = use(ApiContext);
  if (!api) throw new Error('An ApiContext has to stand above this component.');
  return api;
}
