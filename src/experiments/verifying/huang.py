"""The numbers that Huang prints in *Math Behind Digital Handwritten Recognition*.

His network is 784-128-64-10 with rectifiers, softmax outputs and cross-entropy, trained by Adam.
One number, a cost, is of his outputs and not of his text.
"""

SCORES = (2.0, 1.0, 0.1)
"""Table 2: three scores."""
SCORES_SOFTMAX = (0.7, 0.2, 0.1)
"""Table 2: their softmax, with one digit."""

UNTRAINED_5 = (
    8.207457512617111206e-02,
    6.729900836944580078e-02,
    1.620792597532272339e-01,
    1.712321043014526367e-01,
    1.180373430252075195e-01,
    4.260931909084320068e-02,
    1.038775667548179626e-01,
    1.132866963744163513e-01,
    7.921724021434783936e-02,
    6.028690561652183533e-02,
)
"""Table 3: the outputs for a picture of a 5 before training, by TensorFlow in single precision."""
UNTRAINED_5_COST = 3.155682
"""The cost of these outputs for the 5. He does not print it: it was computed apart, with six digits
after the point."""
UNTRAINED_5_BY_HAND = (0.082, 0.067, 0.162, 0.171, 0.118, 0.043, 0.104, 0.113, 0.079, 0.060)
"""Table 3: the same by hand."""

SHOWN_CLASSES = (0, 1, 2, 3, 9)
"""Table 4: the columns of a matrix that are shown."""
WEIGHT_GRADIENTS = {
    1: (0.030, 0.025, 0.059, 0.063, 0.022),
    2: (0.041, 0.000, 0.000, 0.000, 0.000),
    3: (0.008, 0.006, 0.015, 0.016, 0.006),
}
"""Table 4: the first rows of the gradient of the weights of the output layer."""
WEIGHT_OF_ROW_2 = 0.041
"""Table 4: the first weight of the second row, before the step."""
BIAS_GRADIENT = (0.082, 0.067, 0.162, 0.104, 0.060)
"""Table 4: the gradient of the biases of the output layer, of these classes."""
STEP = 7.441e-4
"""Table 4: learning rate times gradient, for every parameter whose gradient is not zero."""
RATE, BETA1, BETA2, EPSILON = 0.001, 0.9, 0.999, 1e-8
"""Appendix A: the constants of Adam."""

TRAINED_7 = (
    1.26511553e-11,
    3.34848538e-11,
    2.27058594e-09,
    7.83632743e-07,
    1.64589414e-12,
    1.47751115e-13,
    2.11127085e-19,
    9.99999166e-01,
    1.92158459e-11,
    1.27989965e-08,
)
"""Table 6: the outputs for a picture of a 7 after training."""
