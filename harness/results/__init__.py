"""What a run measured: its document, the verdict and cause of each cell, and the remedies. Judging is pure."""
