"""A base model of the user's own, as the wizard makes it: data recognised, trainings planned, models compared."""
