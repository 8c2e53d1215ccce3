"""One run of the matrix, from a selection to a results document. Environments, workers and judging meet only here."""
