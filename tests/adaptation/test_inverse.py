import numpy as np

from handpad.adaptation.inverse import KernelInverse, ridge_weights


def kernel(points, others, noise=0.0):
    return np.exp(-((points[:, None] - others) ** 2).sum(axis=2)) + noise * np.eye(len(points), len(others))


def test_two_points_by_hand():
    inverse = KernelInverse()
    inverse.add(np.empty(0), 2.0)
    np.testing.assert_allclose(inverse.matrix, [[0.5]])
    inverse.add(np.array([1.0]), 2.0)
    np.testing.assert_allclose(inverse.matrix, np.array([[2, -1], [-1, 2]]) / 3)
    inverse.remove(0)
    np.testing.assert_allclose(inverse.matrix, [[0.5]])


def test_follows_many_changes():
    random = np.random.default_rng(0)
    inverse, points = KernelInverse(), np.empty((0, 3))
    for step in range(600):
        if len(points) > 100:
            slot = int(random.integers(len(points)))
            inverse.remove(slot)
            points[slot] = points[-1]
            points = points[:-1]
        new = random.normal(size=(1, 3))
        inverse.add(kernel(points, new)[:, 0], 1.3)
        points = np.concatenate([points, new])
        assert len(inverse) == len(points) == min(step + 1, 101)
    np.testing.assert_allclose(inverse.matrix, np.linalg.inv(kernel(points, points, 0.3)), atol=1e-11)


def test_reset_is_the_same_as_adding():
    points = np.random.default_rng(1).normal(size=(150, 2))
    inverse = KernelInverse()
    inverse.reset(kernel(points, points, 0.5))
    np.testing.assert_allclose(inverse.matrix @ kernel(points, points, 0.5), np.eye(150), atol=1e-12)
    inverse.reset(kernel(points[:2], points[:2], 0.5))
    assert len(inverse) == 2


def test_replacing_is_removing_and_adding():
    points = np.random.default_rng(3).normal(size=(100, 2))
    inverse = KernelInverse()
    inverse.reset(kernel(points[:90], points[:90], 0.5))
    for new in range(90, 100):
        slot = 7 * (new - 90)
        points[slot] = points[new]
        inverse.replace(slot, kernel(points[:90], points[slot : slot + 1])[:, 0], 1.5)
    np.testing.assert_allclose(inverse.matrix, np.linalg.inv(kernel(points[:90], points[:90], 0.5)), atol=1e-12)


def test_weights_leave_points_out_as_if_they_were_not_there():
    random = np.random.default_rng(2)
    points, targets = random.normal(size=(40, 3)), random.normal(size=(40, 4))
    inverse = KernelInverse()
    inverse.reset(kernel(points, points, 0.4))
    out = np.isin(np.arange(40), [0, 7, 39])
    weights = inverse.weights(targets, out)
    np.testing.assert_array_equal(weights[out], 0)
    np.testing.assert_allclose(weights[~out], np.linalg.solve(kernel(points[~out], points[~out], 0.4), targets[~out]))
    np.testing.assert_allclose(ridge_weights(kernel(points, points, 0.4), targets, out), weights, atol=1e-12)
    nothing = np.zeros(40, dtype=bool)
    np.testing.assert_allclose(inverse.weights(targets, nothing), np.linalg.solve(kernel(points, points, 0.4), targets))
