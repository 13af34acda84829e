// @ts-check
/** GROUPS: where parameters without a group of their own belong, in the order in which they are shown. */

/** @type {Record<string, string[]>} */
export const GROUPS = {
  Sampling: ['temperature', 'top_k', 'top_p', 'min_p', 'repetition', 'manner', 'follow', 'seed'],
  Sound: ['clarity', 'grain', 'grain_reach', 'leveler'],
  Output: ['gain', 'width', 'fade', 'model_fade'],
  Time: ['tempo', 'beats_per_bar', 'link_start_stop', 'morph', 'modulation'],
}
