import numpy as np

from handpad.adaptation import kernels
from handpad.adaptation.kernels import compare, places_of, squared_distances, unit_length


def test_squared_distances_by_hand():
    found = squared_distances(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 0.0], [0.0, 4.0], [3.0, 0.0]]))
    np.testing.assert_allclose(found, [[0, 16, 9], [25, 9, 16]])


def test_unit_length():
    np.testing.assert_allclose(unit_length(np.array([[3, 4], [0, 0]], dtype=np.float32)), [[0.6, 0.8], [0, 0]])


def test_without_a_guide_the_height_is_no_place():
    np.testing.assert_array_equal(places_of(np.array([[1.0, 2, 3, 0], [1, 2, 3, 1]])), [[1, 2, 0, 0], [1, 2, 3, 1]])


def test_kernels_by_hand():
    places = np.array([[0.0, 0, 0, 1], [0.5, 0, 0, 1], [0, 0, 0, 0]])
    found = compare(np.array([[0.0, 0.2, 0.0]]), places[:1], places)
    alike = np.array([1, np.exp(-kernels.SHAPE * 0.2 - kernels.PLACE * 0.25), 0])
    np.testing.assert_allclose(found.alike[0], alike)
    np.testing.assert_allclose(found.zones[0], [1, np.exp(-kernels.ZONE_PLACE * 0.25), 0])
    shape = np.array([1, np.exp(-kernels.SHAPE * 0.2), 1])
    np.testing.assert_allclose(found.classes[0], 0.25 * shape + 0.75 * alike)
