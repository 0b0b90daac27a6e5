import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';

/** Within this many pixels of the end the reader is taken to be at it. */
const NearEnd = 48;

export interface StickyScroll {
  readonly log: RefObject<HTMLDivElement | null>;
  readonly atEnd: boolean;
  scrollToEnd(): void;
}

/**
 * Keeps a log of `article`s where its reader left it: at the end it stays at the end, elsewhere the article at the top
 * edge stays where it is, whatever is added above or below. The browser's own anchoring does nothing at the very top,
 * where earlier messages are loaded, and is missing in some.
 */
export function useStickyScroll(content: unknown): StickyScroll {
  const log = useRef<HTMLDivElement>(null);
  const anchor = useRef<{ element: Element; top: number } | null>(null);
  const sticking = useRef(true);
  const [atEnd, setAtEnd] = useState(true);

  const remember = useCallback(() => {
    const element = log.current;
    if (!element) return;
    sticking.current = element.scrollHeight - element.scrollTop - element.clientHeight < NearEnd;
    setAtEnd(sticking.current);
    anchor.current = sticking.current ? null : topArticle(element);
  }, []);

  const restore = useCallback(() => {
    const element = log.current;
    if (!element) return;
    if (sticking.current) {
      element.scrollTop = element.scrollHeight;
    } else if (anchor.current?.element.isConnected) {
      element.scrollTop += topOf(anchor.current.element, element) - anchor.current.top;
    }
  }, []);

  useLayoutEffect(() => {
    restore();
    remember();
  }, [content, restore, remember]);

  useEffect(() => {
    const element = log.current;
    if (!element) return;
    element.addEventListener('scroll', remember, { passive: true });
    // A growing text field or an on-screen keyboard takes the end out of sight.
    const observer = new ResizeObserver(restore);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', remember);
      observer.disconnect();
    };
  }, [remember, restore]);

  const scrollToEnd = useCallback(() => {
    sticking.current = true;
    setAtEnd(true);
    restore();
  }, [restore]);

  return { log, atEnd, scrollToEnd };
}

/** The first article that reaches below the upper edge. */
function topArticle(log: HTMLElement): { element: Element; top: number } | null {
  const articles = log.getElementsByTagName('article');
  const edge = log.getBoundingClientRect().top;
  let low = 0;
  let high = articles.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (articles[middle]!.getBoundingClientRect().bottom > edge) high = middle;
    else low = middle + 1;
  }
  const element = articles[low];
  return element ? { element, top: topOf(element, log) } : null;
}

function topOf(element: Element, log: HTMLElement): number {
  return element.getBoundingClientRect().top - log.getBoundingClientRect().top;
}
