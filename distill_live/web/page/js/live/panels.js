// @ts-check
/** The panels of the Live tab that show codes and sound, without props. */

export { SoundPanel } from './sound_panel.js'
export { TimelinePanel } from './timeline/panel.js'
