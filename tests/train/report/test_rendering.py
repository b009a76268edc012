import base64

import cv2
import numpy as np

from handpad.train.report.rendering import picture


def test_a_glyph_is_a_picture_of_its_ink():
    glyph = np.zeros((28, 28), np.uint8)
    glyph[3, 4] = 200
    data = base64.b64decode(picture(glyph).removeprefix("data:image/png;base64,"))
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert (image[..., 3] == glyph).all()
    assert not image[..., :3].any()
