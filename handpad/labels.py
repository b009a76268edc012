"""The labels that most models and data sets have in common."""

import string

ALPHANUMERIC = string.digits + string.ascii_uppercase + string.ascii_lowercase
"""The 62 classes of NIST SD19, UJI and the paper."""
