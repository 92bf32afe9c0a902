"""The platform: it remembers submissions, retrains its learner on them, and serves the model."""
