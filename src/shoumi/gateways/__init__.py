"""Wire protocols: what passes through is examined by the engine."""
