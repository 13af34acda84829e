; Csound plays a controller: twice a second all kinds of messages leave its JACK port "knobs_out:out",
; in one packet as Csound does it, from one of two positions of its knobs.
<CsoundSynthesizer>
<CsOptions>
-odac -b1024 -B4096 -m0 -d -+rtaudio=jack -+rtmidi=jack -Q0
-+jack_midi_client=knobs -+jack_midi_outportname=out
</CsOptions>
<CsInstruments>
sr = 48000
ksmps = 64
nchnls = 2

instr 1
  outic 1, 16, p4, 0, 1
  outic14 2, 7, 39, p4, 0, 1
  nrpn 3, 1234, p5
  outipb 4, p4, -1, 1
  outipc 5, p4, 0, 1
  outiat 6, p4, 0, 1
  outipat 7, 61, p4, 0, 1
  noteondur2 8, 60, 100, 0.1
  schedule 1, 0.5, 0.2, 1 - p4, 1807 - p5
endin
</CsInstruments>
<CsScore>
i1 0 0.2 0.25 0
e 3600
</CsScore>
</CsoundSynthesizer>
