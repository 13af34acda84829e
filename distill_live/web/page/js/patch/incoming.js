// @ts-check
/** What comes in from controllers and programs, and what it leads to: why a control does nothing. */

import { html } from '../core/dom.js'

/** @param {{entries: any[]}} props */
export function Incoming({ entries }) {
  return html`<section class="panel" aria-label="What comes in">
    <div class="panel-head"><h2>What comes in</h2></div>
    ${entries.length === 0 && html`<p class="empty">Move a control: each message appears here.</p>`}
    <ol class="incoming" tabindex="0" aria-label="Messages, newest first">
      ${entries.map(
        (one, n) => html`<li key=${`${one.time} ${n}`}>
          <span class="soft incoming-source">${one.source}</span>
          <span class="incoming-text">${one.text}${one.count > 1 ? ` × ${one.count}` : ''}</span>
          <span class=${one.error ? 'fault' : 'soft'}>${one.error || (one.target ? `→ ${one.target}` : 'not mapped')}</span>
        </li>`,
      )}
    </ol>
  </section>`
}
