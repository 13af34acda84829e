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
    ('seed', 'seed', 'Seed', 'Sampling', 'int', 0, 2147483647, 0),
    ('steer/loudness', 'loudness', 'Steerloudness', 'Steer', 'float', -1.0, 1.0, 0.0),
    ('steer/brightness', 'brightness', 'Steerbrightness', 'Steer', 'float', -1.0, 1.0, 0.0),
    ('steer/noisiness', 'noisiness', 'Steernoisiness', 'Steer', 'float', -1.0, 1.0, 0.0),
    ('steer/density', 'density', 'Steerdensity', 'Steer', 'float', -1.0, 1.0, 0.0),
    ('steer/guidance', 'guidance', 'Steerguidance', 'Steer', 'float', 0.0, 4.0, 1.5),
    ('blend', 'blend', 'Blend', 'Output and tempo', 'float', 0.0, 1.0, 0.0),
    ('blend/structure', 'blend structure', 'Blendstructure', 'Output and tempo', 'float', 0.0, 1.0, 0.0),
    ('blend/timbre', 'blend timbre', 'Blendtimbre', 'Output and tempo', 'float', 0.0, 1.0, 0.0),
    ('blend/detail', 'blend detail', 'Blenddetail', 'Output and tempo', 'float', 0.0, 1.0, 0.0),
    ('gain', 'gain', 'Gain', 'Output and tempo', 'float', 0.0, 2.0, 1.0),
    ('width', 'width', 'Width', 'Output and tempo', 'float', 0.0, 1.0, 0.0),
    ('fade', 'fade', 'Fade', 'Output and tempo', 'float', 5.0, 20.0, 10.0),
    ('model_fade', 'model fade', 'Modelfade', 'Output and tempo', 'float', 0.05, 20.0, 2.0),
    ('tempo', 'tempo', 'Tempo', 'Output and tempo', 'float', 20.0, 300.0, 120.0),
    ('beats_per_bar', 'beats per bar', 'Beatsperbar', 'Output and tempo', 'int', 1, 16, 4),
    ('link_start_stop', 'link start stop', 'Linkstartstop', 'Output and tempo', 'bool', 0, 1, 0),
    ('morph', 'morph', 'Morph', 'Output and tempo', 'float', 0.0, 60.0, 0.0),
    ('modulation', 'modulation', 'Modulation', 'Output and tempo', 'bool', 0, 1, 1),
    ('edit/blend/amount', 'amount', 'Editblendamount', 'Edit blend', 'float', 0.0, 1.0, 1.0),
    ('edit/echo/on', 'on', 'Editechoon', 'Edit echo', 'bool', 0, 1, 0),
    ('edit/echo/on/structure', 'on structure', 'Editechoonstructure', 'Edit echo', 'bool', 0, 1, 0),
    ('edit/echo/on/timbre', 'on timbre', 'Editechoontimbre', 'Edit echo', 'bool', 0, 1, 0),
    ('edit/echo/on/detail', 'on detail', 'Editechoondetail', 'Edit echo', 'bool', 0, 1, 0),
    ('edit/echo/columns', 'columns', 'Editechocolumns', 'Edit echo', 'int', 1, 64, 6),
    ('edit/fill/on', 'on', 'Editfillon', 'Edit fill', 'bool', 0, 1, 0),
    ('edit/fill/on/structure', 'on structure', 'Editfillonstructure', 'Edit fill', 'bool', 0, 1, 0),
    ('edit/fill/on/timbre', 'on timbre', 'Editfillontimbre', 'Edit fill', 'bool', 0, 1, 0),
    ('edit/fill/on/detail', 'on detail', 'Editfillondetail', 'Edit fill', 'bool', 0, 1, 0),
    ('edit/fill/code', 'code', 'Editfillcode', 'Edit fill', 'int', 0, 32767, 0),
    ('edit/freeze/on', 'on', 'Editfreezeon', 'Edit freeze', 'bool', 0, 1, 0),
    ('edit/freeze/on/structure', 'on structure', 'Editfreezeonstructure', 'Edit freeze', 'bool', 0, 1, 0),
    ('edit/freeze/on/timbre', 'on timbre', 'Editfreezeontimbre', 'Edit freeze', 'bool', 0, 1, 0),
    ('edit/freeze/on/detail', 'on detail', 'Editfreezeondetail', 'Edit freeze', 'bool', 0, 1, 0),
    ('edit/freeze/band', 'band', 'Editfreezeband', 'Edit freeze', 'int', 0, 64, 0),
    ('edit/interleave/on', 'on', 'Editinterleaveon', 'Edit interleave', 'bool', 0, 1, 0),
    ('edit/interleave/on/structure', 'on structure', 'Editinterleaveonstructure', 'Edit interleave', 'bool', 0, 1, 0),
    ('edit/interleave/on/timbre', 'on timbre', 'Editinterleaveontimbre', 'Edit interleave', 'bool', 0, 1, 0),
    ('edit/interleave/on/detail', 'on detail', 'Editinterleaveondetail', 'Edit interleave', 'bool', 0, 1, 0),
    ('edit/mask/on', 'on', 'Editmaskon', 'Edit mask', 'bool', 0, 1, 0),
    ('edit/mask/on/structure', 'on structure', 'Editmaskonstructure', 'Edit mask', 'bool', 0, 1, 0),
    ('edit/mask/on/timbre', 'on timbre', 'Editmaskontimbre', 'Edit mask', 'bool', 0, 1, 0),
    ('edit/mask/on/detail', 'on detail', 'Editmaskondetail', 'Edit mask', 'bool', 0, 1, 0),
    ('edit/mutate/on', 'on', 'Editmutateon', 'Edit mutate', 'bool', 0, 1, 0),
    ('edit/mutate/on/structure', 'on structure', 'Editmutateonstructure', 'Edit mutate', 'bool', 0, 1, 0),
    ('edit/mutate/on/timbre', 'on timbre', 'Editmutateontimbre', 'Edit mutate', 'bool', 0, 1, 0),
    ('edit/mutate/on/detail', 'on detail', 'Editmutateondetail', 'Edit mutate', 'bool', 0, 1, 0),
    ('edit/mutate/share', 'share', 'Editmutateshare', 'Edit mutate', 'float', 0.0, 1.0, 0.25),
    ('edit/mutate/distance', 'distance', 'Editmutatedistance', 'Edit mutate', 'float', 0.0, 2.0, 0.0),
    ('edit/quantise/on', 'on', 'Editquantiseon', 'Edit quantise', 'bool', 0, 1, 0),
    ('edit/quantise/on/structure', 'on structure', 'Editquantiseonstructure', 'Edit quantise', 'bool', 0, 1, 0),
    ('edit/quantise/on/timbre', 'on timbre', 'Editquantiseontimbre', 'Edit quantise', 'bool', 0, 1, 0),
    ('edit/quantise/on/detail', 'on detail', 'Editquantiseondetail', 'Edit quantise', 'bool', 0, 1, 0),
    ('edit/reverse/on', 'on', 'Editreverseon', 'Edit reverse', 'bool', 0, 1, 0),
    ('edit/reverse/on/structure', 'on structure', 'Editreverseonstructure', 'Edit reverse', 'bool', 0, 1, 0),
    ('edit/reverse/on/timbre', 'on timbre', 'Editreverseontimbre', 'Edit reverse', 'bool', 0, 1, 0),
    ('edit/reverse/on/detail', 'on detail', 'Editreverseondetail', 'Edit reverse', 'bool', 0, 1, 0),
    ('edit/reverse/columns', 'columns', 'Editreversecolumns', 'Edit reverse', 'int', 2, 64, 8),
    ('edit/shift/on', 'on', 'Editshifton', 'Edit shift', 'bool', 0, 1, 0),
    ('edit/shift/on/structure', 'on structure', 'Editshiftonstructure', 'Edit shift', 'bool', 0, 1, 0),
    ('edit/shift/on/timbre', 'on timbre', 'Editshiftontimbre', 'Edit shift', 'bool', 0, 1, 0),
    ('edit/shift/on/detail', 'on detail', 'Editshiftondetail', 'Edit shift', 'bool', 0, 1, 0),
    ('edit/shift/columns', 'columns', 'Editshiftcolumns', 'Edit shift', 'int', -64, 64, 1),
    ('edit/shift/bands', 'bands', 'Editshiftbands', 'Edit shift', 'int', -64, 64, 0),
    ('edit/shift/window', 'window', 'Editshiftwindow', 'Edit shift', 'int', 1, 64, 16),
    ('edit/shuffle/on', 'on', 'Editshuffleon', 'Edit shuffle', 'bool', 0, 1, 0),
    ('edit/shuffle/on/structure', 'on structure', 'Editshuffleonstructure', 'Edit shuffle', 'bool', 0, 1, 0),
    ('edit/shuffle/on/timbre', 'on timbre', 'Editshuffleontimbre', 'Edit shuffle', 'bool', 0, 1, 0),
    ('edit/shuffle/on/detail', 'on detail', 'Editshuffleondetail', 'Edit shuffle', 'bool', 0, 1, 0),
    ('edit/shuffle/columns', 'columns', 'Editshufflecolumns', 'Edit shuffle', 'int', 2, 64, 8),
    ('edit/stutter/on', 'on', 'Editstutteron', 'Edit stutter', 'bool', 0, 1, 0),
    ('edit/stutter/on/structure', 'on structure', 'Editstutteronstructure', 'Edit stutter', 'bool', 0, 1, 0),
    ('edit/stutter/on/timbre', 'on timbre', 'Editstutterontimbre', 'Edit stutter', 'bool', 0, 1, 0),
    ('edit/stutter/on/detail', 'on detail', 'Editstutterondetail', 'Edit stutter', 'bool', 0, 1, 0),
    ('edit/stutter/beats', 'beats', 'Editstutterbeats', 'Edit stutter', 'float', 0.0625, 8.0, 1.0),
    ('edit/transpose/on', 'on', 'Edittransposeon', 'Edit transpose', 'bool', 0, 1, 0),
    ('edit/transpose/on/structure', 'on structure', 'Edittransposeonstructure', 'Edit transpose', 'bool', 0, 1, 0),
    ('edit/transpose/on/timbre', 'on timbre', 'Edittransposeontimbre', 'Edit transpose', 'bool', 0, 1, 0),
    ('edit/transpose/on/detail', 'on detail', 'Edittransposeondetail', 'Edit transpose', 'bool', 0, 1, 0),
    ('edit/transpose/steps', 'steps', 'Edittransposesteps', 'Edit transpose', 'int', -64, 64, 1),
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
    ('blend structure follow', 'Blendstructureoffdo', 'Output and tempo', 'blend/structure', ('off',)),
    ('blend timbre follow', 'Blendtimbreoffdo', 'Output and tempo', 'blend/timbre', ('off',)),
    ('blend detail follow', 'Blenddetailoffdo', 'Output and tempo', 'blend/detail', ('off',)),
    ('on structure follow', 'Editechoonstructureoffdo', 'Edit echo', 'edit/echo/on/structure', ('off',)),
    ('on timbre follow', 'Editechoontimbreoffdo', 'Edit echo', 'edit/echo/on/timbre', ('off',)),
    ('on detail follow', 'Editechoondetailoffdo', 'Edit echo', 'edit/echo/on/detail', ('off',)),
    ('on structure follow', 'Editfillonstructureoffdo', 'Edit fill', 'edit/fill/on/structure', ('off',)),
    ('on timbre follow', 'Editfillontimbreoffdo', 'Edit fill', 'edit/fill/on/timbre', ('off',)),
    ('on detail follow', 'Editfillondetailoffdo', 'Edit fill', 'edit/fill/on/detail', ('off',)),
    ('on structure follow', 'Editfreezeonstructureoffdo', 'Edit freeze', 'edit/freeze/on/structure', ('off',)),
    ('on timbre follow', 'Editfreezeontimbreoffdo', 'Edit freeze', 'edit/freeze/on/timbre', ('off',)),
    ('on detail follow', 'Editfreezeondetailoffdo', 'Edit freeze', 'edit/freeze/on/detail', ('off',)),
    ('on structure follow', 'Editinterleaveonstructureoffdo', 'Edit interleave', 'edit/interleave/on/structure', ('off',)),
    ('on timbre follow', 'Editinterleaveontimbreoffdo', 'Edit interleave', 'edit/interleave/on/timbre', ('off',)),
    ('on detail follow', 'Editinterleaveondetailoffdo', 'Edit interleave', 'edit/interleave/on/detail', ('off',)),
    ('on structure follow', 'Editmaskonstructureoffdo', 'Edit mask', 'edit/mask/on/structure', ('off',)),
    ('on timbre follow', 'Editmaskontimbreoffdo', 'Edit mask', 'edit/mask/on/timbre', ('off',)),
    ('on detail follow', 'Editmaskondetailoffdo', 'Edit mask', 'edit/mask/on/detail', ('off',)),
    ('on structure follow', 'Editmutateonstructureoffdo', 'Edit mutate', 'edit/mutate/on/structure', ('off',)),
    ('on timbre follow', 'Editmutateontimbreoffdo', 'Edit mutate', 'edit/mutate/on/timbre', ('off',)),
    ('on detail follow', 'Editmutateondetailoffdo', 'Edit mutate', 'edit/mutate/on/detail', ('off',)),
    ('on structure follow', 'Editquantiseonstructureoffdo', 'Edit quantise', 'edit/quantise/on/structure', ('off',)),
    ('on timbre follow', 'Editquantiseontimbreoffdo', 'Edit quantise', 'edit/quantise/on/timbre', ('off',)),
    ('on detail follow', 'Editquantiseondetailoffdo', 'Edit quantise', 'edit/quantise/on/detail', ('off',)),
    ('on structure follow', 'Editreverseonstructureoffdo', 'Edit reverse', 'edit/reverse/on/structure', ('off',)),
    ('on timbre follow', 'Editreverseontimbreoffdo', 'Edit reverse', 'edit/reverse/on/timbre', ('off',)),
    ('on detail follow', 'Editreverseondetailoffdo', 'Edit reverse', 'edit/reverse/on/detail', ('off',)),
    ('on structure follow', 'Editshiftonstructureoffdo', 'Edit shift', 'edit/shift/on/structure', ('off',)),
    ('on timbre follow', 'Editshiftontimbreoffdo', 'Edit shift', 'edit/shift/on/timbre', ('off',)),
    ('on detail follow', 'Editshiftondetailoffdo', 'Edit shift', 'edit/shift/on/detail', ('off',)),
    ('on structure follow', 'Editshuffleonstructureoffdo', 'Edit shuffle', 'edit/shuffle/on/structure', ('off',)),
    ('on timbre follow', 'Editshuffleontimbreoffdo', 'Edit shuffle', 'edit/shuffle/on/timbre', ('off',)),
    ('on detail follow', 'Editshuffleondetailoffdo', 'Edit shuffle', 'edit/shuffle/on/detail', ('off',)),
    ('on structure follow', 'Editstutteronstructureoffdo', 'Edit stutter', 'edit/stutter/on/structure', ('off',)),
    ('on timbre follow', 'Editstutterontimbreoffdo', 'Edit stutter', 'edit/stutter/on/timbre', ('off',)),
    ('on detail follow', 'Editstutterondetailoffdo', 'Edit stutter', 'edit/stutter/on/detail', ('off',)),
    ('on structure follow', 'Edittransposeonstructureoffdo', 'Edit transpose', 'edit/transpose/on/structure', ('off',)),
    ('on timbre follow', 'Edittransposeontimbreoffdo', 'Edit transpose', 'edit/transpose/on/timbre', ('off',)),
    ('on detail follow', 'Edittransposeondetailoffdo', 'Edit transpose', 'edit/transpose/on/detail', ('off',)),
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
