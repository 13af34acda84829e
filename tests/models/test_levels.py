from distill_live.models.levels import level_labels


def test_levels_have_names() -> None:
    assert level_labels(2) == ("Structure", "Detail")
    assert level_labels(3) == ("Structure", "Timbre", "Detail")
    assert level_labels(4) == ("Structure", "Timbre", "Texture", "Detail")
