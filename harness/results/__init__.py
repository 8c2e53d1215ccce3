"""What a run found: its document, the verdict and the cause of each cell, and the remedies. Judging is pure."""
