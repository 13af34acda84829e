from distill_live.inference.cue_sheet import Track, cue_sheet


def test_a_track_begins_at_minutes_seconds_and_frames() -> None:
    tracks = [Track("first", 0), Track("second", 74), Track("third", 75 * 61 + 3)]
    assert cue_sheet("all.wav", tracks).splitlines() == [
        'FILE "all.wav" WAVE',
        "  TRACK 01 AUDIO",
        '    TITLE "first"',
        "    INDEX 01 00:00:00",
        "  TRACK 02 AUDIO",
        '    TITLE "second"',
        "    INDEX 01 00:00:74",
        "  TRACK 03 AUDIO",
        '    TITLE "third"',
        "    INDEX 01 01:01:03",
    ]


def test_quotes_and_line_breaks_in_a_title_do_not_break_the_sheet() -> None:
    sheet = cue_sheet("a.wav", [Track('12"\n  TRACK 02 AUDIO', 0)])
    assert sheet.count("\n") == 4 and sheet.count('"') == 4
