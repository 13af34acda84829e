import base64

import numpy as np

from distill_live.report.pictures import data_uri, picture
from distill_live.views.png import values_png


def test_a_picture_is_the_address_of_a_png() -> None:
    values = np.array([[0.0, 0.5], [1.0, 0.25]])
    kind, _, content = picture(values).partition(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(content) == values_png(values)


def test_bytes_become_an_address() -> None:
    assert data_uri("audio/mpeg", b"abc") == "data:audio/mpeg;base64,YWJj"
