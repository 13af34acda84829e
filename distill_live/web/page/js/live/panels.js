// @ts-check
/** The panels of the Live tab that show codes and sound; none has props but Meter({vertical?}). */

export { Meter } from '../canvas/meter.js'
export { BrowserSound as BrowserAudio, SoundPanel as SoundView } from './sound_panels.js'
export { TimelinePanel, TimelinePanel as Timeline } from './timeline_panel.js'
