"""Play distill-live from TouchDesigner. Written by `distill-live clients write touchdesigner`.

Put this text into a Text DAT inside a Base COMP and run this once in a Textport, with the DAT's path:

    op('/project1/base1/text1').module.build()

It makes an OSC In DAT, an OSC Out DAT and two Execute DATs next to the Text DAT, and gives the COMP a
custom parameter for each parameter of the instrument, to move, export or bind. In code:

    distill = op('/project1/base1/text1').module
    distill.move('temperature', 0.9)              set a parameter
    distill.move('steer/brightness', 'off')       switch steering off
    distill.move('temperature/structure', 'off')  let a level follow the global value
    distill.ask('rewind', 4.0, 'same')            make a request with its arguments
    distill.values['gain']                        the value last reported by the instrument
"""

HOST, PORT, REPLY_PORT = '127.0.0.1', 9000, 7000
RENEW_SECONDS = 30

# For each parameter: name, label, custom parameter, page, kind, minimum, maximum, initial value.
CONTROLS = [
    ('temperature', 'temperature', 'Temperature', 'Sampling', 'float', 0.1, 2.0, 1.0),
    ('temperature/structure', 'temperature structure', 'Temperaturestructure', 'Sampling', 'float', 0.1, 2.0, 1.0),
    ('temperature/timbre', 'temperature timbre', 'Temperaturetimbre', 'Sampling', 'float', 0.1, 2.0, 1.0),
    ('temperature/detail', 'temperature detail', 'Temperaturedetail', 'Sampling', 'float', 0.1, 2.0, 1.0),
    ('top_k', 'top k', 'Topk', 'Sampling', 'int', 0, 512, 0),
    ('top_k/structure', 'top k structure', 'Topkstructure', 'Sampling', 'int', 0, 512, 0),
    ('top_k/timbre', 'top k timbre', 'Topktimbre', 'Sampling', 'int', 0, 512, 0),
    ('top_k/detail', 'top k detail', 'Topkdetail', 'Sampling', 'int', 0, 512, 0),
    ('top_p', 'top p', 'Topp', 'Sampling', 'float', 0.0, 1.0, 1.0),
    ('top_p/structure', 'top p structure', 'Toppstructure', 'Sampling', 'float', 0.0, 1.0, 1.0),
    ('top_p/timbre', 'top p timbre', 'Topptimbre', 'Sampling', 'float', 0.0, 1.0, 1.0),
    ('top_p/detail', 'top p detail', 'Toppdetail', 'Sampling', 'float', 0.0, 1.0, 1.0),
    ('min_p', 'min p', 'Minp', 'Sampling', 'float', 0.0, 1.0, 0.0),
    ('min_p/structure', 'min p structure', 'Minpstructure', 'Sampling', 'float', 0.0, 1.0, 0.0),
    ('min_p/timbre', 'min p timbre', 'Minptimbre', 'Sampling', 'float', 0.0, 1.0, 0.0),
    ('min_p/detail', 'min p detail', 'Minpdetail', 'Sampling', 'float', 0.0, 1.0, 0.0),
    ('repetition', 'repetition', 'Repetition', 'Sampling', 'float', -1.0, 1.0, 0.0),
    ('repetition/structure', 'repetition structure', 'Repetitionstructure', 'Sampling', 'float', -1.0, 1.0, 0.0),
    ('repetition/timbre', 'repetition timbre', 'Repetitiontimbre', 'Sampling', 'float', -1.0, 1.0, 0.0),
    ('repetition/detail', 'repetition detail', 'Repetitiondetail', 'Sampling', 'float', -1.0, 1.0, 0.0),
    ('manner', 'manner', 'Manner', 'Sampling', 'float', 0.0, 1.0, 0.0),
    ('manner/structure', 'manner structure', 'Mannerstructure', 'Sampling', 'float', 0.0, 1.0, 0.0),
    ('manner/timbre', 'manner timbre', 'Mannertimbre', 'Sampling', 'float', 0.0, 1.0, 0.0),
    ('manner/detail', 'manner detail', 'Mannerdetail', 'Sampling', 'float', 0.0, 1.0, 0.0),
    ('follow', 'follow', 'Follow', 'Sampling', 'bool', 0, 1, 0),
    ('seed', 'seed', 'Seed', 'Sampling', 'int', 0, 2147483647, 0),
    ('steer/loudness', 'loudness', 'Steerloudness', 'Steer', 'float', -1.0, 1.0, 0.0),
    ('steer/brightness', 'brightness', 'Steerbrightness', 'Steer', 'float', -1.0, 1.0, 0.0),
    ('steer/noisiness', 'noisiness', 'Steernoisiness', 'Steer', 'float', -1.0, 1.0, 0.0),
    ('steer/density', 'density', 'Steerdensity', 'Steer', 'float', -1.0, 1.0, 0.0),
    ('steer/guidance', 'guidance', 'Steerguidance', 'Steer', 'float', 0.0, 4.0, 1.5),
    ('steer/section', 'section', 'Steersection', 'Steer', 'float', 0.0, 1.0, 0.5),
    ('steer/section_hold', 'section hold', 'Steersectionhold', 'Steer', 'float', 0.0, 1.0, 0.5),
    ('blend', 'blend', 'Blend', 'Edits', 'float', 0.0, 1.0, 0.0),
    ('blend/structure', 'blend structure', 'Blendstructure', 'Edits', 'float', 0.0, 1.0, 0.0),
    ('blend/timbre', 'blend timbre', 'Blendtimbre', 'Edits', 'float', 0.0, 1.0, 0.0),
    ('blend/detail', 'blend detail', 'Blenddetail', 'Edits', 'float', 0.0, 1.0, 0.0),
    ('edit/blend/amount', 'blend amount', 'Editblendamount', 'Edits', 'float', 0.0, 1.0, 1.0),
    ('gain', 'gain', 'Gain', 'Output and tempo', 'float', 0.0, 2.0, 1.0),
    ('clarity', 'clarity', 'Clarity', 'Output and tempo', 'float', 0.0, 1.5, 1.0),
    ('grain', 'grain', 'Grain', 'Output and tempo', 'float', 0.0, 1.0, 1.0),
    ('grain_reach', 'grain reach', 'Grainreach', 'Output and tempo', 'float', 1.0, 40.0, 7.0),
    ('width', 'width', 'Width', 'Output and tempo', 'float', 0.0, 1.0, 0.0),
    ('leveler', 'leveler', 'Leveler', 'Output and tempo', 'float', 0.0, 1.0, 0.0),
    ('fade', 'fade', 'Fade', 'Output and tempo', 'float', 5.0, 20.0, 10.0),
    ('model_fade', 'model fade', 'Modelfade', 'Output and tempo', 'float', 0.05, 20.0, 2.0),
    ('tempo', 'tempo', 'Tempo', 'Output and tempo', 'float', 20.0, 300.0, 120.0),
    ('beats_per_bar', 'beats per bar', 'Beatsperbar', 'Output and tempo', 'int', 1, 16, 4),
    ('link_start_stop', 'link start stop', 'Linkstartstop', 'Output and tempo', 'bool', 0, 1, 0),
    ('morph', 'morph', 'Morph', 'Output and tempo', 'float', 0.0, 60.0, 0.0),
    ('modulation', 'modulation', 'Modulation', 'Output and tempo', 'bool', 0, 1, 1),
    ('edit/echo/on', 'echo on', 'Editechoon', 'Edits', 'bool', 0, 1, 0),
    ('edit/echo/on/structure', 'echo on structure', 'Editechoonstructure', 'Edits', 'bool', 0, 1, 0),
    ('edit/echo/on/timbre', 'echo on timbre', 'Editechoontimbre', 'Edits', 'bool', 0, 1, 0),
    ('edit/echo/on/detail', 'echo on detail', 'Editechoondetail', 'Edits', 'bool', 0, 1, 0),
    ('edit/echo/columns', 'echo columns', 'Editechocolumns', 'Edits', 'int', 1, 64, 6),
    ('edit/fill/on', 'fill on', 'Editfillon', 'Edits', 'bool', 0, 1, 0),
    ('edit/fill/on/structure', 'fill on structure', 'Editfillonstructure', 'Edits', 'bool', 0, 1, 0),
    ('edit/fill/on/timbre', 'fill on timbre', 'Editfillontimbre', 'Edits', 'bool', 0, 1, 0),
    ('edit/fill/on/detail', 'fill on detail', 'Editfillondetail', 'Edits', 'bool', 0, 1, 0),
    ('edit/fill/code', 'fill code', 'Editfillcode', 'Edits', 'int', 0, 32767, 0),
    ('edit/freeze/on', 'freeze on', 'Editfreezeon', 'Edits', 'bool', 0, 1, 0),
    ('edit/freeze/on/structure', 'freeze on structure', 'Editfreezeonstructure', 'Edits', 'bool', 0, 1, 0),
    ('edit/freeze/on/timbre', 'freeze on timbre', 'Editfreezeontimbre', 'Edits', 'bool', 0, 1, 0),
    ('edit/freeze/on/detail', 'freeze on detail', 'Editfreezeondetail', 'Edits', 'bool', 0, 1, 0),
    ('edit/freeze/band', 'freeze band', 'Editfreezeband', 'Edits', 'int', 0, 64, 0),
    ('edit/interleave/on', 'interleave on', 'Editinterleaveon', 'Edits', 'bool', 0, 1, 0),
    ('edit/interleave/on/structure', 'interleave on structure', 'Editinterleaveonstructure', 'Edits', 'bool', 0, 1, 0),
    ('edit/interleave/on/timbre', 'interleave on timbre', 'Editinterleaveontimbre', 'Edits', 'bool', 0, 1, 0),
    ('edit/interleave/on/detail', 'interleave on detail', 'Editinterleaveondetail', 'Edits', 'bool', 0, 1, 0),
    ('edit/mask/on', 'mask on', 'Editmaskon', 'Edits', 'bool', 0, 1, 0),
    ('edit/mask/on/structure', 'mask on structure', 'Editmaskonstructure', 'Edits', 'bool', 0, 1, 0),
    ('edit/mask/on/timbre', 'mask on timbre', 'Editmaskontimbre', 'Edits', 'bool', 0, 1, 0),
    ('edit/mask/on/detail', 'mask on detail', 'Editmaskondetail', 'Edits', 'bool', 0, 1, 0),
    ('edit/mutate/on', 'mutate on', 'Editmutateon', 'Edits', 'bool', 0, 1, 0),
    ('edit/mutate/on/structure', 'mutate on structure', 'Editmutateonstructure', 'Edits', 'bool', 0, 1, 0),
    ('edit/mutate/on/timbre', 'mutate on timbre', 'Editmutateontimbre', 'Edits', 'bool', 0, 1, 0),
    ('edit/mutate/on/detail', 'mutate on detail', 'Editmutateondetail', 'Edits', 'bool', 0, 1, 0),
    ('edit/mutate/share', 'mutate share', 'Editmutateshare', 'Edits', 'float', 0.0, 1.0, 0.25),
    ('edit/mutate/distance', 'mutate distance', 'Editmutatedistance', 'Edits', 'float', 0.0, 2.0, 0.0),
    ('edit/quantise/on', 'quantise on', 'Editquantiseon', 'Edits', 'bool', 0, 1, 0),
    ('edit/quantise/on/structure', 'quantise on structure', 'Editquantiseonstructure', 'Edits', 'bool', 0, 1, 0),
    ('edit/quantise/on/timbre', 'quantise on timbre', 'Editquantiseontimbre', 'Edits', 'bool', 0, 1, 0),
    ('edit/quantise/on/detail', 'quantise on detail', 'Editquantiseondetail', 'Edits', 'bool', 0, 1, 0),
    ('edit/reverse/on', 'reverse on', 'Editreverseon', 'Edits', 'bool', 0, 1, 0),
    ('edit/reverse/on/structure', 'reverse on structure', 'Editreverseonstructure', 'Edits', 'bool', 0, 1, 0),
    ('edit/reverse/on/timbre', 'reverse on timbre', 'Editreverseontimbre', 'Edits', 'bool', 0, 1, 0),
    ('edit/reverse/on/detail', 'reverse on detail', 'Editreverseondetail', 'Edits', 'bool', 0, 1, 0),
    ('edit/reverse/columns', 'reverse columns', 'Editreversecolumns', 'Edits', 'int', 2, 64, 8),
    ('edit/shift/on', 'shift on', 'Editshifton', 'Edits', 'bool', 0, 1, 0),
    ('edit/shift/on/structure', 'shift on structure', 'Editshiftonstructure', 'Edits', 'bool', 0, 1, 0),
    ('edit/shift/on/timbre', 'shift on timbre', 'Editshiftontimbre', 'Edits', 'bool', 0, 1, 0),
    ('edit/shift/on/detail', 'shift on detail', 'Editshiftondetail', 'Edits', 'bool', 0, 1, 0),
    ('edit/shift/columns', 'shift columns', 'Editshiftcolumns', 'Edits', 'int', -64, 64, 1),
    ('edit/shift/bands', 'shift bands', 'Editshiftbands', 'Edits', 'int', -64, 64, 0),
    ('edit/shift/window', 'shift window', 'Editshiftwindow', 'Edits', 'int', 1, 64, 16),
    ('edit/shuffle/on', 'shuffle on', 'Editshuffleon', 'Edits', 'bool', 0, 1, 0),
    ('edit/shuffle/on/structure', 'shuffle on structure', 'Editshuffleonstructure', 'Edits', 'bool', 0, 1, 0),
    ('edit/shuffle/on/timbre', 'shuffle on timbre', 'Editshuffleontimbre', 'Edits', 'bool', 0, 1, 0),
    ('edit/shuffle/on/detail', 'shuffle on detail', 'Editshuffleondetail', 'Edits', 'bool', 0, 1, 0),
    ('edit/shuffle/columns', 'shuffle columns', 'Editshufflecolumns', 'Edits', 'int', 2, 64, 8),
    ('edit/stutter/on', 'stutter on', 'Editstutteron', 'Edits', 'bool', 0, 1, 0),
    ('edit/stutter/on/structure', 'stutter on structure', 'Editstutteronstructure', 'Edits', 'bool', 0, 1, 0),
    ('edit/stutter/on/timbre', 'stutter on timbre', 'Editstutterontimbre', 'Edits', 'bool', 0, 1, 0),
    ('edit/stutter/on/detail', 'stutter on detail', 'Editstutterondetail', 'Edits', 'bool', 0, 1, 0),
    ('edit/stutter/beats', 'stutter beats', 'Editstutterbeats', 'Edits', 'float', 0.0625, 8.0, 1.0),
    ('edit/transpose/on', 'transpose on', 'Edittransposeon', 'Edits', 'bool', 0, 1, 0),
    ('edit/transpose/on/structure', 'transpose on structure', 'Edittransposeonstructure', 'Edits', 'bool', 0, 1, 0),
    ('edit/transpose/on/timbre', 'transpose on timbre', 'Edittransposeontimbre', 'Edits', 'bool', 0, 1, 0),
    ('edit/transpose/on/detail', 'transpose on detail', 'Edittransposeondetail', 'Edits', 'bool', 0, 1, 0),
    ('edit/transpose/steps', 'transpose steps', 'Edittransposesteps', 'Edits', 'int', -64, 64, 1),
]
# For each button: label, custom parameter, page, request, arguments.
BUTTONS = [
    ('play', 'Playdo', 'Transport', 'play', ()),
    ('stop', 'Stopdo', 'Transport', 'stop', ()),
    ('panic', 'Panicdo', 'Transport', 'panic', ()),
    ('hold', 'Holddo', 'Transport', 'hold', ()),
    ('release', 'Releasedo', 'Transport', 'release', ()),
    ('hold 1 beat', 'Holdbeats1do', 'Transport', 'hold/beats', (1.0,)),
    ('steering off', 'Steeroffdo', 'Transport', 'steer/off', ()),
    ('reset all', 'Resetdo', 'Transport', 'reset', ()),
    ('rewind 1 s', 'Rewind1do', 'Rewind and loop', 'rewind', (1.0,)),
    ('rewind 4 s', 'Rewind4do', 'Rewind and loop', 'rewind', (4.0,)),
    ('replay 4 s', 'Rewind4samedo', 'Rewind and loop', 'rewind', (4.0, 'same')),
    ('rewind 4 beats', 'Rewindbeats4do', 'Rewind and loop', 'rewind/beats', (4.0,)),
    ('loop 1 s', 'Loop1do', 'Rewind and loop', 'loop', (1.0,)),
    ('loop 1 beat', 'Loopbeats1do', 'Rewind and loop', 'loop/beats', (1.0,)),
    ('loop 4 beats', 'Loopbeats4do', 'Rewind and loop', 'loop/beats', (4.0,)),
    ('previous preset', 'Presetpreviousdo', 'Presets and recording', 'preset/previous', ()),
    ('next preset', 'Presetnextdo', 'Presets and recording', 'preset/next', ()),
    ('record', 'Record1do', 'Presets and recording', 'record', (1,)),
    ('stop recording', 'Record0do', 'Presets and recording', 'record', (0,)),
    ('undo', 'Undodo', 'Edits', 'undo', ()),
    ('redo', 'Redodo', 'Edits', 'redo', ()),
    ('reverse the loop', 'Regionloopreversedo', 'Edits', 'region/loop', ('reverse',)),
    ('shuffle the loop', 'Regionloopshuffledo', 'Edits', 'region/loop', ('shuffle',)),
    ('capture 4 s', 'Capture4captureddo', 'Clips', 'capture', (4.0, 'captured')),
    ('play it', 'Clipplaycaptureddo', 'Clips', 'clip/play', ('captured',)),
    ('no blend', 'Blendclipoffdo', 'Clips', 'blend/clip', ('off',)),
    ('listen', 'Listen1do', 'Input', 'listen', (1,)),
    ('stop listening', 'Listen0do', 'Input', 'listen', (0,)),
    ('continue from input', 'Listenprimedo', 'Input', 'listen/prime', ()),
    ('tap', 'Tapdo', 'Tempo', 'tap', ()),
    ('start bar', 'Bardo', 'Tempo', 'bar', ()),
    ('auto', 'Temposourceautodo', 'Tempo', 'tempo_source', ('auto',)),
    ('internal', 'Temposourceinternaldo', 'Tempo', 'tempo_source', ('internal',)),
    ('MIDI', 'Temposourcemidido', 'Tempo', 'tempo_source', ('midi',)),
    ('Link', 'Temposourcelinkdo', 'Tempo', 'tempo_source', ('link',)),
    ('temperature structure follow', 'Temperaturestructureoffdo', 'Sampling', 'temperature/structure', ('off',)),
    ('temperature timbre follow', 'Temperaturetimbreoffdo', 'Sampling', 'temperature/timbre', ('off',)),
    ('temperature detail follow', 'Temperaturedetailoffdo', 'Sampling', 'temperature/detail', ('off',)),
    ('top k structure follow', 'Topkstructureoffdo', 'Sampling', 'top_k/structure', ('off',)),
    ('top k timbre follow', 'Topktimbreoffdo', 'Sampling', 'top_k/timbre', ('off',)),
    ('top k detail follow', 'Topkdetailoffdo', 'Sampling', 'top_k/detail', ('off',)),
    ('top p structure follow', 'Toppstructureoffdo', 'Sampling', 'top_p/structure', ('off',)),
    ('top p timbre follow', 'Topptimbreoffdo', 'Sampling', 'top_p/timbre', ('off',)),
    ('top p detail follow', 'Toppdetailoffdo', 'Sampling', 'top_p/detail', ('off',)),
    ('min p structure follow', 'Minpstructureoffdo', 'Sampling', 'min_p/structure', ('off',)),
    ('min p timbre follow', 'Minptimbreoffdo', 'Sampling', 'min_p/timbre', ('off',)),
    ('min p detail follow', 'Minpdetailoffdo', 'Sampling', 'min_p/detail', ('off',)),
    ('repetition structure follow', 'Repetitionstructureoffdo', 'Sampling', 'repetition/structure', ('off',)),
    ('repetition timbre follow', 'Repetitiontimbreoffdo', 'Sampling', 'repetition/timbre', ('off',)),
    ('repetition detail follow', 'Repetitiondetailoffdo', 'Sampling', 'repetition/detail', ('off',)),
    ('manner structure follow', 'Mannerstructureoffdo', 'Sampling', 'manner/structure', ('off',)),
    ('manner timbre follow', 'Mannertimbreoffdo', 'Sampling', 'manner/timbre', ('off',)),
    ('manner detail follow', 'Mannerdetailoffdo', 'Sampling', 'manner/detail', ('off',)),
    ('loudness off', 'Steerloudnessoffdo', 'Steer', 'steer/loudness', ('off',)),
    ('brightness off', 'Steerbrightnessoffdo', 'Steer', 'steer/brightness', ('off',)),
    ('noisiness off', 'Steernoisinessoffdo', 'Steer', 'steer/noisiness', ('off',)),
    ('density off', 'Steerdensityoffdo', 'Steer', 'steer/density', ('off',)),
    ('section off', 'Steersectionoffdo', 'Steer', 'steer/section', ('off',)),
    ('blend structure follow', 'Blendstructureoffdo', 'Edits', 'blend/structure', ('off',)),
    ('blend timbre follow', 'Blendtimbreoffdo', 'Edits', 'blend/timbre', ('off',)),
    ('blend detail follow', 'Blenddetailoffdo', 'Edits', 'blend/detail', ('off',)),
    ('echo on structure follow', 'Editechoonstructureoffdo', 'Edits', 'edit/echo/on/structure', ('off',)),
    ('echo on timbre follow', 'Editechoontimbreoffdo', 'Edits', 'edit/echo/on/timbre', ('off',)),
    ('echo on detail follow', 'Editechoondetailoffdo', 'Edits', 'edit/echo/on/detail', ('off',)),
    ('fill on structure follow', 'Editfillonstructureoffdo', 'Edits', 'edit/fill/on/structure', ('off',)),
    ('fill on timbre follow', 'Editfillontimbreoffdo', 'Edits', 'edit/fill/on/timbre', ('off',)),
    ('fill on detail follow', 'Editfillondetailoffdo', 'Edits', 'edit/fill/on/detail', ('off',)),
    ('freeze on structure follow', 'Editfreezeonstructureoffdo', 'Edits', 'edit/freeze/on/structure', ('off',)),
    ('freeze on timbre follow', 'Editfreezeontimbreoffdo', 'Edits', 'edit/freeze/on/timbre', ('off',)),
    ('freeze on detail follow', 'Editfreezeondetailoffdo', 'Edits', 'edit/freeze/on/detail', ('off',)),
    ('interleave on structure follow', 'Editinterleaveonstructureoffdo', 'Edits', 'edit/interleave/on/structure', ('off',)),
    ('interleave on timbre follow', 'Editinterleaveontimbreoffdo', 'Edits', 'edit/interleave/on/timbre', ('off',)),
    ('interleave on detail follow', 'Editinterleaveondetailoffdo', 'Edits', 'edit/interleave/on/detail', ('off',)),
    ('mask on structure follow', 'Editmaskonstructureoffdo', 'Edits', 'edit/mask/on/structure', ('off',)),
    ('mask on timbre follow', 'Editmaskontimbreoffdo', 'Edits', 'edit/mask/on/timbre', ('off',)),
    ('mask on detail follow', 'Editmaskondetailoffdo', 'Edits', 'edit/mask/on/detail', ('off',)),
    ('mutate on structure follow', 'Editmutateonstructureoffdo', 'Edits', 'edit/mutate/on/structure', ('off',)),
    ('mutate on timbre follow', 'Editmutateontimbreoffdo', 'Edits', 'edit/mutate/on/timbre', ('off',)),
    ('mutate on detail follow', 'Editmutateondetailoffdo', 'Edits', 'edit/mutate/on/detail', ('off',)),
    ('quantise on structure follow', 'Editquantiseonstructureoffdo', 'Edits', 'edit/quantise/on/structure', ('off',)),
    ('quantise on timbre follow', 'Editquantiseontimbreoffdo', 'Edits', 'edit/quantise/on/timbre', ('off',)),
    ('quantise on detail follow', 'Editquantiseondetailoffdo', 'Edits', 'edit/quantise/on/detail', ('off',)),
    ('reverse on structure follow', 'Editreverseonstructureoffdo', 'Edits', 'edit/reverse/on/structure', ('off',)),
    ('reverse on timbre follow', 'Editreverseontimbreoffdo', 'Edits', 'edit/reverse/on/timbre', ('off',)),
    ('reverse on detail follow', 'Editreverseondetailoffdo', 'Edits', 'edit/reverse/on/detail', ('off',)),
    ('shift on structure follow', 'Editshiftonstructureoffdo', 'Edits', 'edit/shift/on/structure', ('off',)),
    ('shift on timbre follow', 'Editshiftontimbreoffdo', 'Edits', 'edit/shift/on/timbre', ('off',)),
    ('shift on detail follow', 'Editshiftondetailoffdo', 'Edits', 'edit/shift/on/detail', ('off',)),
    ('shuffle on structure follow', 'Editshuffleonstructureoffdo', 'Edits', 'edit/shuffle/on/structure', ('off',)),
    ('shuffle on timbre follow', 'Editshuffleontimbreoffdo', 'Edits', 'edit/shuffle/on/timbre', ('off',)),
    ('shuffle on detail follow', 'Editshuffleondetailoffdo', 'Edits', 'edit/shuffle/on/detail', ('off',)),
    ('stutter on structure follow', 'Editstutteronstructureoffdo', 'Edits', 'edit/stutter/on/structure', ('off',)),
    ('stutter on timbre follow', 'Editstutterontimbreoffdo', 'Edits', 'edit/stutter/on/timbre', ('off',)),
    ('stutter on detail follow', 'Editstutterondetailoffdo', 'Edits', 'edit/stutter/on/detail', ('off',)),
    ('transpose on structure follow', 'Edittransposeonstructureoffdo', 'Edits', 'edit/transpose/on/structure', ('off',)),
    ('transpose on timbre follow', 'Edittransposeontimbreoffdo', 'Edits', 'edit/transpose/on/timbre', ('off',)),
    ('transpose on detail follow', 'Edittransposeondetailoffdo', 'Edits', 'edit/transpose/on/detail', ('off',)),
]

BY_PAR = {control[2]: control for control in CONTROLS}
BY_NAME = {control[0]: control for control in CONTROLS}
BUTTON_BY_PAR = {button[1]: button for button in BUTTONS}

# Values last reported by the instrument, by name; 'off' for those that are off.
values = {}
asked = [0.0]

WATCHER = '''
def onValueChange(par, prev):
    op('{0}').module.moved(par)

def onPulse(par):
    op('{0}').module.pressed(par)
'''
CLOCK = '''
def onFrameStart(frame):
    op('{0}').module.renew()
'''


def build():
    """Make the DATs and the custom parameters, or remake them; then subscribe."""
    comp = me.parent()
    listener = _dat(comp, oscinDAT, 'distill_in')
    listener.par.port = REPLY_PORT
    listener.par.callbacks = me.path
    sender = _dat(comp, oscoutDAT, 'distill_out')
    sender.par.address = HOST
    sender.par.port = PORT
    _add_parameters(comp)
    watcher = _dat(comp, parameterexecuteDAT, 'distill_moved')
    watcher.text = WATCHER.format(me.path)
    watcher.par.op = comp.path
    watcher.par.pars = '*'
    watcher.par.custom = True
    watcher.par.builtin = False
    watcher.par.valuechange = True
    watcher.par.onpulse = True
    clock = _dat(comp, executeDAT, 'distill_clock')
    clock.text = CLOCK.format(me.path)
    clock.par.framestart = True
    subscribe()


def move(name, value):
    """Set a parameter, or a level of one, to a number or to 'off'."""
    send(name, value)


def ask(request, *arguments):
    """Make a request."""
    send(request, *arguments)


def send(name, *arguments):
    """Send a message to /distill/NAME."""
    me.parent().op('distill_out').sendOSC('/distill/' + name, list(arguments))


def subscribe():
    """Ask for all values now, and for changes during the next minute."""
    asked[0] = absTime.seconds
    send('subscribe', REPLY_PORT)


def renew():
    """Subscribe again when it is time; called on every frame."""
    if absTime.seconds - asked[0] >= RENEW_SECONDS:
        subscribe()


def moved(par):
    """Send a changed custom parameter, unless the change came from the instrument."""
    control = BY_PAR.get(par.name)
    if control is None:
        return
    name, kind, low, high = control[0], control[4], control[5], control[6]
    value = float(par.eval()) if kind == 'float' else int(par.eval())
    told = values.get(name)
    if isinstance(told, (int, float)) and abs(value - told) <= 1e-6 * (high - low):
        return
    values[name] = value
    send(name, value)


def pressed(par):
    """Make the request of a button that was pressed."""
    button = BUTTON_BY_PAR.get(par.name)
    if button is not None:
        ask(button[3], *button[4])


def onReceiveOSC(dat, rowIndex, message, byteData, timeStamp, address, args, peer):
    """Take a message from the instrument; called by the OSC In DAT."""
    name = address[len('/distill/'):]
    if name in ('error', 'done', 'said'):
        print('distill-live:', *args)
    if name not in BY_NAME or not args:
        return
    values[name] = args[0]
    if not isinstance(args[0], str):
        setattr(me.parent().par, BY_NAME[name][2], args[0])


def _dat(comp, kind, name):
    return comp.op(name) or comp.create(kind, name)


def _add_parameters(comp):
    """Make the custom parameters; existing pages with these titles are replaced."""
    titles = []
    for row in CONTROLS + BUTTONS:
        title = row[3] if row in CONTROLS else row[2]
        if title not in titles:
            titles.append(title)
    for page in list(comp.customPages):
        if page.name in titles:
            page.destroy()
    pages = {title: comp.appendCustomPage(title) for title in titles}
    for label, par, title, _request, _arguments in BUTTONS:
        pages[title].appendPulse(par, label=label)
    for name, label, par, title, kind, low, high, start in CONTROLS:
        page = pages[title]
        if kind == 'bool':
            made = page.appendToggle(par, label=label)[0]
        elif kind == 'int':
            made = page.appendInt(par, label=label)[0]
        else:
            made = page.appendFloat(par, label=label)[0]
        if kind != 'bool':
            made.min, made.max, made.clampMin, made.clampMax = low, high, True, True
            made.normMin, made.normMax = low, high
        made.default = start
        made.val = values[name] if isinstance(values.get(name), (int, float)) else start
        values.setdefault(name, start)
